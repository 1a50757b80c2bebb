import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "./harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ identifyInterval: 0, shards: 2, maxConcurrency: 2, ...options })

const statusOf = (shard: number) =>
  FakeDiscord.FakeDiscord.use((discord) =>
    Effect.map(discord.sessions, (sessions) => {
      const presence = sessions.find(({ connected, shardId }) => connected && shardId === shard)?.presence
      return (presence as { readonly status?: string } | undefined)?.status
    })
  )

const untilStatus = (shard: number, status: string) =>
  Effect.gen(function* () {
    while ((yield* statusOf(shard)) !== status) yield* Effect.sleep("2 millis")
  }).pipe(Effect.timeout("1 minute"))

const received = (op: number) =>
  FakeDiscord.FakeDiscord.use((discord) =>
    Effect.map(discord.log, (log) => log.filter(is("Received", (entry) => entry.op === op)))
  )

describe("setPresence", () => {
  it.live("is preceded by the presence of the options, which IDENTIFY carries", () =>
    Effect.gen(function* () {
      yield* Gateway.start({ presence: { status: "idle", activities: [{ name: "chess" }] } })
      assert.deepStrictEqual([yield* statusOf(0), yield* statusOf(1)], ["idle", "idle"])
      assert.isEmpty(yield* received(3))
    }).pipe(Effect.provide(fake()))
  )

  it.live("sends the newest of several presences, for one shard only", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ presenceInterval: "80 millis" })
      const shard = bot.manager.shard(Gateway.shard1)
      for (const status of ["idle", "dnd", "idle", "online", "invisible"] as const) yield* shard.setPresence({ status })
      yield* untilStatus(1, "invisible")
      assert.isUndefined(yield* statusOf(0))
      assert.isAtMost((yield* received(3)).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("repeats the presence in the next IDENTIFY, even if it was set before that", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      const shard = bot.manager.shard(Gateway.shard0)
      yield* shard.setPresence({ status: "dnd" })
      yield* untilStatus(0, "dnd")
      yield* discord.faults.invalidSession(0, false)
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual(yield* statusOf(0), "dnd")
      const since = bot.changes.length
      yield* discord.faults.readyDelay("60 millis")
      yield* discord.faults.invalidSession(0, false)
      yield* Gateway.untilStages(bot, 0, ["Disconnected"], since)
      yield* shard.setPresence({ status: "idle" })
      yield* Gateway.untilRecovered(bot, 0, since)
      yield* untilStatus(0, "idle")
    }).pipe(Effect.provide(fake()))
  )

  it.live("sends a presence that is set while the shard resumes after RESUMED", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.resumedDelay("60 millis")
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Resuming"])
      yield* bot.manager.shard(Gateway.shard0).setPresence({ status: "dnd" })
      yield* untilStatus(0, "dnd")
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("keeps the presence over a restart with a new session, and over a reshard", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      yield* bot.manager.shard(Gateway.shard0).setPresence({ status: "dnd" })
      yield* untilStatus(0, "dnd")
      yield* bot.manager.restart(Gateway.shard0, { session: "new" })
      yield* bot.manager.awaitReady
      assert.strictEqual(yield* statusOf(0), "dnd")
      yield* bot.manager.setShards({ index: 0, count: 3, total: 3 })
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
      assert.strictEqual(yield* statusOf(0), "dnd")
      // A new number gets the bot's presence.
      assert.strictEqual(yield* statusOf(2), "dnd")
    }).pipe(Effect.provide(fake()))
  )

  it.live("setActivity replaces the activities and keeps the status", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ presence: { status: "idle" }, presenceInterval: 0 })
      const shard = bot.manager.shard(Gateway.shard0)
      yield* shard.setActivity({ type: "watching", name: "the gateway" })
      const first = yield* discord.awaitLog(is("Received", ({ op }) => op === 3))
      assert.deepInclude(first.d, { status: "idle", activities: [{ name: "the gateway", type: 3 }] })
      yield* shard.setActivity(undefined)
      const second = yield* discord.awaitLog(
        is("Received", ({ op }) => op === 3),
        { count: 2 }
      )
      assert.deepInclude(second.d, { status: "idle", activities: [] })
    }).pipe(Effect.provide(fake()))
  )
})

describe("ShardMessenger", () => {
  it.live("sends voice states, requests for soundboard sounds and payloads", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      const shard = bot.manager.shard(Gateway.shard0)
      const guildId = yield* FakeDiscord.FakeDiscord.useSync((discord) => discord.guild.id)
      yield* shard.updateVoiceState({ guildId, channelId: "2", selfDeaf: true })
      yield* shard.requestSoundboardSounds([guildId])
      yield* shard.send({ op: 43, d: { guild_id: guildId, fields: ["status"] } })
      yield* FakeDiscord.FakeDiscord.use((discord) => discord.awaitLog(is("Received"), { count: 3 }))
      const [voice] = yield* received(4)
      assert.deepStrictEqual(voice?.d as unknown, {
        guild_id: guildId,
        channel_id: "2",
        self_mute: false,
        self_deaf: true
      })
      assert.strictEqual((yield* received(31)).length, 1)
      assert.strictEqual((yield* received(43)).length, 1)
      yield* Gateway.until("the answer", () => Gateway.names(bot).includes("SOUNDBOARD_SOUNDS"))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("shardFor returns the shard of a guild for the total in use", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      const guildId = `${(3n << 22n) | 7n}`
      assert.strictEqual((yield* bot.manager.shardFor(guildId)).id, Gateway.shard1)
      yield* bot.manager.setShards({ index: 0, count: 1, total: 4 })
      assert.strictEqual((yield* bot.manager.shardFor(guildId)).id, 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live("sending fails with ShardNotRunning when the shard does not run or stops", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      const nine = ShardId.make(9)
      const elsewhere = yield* Effect.flip(bot.manager.shard(nine).send({ op: 31, d: { guild_ids: [] } }))
      assert.deepInclude(elsewhere.reason, { _tag: "ShardNotRunning", shard: nine })
      yield* bot.manager.shutdown(Gateway.shard0)
      const stopped = yield* Effect.flip(bot.manager.shard(Gateway.shard0).requestSoundboardSounds([]))
      assert.strictEqual(stopped.reason._tag, "ShardNotRunning")
      yield* bot.manager.restart(Gateway.shard0)
      yield* bot.manager.shard(Gateway.shard0).requestSoundboardSounds([])
    }).pipe(Effect.provide(fake()))
  )
})
