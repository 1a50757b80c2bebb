/** Shards that are replaced without a gap. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ identifyInterval: 0, maxConcurrency: 4, ...options })
const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)
const identifies = Effect.map(theLog, (log) => log.filter(is("Identify")).length)
const options: Gateway.BotOptions = { reshardOverlap: "120 millis", shards: { index: 0, count: 1, total: 1 } }
const four = { index: 0, count: 4, total: 4 }

/** Sends numbered events to all shards with number 0 until told to stop, and returns how many. */
const flood = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  let sent = 0
  const fiber = yield* Effect.suspend(() => Gateway.number(discord, sent++)).pipe(
    Effect.andThen(Effect.sleep("1 millis")),
    Effect.forever,
    Effect.forkScoped({ startImmediately: true })
  )
  return { stop: Effect.map(Fiber.interrupt(fiber), () => sent) }
})

const assertComplete = Effect.fnUntraced(function* (bot: Gateway.Bot, sent: number) {
  yield* Gateway.until("all events", () => Gateway.numbers(bot).length >= sent)
  assert.deepStrictEqual(
    Gateway.numbers(bot).toSorted((a, b) => a - b),
    Array.from({ length: sent }, (_, n) => n)
  )
})

describe("reshard", () => {
  it.live("from 1 to 4 shards in a stream of events handles each event exactly once", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start(options)
      const { stop } = yield* flood
      yield* Effect.sleep("50 millis")
      yield* bot.manager.reshard(four)
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, ShardId.range(0, 4))
      yield* Effect.sleep("250 millis")
      yield* assertComplete(bot, yield* stop)
      const runners = yield* bot.manager.runners
      assert.isTrue([...HashMap.values(runners)].every(({ stage, total }) => stage._tag === "Connected" && total === 4))
      assert.strictEqual((yield* bot.manager.shardFor(`${3n << 22n}`)).id, 3)
      assert.strictEqual((yield* theLog).filter(is("Identify")).length, 5)
      assert.deepStrictEqual(
        (yield* theLog).filter(is("Closed")).map(({ code }) => code),
        [1000]
      )
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("keeps presences and supervision when it goes back to fewer shards", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ ...options, shards: four })
      yield* bot.manager.shard(Gateway.shard0).setPresence({ status: "dnd" })
      yield* bot.manager.reshard({ index: 0, count: 1, total: 1 })
      const session = (yield* discord.sessions).find(({ connected }) => connected)
      assert.deepInclude(session?.presence, { status: "dnd" })
      const since = bot.changes.length
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0, since)
      yield* Gateway.number(discord, 1)
      yield* Gateway.until("an event", () => Gateway.numbers(bot).length === 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("changes nothing when a new shard cannot connect", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start(options)
      const { stop } = yield* flood
      yield* discord.faults.closeOnIdentify(4011, { shard: 2 })
      const error = yield* Effect.flip(bot.manager.reshard(four))
      assert.strictEqual(error.reason._tag, "ShardingRequired")
      yield* assertComplete(bot, yield* stop)
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [Gateway.shard0])
      assert.strictEqual((yield* Gateway.info(bot, 0)).total, 1)
      assert.strictEqual((yield* discord.sessions).filter(({ connected }) => connected).length, 1)
      assert.strictEqual(
        (yield* Effect.flip(bot.manager.reshard({ index: 0, count: 5, total: 4 }))).reason._tag,
        "InvalidOptions"
      )
    }).pipe(Effect.provide(fake()))
  )

  it.live("changes nothing when it is interrupted, and can be done again", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      // Long enough not to end before the interruption on a busy machine.
      const bot = yield* Gateway.start({ ...options, reshardOverlap: "1 second" })
      const { stop } = yield* flood
      // How many of the new shards have begun to connect.
      for (const begun of [0, 1, 4]) {
        const before = yield* identifies
        const resharding = yield* Effect.forkChild(bot.manager.reshard(four), { startImmediately: true })
        yield* Effect.repeat(Effect.delay(identifies, 5), { until: (now) => now - before >= begun })
        if (begun === 0) {
          assert.strictEqual((yield* Effect.flip(bot.manager.reshard(four))).reason._tag, "InvalidOptions")
        }
        yield* Fiber.interrupt(resharding)
        assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [Gateway.shard0])
        assert.strictEqual((yield* discord.sessions).filter(({ connected }) => connected).length, 1)
      }
      yield* bot.manager.reshard(four)
      yield* Effect.sleep("150 millis")
      yield* assertComplete(bot, yield* stop)
    }).pipe(Effect.provide(fake()))
  )

  it.live("is stopped by shutdownAll, with the old shards and the new ones", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ ...options, reshardOverlap: "1 second" })
      const resharding = yield* Effect.forkChild(Effect.flip(bot.manager.reshard(four)), { startImmediately: true })
      yield* Effect.sleep("150 millis")
      yield* bot.manager.shutdownAll()
      yield* Fiber.join(resharding)
      assert.isEmpty((yield* discord.sessions).filter(({ connected }) => connected))
      yield* bot.manager.awaitShutdown
    }).pipe(Effect.provide(fake()))
  )

  it.live('takes the recommended number for "auto", and just starts when no shard runs', () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.make(options)
      yield* bot.manager.reshard("auto")
      assert.strictEqual((yield* bot.manager.shardsInstantiated).length, 2)
    }).pipe(Effect.provide(fake({ shards: 2 })))
  )
})
