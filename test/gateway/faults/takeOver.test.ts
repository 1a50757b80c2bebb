/** Resharding while something else goes wrong, or is asked for. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as KeyValueSessionStore from "../../../src/gateway/KeyValueSessionStore.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ identifyInterval: 0, maxConcurrency: 4, ...options })
const one = { index: 0, count: 1, total: 1 }
const four = { index: 0, count: 4, total: 4 }
const options: Gateway.BotOptions = { reshardOverlap: "120 millis", shards: one }
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
const connected = FakeDiscord.FakeDiscord.use((discord) =>
  Effect.map(discord.sessions, (sessions) => sessions.filter((session) => session.connected))
)
const statusOf = (id: number) =>
  Effect.map(
    connected,
    (sessions) => (sessions.find(({ shardId }) => shardId === id)?.presence as { status?: string } | undefined)?.status
  )
const untilNew = (total: number) =>
  Effect.gen(function* () {
    while ((yield* connected).filter(({ shardCount }) => shardCount === total).length < total) {
      yield* Effect.sleep("2 millis")
    }
  }).pipe(Effect.timeout("1 minute"))

describe("reshard", () => {
  it.live("does not cut over while a new shard is away, and hands on once what it replays long after the overlap", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      const resharding = yield* fork(bot.manager.reshard(four))
      yield* untilNew(4)
      const away = yield* discord.faults.upgradeStatus(503, { times: Infinity })
      yield* discord.faults.reconnect(2)
      for (let n = 0; n < 20; n++) yield* discord.guild.channel(`n${n}`)
      yield* Effect.sleep("600 millis")
      assert.isUndefined(resharding.pollUnsafe())
      assert.strictEqual((yield* Gateway.info(bot, 0)).total, 1)
      yield* away.clear
      yield* Fiber.join(resharding)
      yield* Effect.sleep("200 millis")
      const names = bot.received.flatMap(({ payload }) =>
        payload.t === "CHANNEL_CREATE" ? [(payload.d as { readonly name?: string }).name] : []
      )
      assert.deepStrictEqual(
        names,
        Array.from({ length: 20 }, (_, n) => `n${n}`)
      )
    }).pipe(Effect.provide(fake()))
  )

  it.live("does not cut over while an old shard is away, whose events then arrive all the same", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ ...options, shards: { index: 0, count: 3, total: 3 } })
      const guild = yield* discord.addGuild("of shard 2", { shard: 2, shardCount: 3 })
      const resharding = yield* fork(bot.manager.reshard(one))
      yield* untilNew(1)
      const held = yield* discord.faults.closeOnResume(undefined, { shard: 2, times: Infinity })
      yield* discord.faults.dropConnection(2)
      yield* guild.channel("missed by the old one")
      yield* Effect.sleep("500 millis")
      assert.isUndefined(resharding.pollUnsafe())
      yield* held.clear
      yield* Fiber.join(resharding)
      const names = bot.received.flatMap(({ payload }) => (payload.t === "CHANNEL_CREATE" ? [payload.d] : []))
      assert.strictEqual(names.length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("READY is not enough: it waits for the guilds that READY names, and hands none of them on again", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (let n = 0; n < 5; n++) yield* discord.addGuild(`g${n}`)
      const bot = yield* Gateway.start(options)
      yield* Gateway.until(
        "the guilds",
        () => Gateway.names(bot).filter((name) => name === "GUILD_CREATE").length === 6
      )
      yield* bot.manager.reshard(four)
      yield* Effect.sleep("200 millis")
      const created = bot.received.filter(({ payload }) => payload.t === "GUILD_CREATE")
      assert.strictEqual(created.length, 6)
      const ready = (yield* discord.log).findLast(is("Dispatched", ({ t }) => t === "GUILD_CREATE"))
      const closed = (yield* discord.log).find(is("Closed"))
      assert.isBelow(ready?.index ?? Infinity, closed?.index ?? 0)
    }).pipe(Effect.provide(fake()))
  )

  it.live("waits for the guilds of an old shard's session that begins meanwhile, and hands them on once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const guild = yield* discord.addGuild("of shard 2", { shard: 2, shardCount: 3 })
      const bot = yield* Gateway.start({ ...options, shards: { index: 0, count: 3, total: 3 } })
      const created = () =>
        bot.received.filter(({ payload }) => payload.t === "GUILD_CREATE" && payload.d.id === guild.id).length
      yield* Gateway.until("the guild", () => created() === 1)
      const resharding = yield* fork(bot.manager.reshard(one))
      yield* untilNew(1)
      const since = yield* discord.mark
      yield* discord.faults.guildsDelay("800 millis", { shard: 2 })
      yield* discord.faults.invalidSession(2, false)
      yield* discord.awaitLog(
        is("Ready", ({ shardId }) => shardId === 2),
        { since }
      )
      // More than the overlap: that nothing happens has no sign but time.
      yield* Effect.sleep("400 millis")
      assert.isUndefined(resharding.pollUnsafe())
      yield* Fiber.join(resharding)
      assert.strictEqual(created(), 2)
      // The new session has not had that one, so the next is no repeat of it.
      yield* guild.outage
      yield* guild.recover
      yield* Gateway.until("the guild again", () => created() === 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live('to the total that there is refuses, and "auto" does nothing then', () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start(options)
      assert.strictEqual((yield* Effect.flip(bot.manager.reshard(one))).reason._tag, "InvalidOptions")
      yield* bot.manager.reshard("auto")
      assert.strictEqual((yield* connected).length, 1)
      assert.isEmpty((yield* (yield* FakeDiscord.FakeDiscord).log).filter(is("Closed")))
    }).pipe(Effect.provide(fake()))
  )

  it.live("a second one while the first has not settled waits, and hands on each event once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      yield* bot.manager.reshard(four)
      const again = yield* fork(bot.manager.reshard({ index: 0, count: 2, total: 2 }))
      for (let n = 0; n < 100; n++) {
        yield* discord.guild.channel(`n${n}`)
        yield* Effect.sleep("5 millis")
      }
      yield* Fiber.join(again)
      yield* Effect.sleep("200 millis")
      const names = bot.received.flatMap(({ payload }) => (payload.t === "CHANNEL_CREATE" ? [payload.d] : []))
      assert.strictEqual(names.length, 100)
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, ShardId.range(0, 2))
    }).pipe(Effect.provide(fake()))
  )

  it.live("hands on once what both shards receive while the process stands still", () => {
    let stoodStill = 0n
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const guild = yield* discord.addGuild("of shard 1", { shard: 1, shardCount: 2 })
      const bot = yield* Gateway.start({ ...options, reshardOverlap: "1 second" })
      // Its READY waits in the socket, and behind it what happens meanwhile.
      yield* discord.faults.readyDelay("400 millis", { shard: 1 })
      const resharding = yield* fork(bot.manager.reshard({ index: 0, count: 2, total: 2 }))
      const since = yield* discord.mark
      yield* discord.awaitLog(is("Identify", ({ shardId }) => shardId === 1))
      yield* guild.channel("seen by both")
      const seen = () => bot.received.filter(({ payload }) => payload.t === "CHANNEL_CREATE")
      yield* Gateway.until("the channel", () => seen().length === 1)
      stoodStill = 60_000_000_000n
      yield* discord.awaitLog(
        is("Ready", ({ shardId }) => shardId === 1),
        { since }
      )
      yield* discord.dispatch(1, "CHANNEL_CREATE", seen()[0]?.payload.d)
      yield* Fiber.join(resharding)
      assert.lengthOf(seen(), 1)
    }).pipe(
      Effect.provide(fake()),
      Effect.updateService(Clock.Clock, (clock) => ({
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
        currentTimeMillis: clock.currentTimeMillis,
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
        currentTimeNanos: clock.currentTimeNanos,
        sleep: (duration) => clock.sleep(duration),
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + stoodStill
      }))
    )
  })

  it.live("an event that the old shard has handed on just before the cut is not handed on by the new one", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ ...options, reshardOverlap: "300 millis", shards: four })
      const resharding = yield* fork(bot.manager.reshard(one))
      yield* untilNew(1)
      yield* Effect.sleep("100 millis")
      // The old total alone has a shard 3: the new one receives the same event late.
      yield* Gateway.number(discord, 7, 3)
      yield* Gateway.until("the event", () => Gateway.numbers(bot, 3).length === 1)
      yield* Fiber.join(resharding)
      yield* Gateway.number(discord, 7, 0)
      yield* Gateway.number(discord, 8, 0)
      yield* Gateway.until("the last event", () => Gateway.numbers(bot, 0).includes(8))
      assert.deepStrictEqual(Gateway.numbers(bot, 0), [8])
    }).pipe(Effect.provide(fake()))
  )

  it.live("a new shard that cannot go on in the overlap leaves the old ones as they were", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      const resharding = yield* fork(Effect.flip(bot.manager.reshard(four)))
      yield* untilNew(4)
      yield* discord.faults.close(3, 4013)
      assert.strictEqual((yield* Fiber.join(resharding)).reason._tag, "InvalidIntents")
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [Gateway.shard0])
      yield* Effect.sleep("50 millis")
      assert.strictEqual((yield* connected).length, 1)
      const ended = yield* fork(bot.manager.awaitShutdown)
      assert.isUndefined(ended.pollUnsafe())
      yield* bot.manager.restart(Gateway.shard0)
      yield* bot.manager.awaitReady
    }).pipe(Effect.provide(fake()))
  )

  it.live("an old shard that cannot go on in the overlap ends everything, with the reason", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ ...options, shards: four })
      const resharding = yield* fork(Effect.flip(bot.manager.reshard(one)))
      yield* untilNew(1)
      yield* discord.faults.close(3, 4013)
      assert.strictEqual((yield* Fiber.join(resharding)).reason._tag, "InvalidIntents")
      assert.strictEqual((yield* Effect.flip(bot.manager.awaitShutdown)).reason._tag, "InvalidIntents")
      assert.isEmpty(yield* connected)
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll in its middle fails it with an error that says so", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start(options)
      const resharding = yield* fork(Effect.flip(bot.manager.reshard(four)))
      yield* untilNew(4)
      yield* bot.manager.shutdownAll()
      assert.deepInclude((yield* Fiber.join(resharding)).reason, {
        _tag: "Overtaken",
        operation: "reshard",
        by: "shutdownAll"
      })
      yield* bot.manager.awaitShutdown
      assert.isEmpty(yield* connected)
    }).pipe(Effect.provide(fake()))
  )

  it.live("ends when the last shard is stopped while it waits for shards that it has started", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.readyNever({ times: Infinity })
      const bot = yield* Gateway.make(options)
      const resharding = yield* fork(Effect.flip(bot.manager.reshard(one)))
      yield* discord.awaitLog(is("Identify"))
      yield* bot.manager.shutdown(Gateway.shard0)
      assert.strictEqual((yield* Fiber.join(resharding)).reason._tag, "ShardNotRunning")
    }).pipe(Effect.timeout("1 minute"), Effect.provide(fake()))
  )

  it.live("what waits to be sent goes out on the shard that serves the same guild", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const guild = yield* discord.addGuild("of shard 3", { shard: 3, shardCount: 4 })
      const bot = yield* Gateway.start({ ...options, sendLimit: { limit: 6, window: "1 minute" } })
      const resharding = yield* fork(bot.manager.reshard(four))
      yield* untilNew(4)
      const shard = bot.manager.shard(Gateway.shard0)
      const sending = yield* fork(
        Effect.forEach([1, 2, 3, 4], () => shard.send({ op: 31, d: { guild_ids: [guild.id] } }), {
          concurrency: "unbounded"
        })
      )
      yield* Fiber.join(resharding)
      yield* Effect.timeout(Fiber.join(sending), "1 minute")
      const received = (yield* discord.log).filter(is("Received", ({ op }) => op === 31))
      assert.strictEqual(received.length, 4)
      assert.strictEqual(received.at(-1)?.shardId, 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live("what waits and is about several guilds is divided among the shards that serve them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const guilds = yield* Effect.forEach([3, 1, 3], (shard) =>
        Effect.map(discord.addGuild(`of shard ${shard}`, { shard, shardCount: 4 }), ({ id }) => id)
      )
      const bot = yield* Gateway.start({ ...options, sendLimit: { limit: 6, window: "1 minute" } })
      const resharding = yield* fork(bot.manager.reshard(four))
      yield* untilNew(4)
      const shard = bot.manager.shard(Gateway.shard0)
      const sending = yield* fork(
        Effect.forEach([1, 2, 3, 4], () => shard.send({ op: 31, d: { guild_ids: guilds } }), {
          concurrency: "unbounded",
          discard: true
        })
      )
      yield* Fiber.join(resharding)
      yield* Effect.timeout(Fiber.join(sending), "1 minute")
      const received = (yield* discord.log).filter(is("Received", ({ op }) => op === 31))
      const idsOn = (shardId: number) => received.findLast((each) => each.shardId === shardId)?.d
      assert.deepInclude(idsOn(3), { guild_ids: [guilds[0], guilds[2]] })
      assert.deepInclude(idsOn(1), { guild_ids: [guilds[1]] })
    }).pipe(Effect.provide(fake()))
  )

  it.live("new numbers get the bot's presence, also one that is set while it is under way", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ ...options, presenceInterval: "10 millis" })
      yield* bot.manager.shard(Gateway.shard0).setPresence({ status: "dnd" })
      const resharding = yield* fork(bot.manager.reshard(four))
      yield* untilNew(4)
      for (const id of [1, 2, 3]) assert.strictEqual(yield* statusOf(id), "dnd")
      yield* bot.manager.shard(Gateway.shard0).setPresence({ status: "idle" })
      yield* Fiber.join(resharding)
      for (const id of [0, 1, 2, 3]) {
        while ((yield* statusOf(id)) !== "idle") yield* Effect.sleep("2 millis")
      }
    }).pipe(Effect.timeout("1 minute"), Effect.provide(fake()))
  )

  it.live("does not resume a session of the new total that an earlier process has left", () =>
    Effect.gen(function* () {
      const stored = KeyValueSessionStore.layer().pipe(Layer.provide(KeyValueStore.layerMemory))
      const bot = yield* Gateway.start({ ...options, sessionStore: stored, shards: four, onClose: "resumable" })
      yield* bot.manager.shutdownAll({ resumable: true })
      // As another process would: it knows nothing of the sessions of four.
      yield* bot.manager.setShards(four)
      yield* bot.manager.shutdownAll({ resumable: true })
      yield* bot.manager.setShards(one)
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
      yield* bot.manager.reshard(four)
      assert.isEmpty((yield* (yield* FakeDiscord.FakeDiscord).log).filter(is("Resume")))
    }).pipe(Effect.provide(fake()))
  )

  it.live("a request for members that is under way is sent again to the shard that serves the guild", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.user("alice")
      const guild = yield* discord.addGuild("of shard 3", { shard: 3, shardCount: 4 })
      const bot = yield* Gateway.start({ ...options, intents: ["Guilds", "GuildMembers"] })
      yield* discord.faults.membersNever()
      const asking = yield* fork(
        Stream.runCollect(bot.manager.shard(Gateway.shard0).requestMembers({ guildId: guild.id, query: "alice" }))
      )
      yield* discord.awaitLog(is("Received", ({ op }) => op === 8))
      yield* bot.manager.reshard(four)
      const members = yield* Effect.timeout(Fiber.join(asking), "1 minute")
      assert.deepStrictEqual(
        members.map(({ user }) => user.username),
        ["alice"]
      )
    }).pipe(Effect.provide(fake()))
  )
})
