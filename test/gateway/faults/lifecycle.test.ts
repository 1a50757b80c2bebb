/** The life of shards in trouble: silent peers, fatal closes, crashes, lost sessions and restarts of the process. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import * as KeyValueSessionStore from "../../../src/gateway/KeyValueSessionStore.ts"
import * as SessionStore from "../../../src/gateway/SessionStore.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) => FakeDiscord.layerServer({ identifyInterval: 0, ...options })
const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)
const entries = <T extends FakeDiscord.Tag>(tag: T) => Effect.map(theLog, (log) => log.filter(is(tag)))

describe("a silent peer", () => {
  it.live("is left although it never answers the close", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      // Longer than a test may take.
      const bot = yield* Gateway.start({ closeTimeout: "1 hour" })
      yield* discord.faults.pauseSocket(0)
      yield* Gateway.untilRecovered(bot, 0)
      const lost = bot.changes.find(({ to }) => to._tag === "Disconnected")
      assert.deepStrictEqual(lost?.to, { _tag: "Disconnected", end: { _tag: "Zombie" } })
      yield* Gateway.number(discord, 1)
      yield* Gateway.until("an event", () => Gateway.numbers(bot).length === 1)
      assert.strictEqual((yield* entries("Identify")).length, 1)
    }).pipe(Effect.provide(fake({ heartbeatInterval: "300 millis" })))
  )

  it.live("is not left while its acknowledgements are only late", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.lateAcks("150 millis")
      yield* discord.awaitLog(is("Heartbeat"), { count: 4 })
      assert.notInclude(Gateway.stagesOf(bot, 0), "Disconnected")
    }).pipe(Effect.provide(fake({ heartbeatInterval: "300 millis" })))
  )

  it.live("is not confused with a blocked event loop", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      const mark = yield* discord.mark
      yield* discord.awaitLog(is("Heartbeat"), { since: mark })
      const end = Date.now() + 450
      while (Date.now() < end);
      yield* discord.awaitLog(is("Heartbeat"), { since: mark, count: 3 })
      assert.notInclude(Gateway.stagesOf(bot, 0), "Disconnected")
    }).pipe(Effect.provide(fake({ heartbeatInterval: "300 millis" })))
  )
})

describe("a fatal close code", () => {
  const reasons = {
    4004: "AuthenticationFailed",
    4010: "InvalidShard",
    4011: "ShardingRequired",
    4012: "InvalidApiVersion",
    4013: "InvalidIntents",
    4014: "DisallowedIntents"
  } as const
  for (const [code, reason] of Object.entries(reasons)) {
    it.live(`${code} fails the manager with ${reason} after exactly one attempt`, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.faults.closeOnIdentify(Number(code))
        const bot = yield* Gateway.make()
        yield* bot.manager.initialize
        const error = yield* Effect.flip(bot.manager.awaitShutdown)
        assert.strictEqual(error.reason._tag, reason)
        yield* Effect.sleep("60 millis")
        assert.strictEqual((yield* entries("Opened")).length, 1)
      }).pipe(Effect.provide(fake()))
    )
  }

  it.live("4004 while the bot runs fails it with AuthenticationFailed, and removes the session", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.resetToken
      assert.strictEqual((yield* Effect.flip(bot.manager.awaitShutdown)).reason._tag, "AuthenticationFailed")
      yield* bot.manager.initialize
      assert.strictEqual((yield* Effect.flip(bot.manager.awaitShutdown)).reason._tag, "AuthenticationFailed")
      assert.strictEqual((yield* entries("Resume")).length, 0)
    }).pipe(Effect.provide(fake()))
  )
})

describe("a session store that throws", () => {
  const throwing = (broken: { load?: boolean; set?: boolean; remove?: boolean }) =>
    Layer.effect(
      SessionStore.SessionStore,
      Effect.map(SessionStore.SessionStore, (store): SessionStore.SessionStore["Service"] => {
        const or = <A>(fails: boolean | undefined, effect: Effect.Effect<A>): Effect.Effect<A> => {
          if (fails === true) throw new Error("the store is broken")
          return effect
        }
        return {
          ...store,
          load: (key) => or(broken.load, store.load(key)),
          set: (key, session) => or(broken.set, store.set(key, session)),
          remove: (key) => or(broken.remove, store.remove(key))
        }
      })
    ).pipe(Layer.provide(SessionStore.layerMemory))

  it.live("costs an IDENTIFY, but no shard", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ sessionStore: throwing({ load: true, set: true, remove: true }) })
      for (const fault of [discord.faults.dropConnection(0), discord.faults.invalidSession(0, false)]) {
        const since = bot.changes.length
        yield* fault
        yield* Gateway.untilRecovered(bot, 0, since)
      }
      assert.strictEqual((yield* entries("Resumed")).length, 1)
      assert.strictEqual((yield* entries("Identify")).length, 3)
      assert.notInclude(Gateway.stagesOf(bot, 1), "Disconnected")
    }).pipe(Effect.provide(fake({ shards: 2, maxConcurrency: 2 })))
  )
})

describe("shards whose sessions are invalidated together", () => {
  it.live("identify again after the wait that Discord requires, spaced by key", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({
        identifyQueue: IdentifyQueue.layerMemory({ interval: "100 millis", margin: "400 millis" }),
        invalidSessionWait: ["100 millis", "200 millis"]
      })
      const mark = yield* discord.mark
      for (let id = 0; id < 8; id++) yield* discord.faults.invalidSession(id, false)
      for (let id = 0; id < 8; id++) yield* Gateway.untilRecovered(bot, id)
      const log = (yield* discord.log).filter(({ index }) => index >= mark)
      const identifies = log.filter(is("Identify"))
      assert.strictEqual(identifies.length, 8)
      assert.isTrue(identifies.every(({ accepted }) => accepted))
      const began = log[0]?.at ?? 0
      for (const entry of identifies) {
        assert.isAtLeast(entry.at - began, 98)
        const before = identifies.findLast(({ index, key }) => key === entry.key && index < entry.index)
        if (before !== undefined) assert.isAtLeast(entry.at - before.at, 95)
      }
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ shards: 8, maxConcurrency: 2, identifyInterval: "100 millis" })))
  )

  it.live("are spaced by the policy when Discord answers every IDENTIFY with op 9", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.invalidSessionOnIdentify(false, { times: Infinity })
      const bot = yield* Gateway.make({ identify: Schedule.exponential("50 millis") })
      yield* bot.manager.initialize
      yield* Gateway.untilStages(bot, 0, ["Identifying", "Identifying", "Identifying", "Identifying"])
      const times = bot.changes.filter(({ to }) => to._tag === "Identifying").map(({ at }) => at)
      const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
      for (const [i, least] of [50, 100, 200].entries()) assert.isAtLeast(gaps[i] ?? 0, least - 2)
    }).pipe(Effect.provide(fake()))
  )
})

describe("the backoff", () => {
  it.live("starts over after a shard was Connected for a stable time", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const delays: Array<number> = []
      const resume = Schedule.exponential("30 millis", 4).pipe(
        Schedule.modifyDelay(({ duration }) =>
          Effect.sync(() => {
            delays.push(Duration.toMillis(duration))
            return duration
          })
        )
      )
      const bot = yield* Gateway.start({ resume, stableAfter: "2 seconds" })
      const drop = Effect.gen(function* () {
        const since = bot.changes.length
        yield* discord.faults.dropConnection(0)
        yield* Gateway.untilRecovered(bot, 0, since)
      })
      // The first attempt is made at once.
      for (let n = 0; n < 3; n++) yield* drop
      assert.deepStrictEqual(delays, [30, 120])
      yield* Effect.sleep("2100 millis")
      for (let n = 0; n < 2; n++) yield* drop
      assert.deepStrictEqual(delays, [30, 120, 30])
    }).pipe(Effect.provide(fake()))
  )
})

describe("a payload", () => {
  it.live("goes to the shard of the guild after READY, and never delays a heartbeat", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const guilds = yield* Effect.forEach([0, 1, 2, 3], (shard) => discord.addGuild(`guild ${shard}`, { shard }))
      yield* discord.faults.readyDelay("60 millis", { times: 4 })
      const bot = yield* Gateway.make({ sendLimit: { limit: 300, window: "1 minute" } })
      yield* bot.manager.initialize
      yield* Effect.forkScoped(
        Effect.forEach(
          Array.from({ length: 200 }, (_, n) => n),
          (n) =>
            Effect.flatMap(bot.manager.shardFor(guilds[n % 4]?.id ?? ""), (shard) =>
              shard.updateVoiceState({ guildId: guilds[n % 4]?.id ?? "", channelId: null })
            ),
          { concurrency: "unbounded" }
        )
      )
      yield* discord.awaitLog(is("Received"), { count: 160 })
      for (const entry of yield* entries("Received")) {
        const { guild_id } = entry.d as { readonly guild_id: string }
        assert.strictEqual(entry.shardId, ShardId.fromGuildId(guild_id, 4))
      }
      const mark = yield* discord.mark
      yield* discord.awaitLog(is("Heartbeat"), { since: mark, count: 8 })
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ shards: 4, maxConcurrency: 4, heartbeatInterval: "400 millis", sendLimit: 300 })))
  )
})

describe("a failure of /gateway/bot", () => {
  it.live("delays the start when it is temporary, and nothing is guessed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const fault = yield* discord.faults.gatewayBotStatus(502, { times: 3 })
      const bot = yield* Gateway.start({
        gatewayInfo: GatewayInfo.layer({ retry: Schedule.spaced("10 millis") })
      })
      assert.strictEqual(yield* fault.hits, 3)
      assert.strictEqual((yield* bot.manager.shardsInstantiated).length, 10)
      assert.isTrue((yield* entries("Identify")).every(({ shardCount }) => shardCount === 10))
    }).pipe(Effect.provide(fake({ shards: 10, maxConcurrency: 10 })))
  )

  it.live("fails the start before a connection is opened when the retries end, and a later start works", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const fault = yield* discord.faults.gatewayBotStatus(500, { times: Infinity })
      const bot = yield* Gateway.make({ gatewayInfo: GatewayInfo.layer({ retry: Schedule.recurs(1) }) })
      assert.strictEqual((yield* Effect.flip(bot.manager.initialize)).reason._tag, "GatewayUnavailable")
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [])
      assert.strictEqual((yield* entries("Opened")).length, 0)
      yield* fault.clear
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
    }).pipe(Effect.provide(fake()))
  )

  it.live("does not keep a shard with a session from resuming", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ gatewayInfo: GatewayInfo.layer({ timeToLive: 0 }) })
      yield* discord.faults.gatewayBotStatus(500, { times: Infinity })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
    }).pipe(Effect.provide(fake()))
  )
})

describe("the sessions of a process that restarts", () => {
  it.live("are resumed at the stored URL, and were not closed with 1000", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const disk = Layer.succeedContext(yield* Layer.build(KeyValueStore.layerMemory))
      // Each process has its own store over the same disk.
      const process = () => Gateway.start({ sessionStore: Layer.provide(KeyValueSessionStore.layer(), disk) })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const bot = yield* process()
          yield* Gateway.number(discord, 1)
          yield* Gateway.until("an event", () => Gateway.numbers(bot).length === 1)
        })
      )
      assert.deepStrictEqual(
        (yield* entries("Closed")).map(({ by, code }) => [by, code]),
        Array.from({ length: 3 }, () => ["client", 4200])
      )
      yield* Gateway.number(discord, 2)
      const bot = yield* process()
      yield* Gateway.number(discord, 3)
      yield* Gateway.until("the others", () => Gateway.numbers(bot).length === 2)
      assert.deepStrictEqual(Gateway.numbers(bot), [2, 3])
      assert.strictEqual((yield* entries("Identify")).length, 3)
      const opened = yield* entries("Opened")
      assert.deepStrictEqual(
        opened.map(({ host }) => host),
        ["main", "main", "main", "resume", "resume", "resume"]
      )
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ shards: 3, maxConcurrency: 3 })))
  )
})
