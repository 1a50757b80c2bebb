/** The shards of a manager change, and those that stay notice nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import type { Payload } from "../../../src/gateway/ShardMessenger.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ shards: 4, maxConcurrency: 4, identifyInterval: 0, ...options })
const count = (tag: FakeDiscord.Tag) =>
  FakeDiscord.FakeDiscord.use((discord) => Effect.map(discord.log, (log) => log.filter(is(tag)).length))
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
const ends = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.timeout(effect, "1 minute")
const set = (...ids: ReadonlyArray<number>) => ({ ids, total: 4 })
const ids = (...ids: ReadonlyArray<number>) => ids.map(ShardId.make)
const known = (bot: Gateway.Bot) =>
  Effect.map(bot.manager.runners, (runners) => [...HashMap.keys(runners)].toSorted((a, b) => a - b))
const message: Payload = { op: 31, d: { guild_ids: [] } }

/** Whether something has not completed yet, however often everybody else had a turn. */
const isOpen = (fiber: Fiber.Fiber<unknown, unknown>) =>
  Effect.as(Effect.sleep("50 millis"), undefined).pipe(Effect.map(() => fiber.pollUnsafe() === undefined))

describe("an assignment by numbers", () => {
  it.live("runs exactly these shards, in whatever order they are listed", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ shards: set(3, 0) })
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, ids(0, 3))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("fails with InvalidOptions when there is no such shard, or one is listed twice", () =>
    Effect.gen(function* () {
      for (const [shards, problem] of [
        [set(4), "there is no shard number 4 in a total of 4: expected whole numbers from 0 to 3"],
        [set(0, -1), "there is no shard number -1 in a total of 4"],
        [set(0.5), "there is no shard number 0.5 in a total of 4"],
        [set(1, 2, 1), "shard 1 is listed twice"],
        [{ ids: [], total: 0 }, "a total of 0 shards is not possible"]
      ] as const) {
        const exit = yield* Effect.exit(Gateway.make({ shards }))
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isFailure(exit)) assert.include(Cause.pretty(exit.cause), problem)
      }
    }).pipe(Effect.provide(fake()))
  )

  it.live("is one for setShards and reshard too", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start({ shards: set(0, 2), reshardOverlap: "50 millis" })
      yield* manager.setShards(set(1, 2))
      yield* manager.initialize
      yield* manager.awaitReady
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1, 2))
      yield* manager.reshard({ ids: [5, 1], total: 8 })
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1, 5))
      for (const shards of [set(4), { ids: [8], total: 8 }]) {
        const { reason } = yield* Effect.flip(Effect.andThen(manager.reshard(shards), manager.setShards(shards)))
        assert.strictEqual(reason._tag, "InvalidOptions")
      }
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1, 5))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )
})

describe("assign", () => {
  it.live("starts and stops the difference, and touches nothing else", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1) })
      const { manager } = bot
      yield* manager.assign([1, 2])
      // The one that left has ended, and the new one may still be connecting.
      assert.isFalse(yield* manager.has(Gateway.shard0))
      assert.deepStrictEqual(yield* known(bot), ids(1, 2))
      yield* manager.awaitReady
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1, 2))
      assert.deepStrictEqual(Gateway.stagesOf(bot, 1, bot.started), [])
      assert.deepStrictEqual(Gateway.stagesOf(bot, 0, bot.started), ["Stopped"])
      const log = yield* discord.log
      assert.deepStrictEqual(
        log.filter(is("Closed")).map(({ code, shardId }) => [shardId, code]),
        [[0, 4200]]
      )
      assert.strictEqual(
        (yield* Effect.flip(manager.shard(Gateway.shard0).send(message))).reason._tag,
        "ShardNotRunning"
      )
      assert.strictEqual((yield* Effect.flip(manager.restart(Gateway.shard0))).reason._tag, "ShardNotRunning")
      for (const id of ids(1, 2)) yield* manager.shard(id).send(message)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("keeps the session of a shard that leaves: it is resumed when it comes back, and misses no event", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1) })
      yield* bot.manager.assign([1])
      yield* Gateway.number(discord, 1)
      yield* bot.manager.assign([0, 1])
      yield* bot.manager.awaitReady
      yield* Gateway.until("the event", () => Gateway.numbers(bot).length === 1)
      assert.strictEqual(yield* count("Identify"), 2)
      assert.strictEqual(yield* count("Resumed"), 1)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("leaves what waits for a shard that stays, and the presences", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1) })
      const { manager } = bot
      yield* manager.shard(Gateway.shard1).setPresence({ status: "idle" })
      const refused = yield* discord.faults.refuseConnections()
      yield* Gateway.untilStages(bot, 1, ["Disconnected"])
      const sending = yield* fork(manager.shard(Gateway.shard1).send(message))
      yield* manager.assign([1, 3])
      assert.isTrue(yield* isOpen(sending))
      yield* refused.clear
      yield* ends(Fiber.join(sending))
      yield* manager.awaitReady
      // A new number has the presence that was set last.
      const session = (yield* discord.sessions).find(({ shardId }) => shardId === 3)
      assert.deepInclude(session?.presence, { status: "idle" })
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("waits until those that leave have ended, while the new ones connect", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0), closeTimeout: "400 millis" })
      yield* discord.faults.pauseSocket(0)
      const assigning = yield* fork(bot.manager.assign([1]))
      yield* Gateway.untilStages(bot, 1, ["Connected"])
      assert.isUndefined(assigning.pollUnsafe())
      assert.deepStrictEqual(yield* known(bot), ids(0, 1))
      yield* ends(Fiber.join(assigning))
      assert.isFalse(yield* bot.manager.has(Gateway.shard0))
      assert.deepStrictEqual(yield* known(bot), ids(1))
    }).pipe(Effect.provide(fake()))
  )

  it.live("starts shards before initialize, and after shutdownAll and setShards", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.make({ shards: set() })
      yield* manager.assign([2])
      yield* manager.awaitReady
      yield* manager.shutdownAll()
      yield* manager.assign([0, 2])
      yield* manager.awaitReady
      yield* manager.setShards({ ids: [], total: 3 })
      assert.strictEqual((yield* Effect.flip(manager.assign([3]))).reason._tag, "InvalidOptions")
      yield* manager.assign([1])
      yield* manager.awaitReady
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live('resolves "auto" first, and fails like it, and what it changed holds for a later initialize', () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.make()
      yield* discord.faults.gatewayBotStatus(401, { times: 1 })
      assert.strictEqual((yield* Effect.flip(manager.assign([1]))).reason._tag, "AuthenticationFailed")
      assert.strictEqual((yield* Effect.flip(manager.assign([4]))).reason._tag, "InvalidOptions")
      yield* manager.assign([1])
      yield* manager.shutdownAll()
      yield* manager.initialize
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1))
    }).pipe(Effect.provide(fake()))
  )

  it.live("of nothing leaves a manager that is ready, and has not ended", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ shards: set(0, 1) })
      const { manager } = bot
      const ending = yield* fork(manager.awaitShutdown)
      yield* manager.assign([])
      yield* ends(manager.awaitReady)
      assert.deepStrictEqual(yield* known(bot), [])
      yield* manager.initialize
      assert.isTrue(yield* isOpen(ending))
      yield* manager.assign([3])
      yield* ends(manager.awaitReady)
      assert.isTrue(yield* isOpen(ending))
      yield* manager.assign([])
      yield* manager.shutdownAll()
      yield* ends(Fiber.join(ending))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("starts shards that cannot go on or were stopped, and those that stay do not notice", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1, 2), onFatal: "stop-shard" })
      const { manager } = bot
      yield* discord.faults.close(0, 4014)
      yield* manager.shutdownFinished(Gateway.shard0)
      yield* manager.shutdown(Gateway.shard1)
      yield* manager.assign([0, 1, 2])
      yield* ends(manager.awaitReady)
      assert.deepStrictEqual(Gateway.stagesOf(bot, 2, bot.started), [])
    }).pipe(Effect.provide(fake()))
  )

  it.live("forgets a shard that cannot go on when it is not assigned any more", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1), onFatal: "stop-shard" })
      yield* discord.faults.close(0, 4014)
      yield* bot.manager.shutdownFinished(Gateway.shard0)
      yield* bot.manager.assign([1])
      yield* ends(bot.manager.awaitReady)
      assert.deepStrictEqual(yield* known(bot), ids(1))
      yield* bot.manager.shutdownAll()
      yield* ends(bot.manager.awaitShutdown)
    }).pipe(Effect.provide(fake()))
  )

  it.live("needs an IDENTIFY for each new shard without a session, and changes nothing without one", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1) })
      const { manager } = bot
      // Two are left above the reserve. The first one has a session.
      yield* manager.assign([1])
      const error = yield* Effect.flip(manager.assign([0, 2, 3]))
      assert.strictEqual(error.reason._tag, "SessionLimitExhausted")
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1))
      yield* manager.assign([0, 2])
      yield* manager.awaitReady
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(0, 2))
      yield* manager.assign([0])
      assert.strictEqual(yield* count("Identify"), 3)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(fake({ sessionStartLimit: { total: 100, remaining: 8 } })))
  )

  it.live("asked for several times at once, ends with the last list", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ shards: set(0, 1) })
      yield* Effect.forEach([[2], [0, 3], [], [1, 2]], bot.manager.assign, { concurrency: "unbounded", discard: true })
      yield* ends(bot.manager.awaitReady)
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, ids(1, 2))
      assert.deepStrictEqual(yield* known(bot), ids(1, 2))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("interrupted before it has begun changes nothing, and later it is done all the same", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1), closeTimeout: "300 millis" })
      const { manager } = bot
      yield* discord.faults.pauseSocket(0)
      // Waits for its turn.
      const restarting = yield* fork(manager.restart(Gateway.shard0))
      yield* Fiber.interrupt(yield* fork(manager.assign([3])))
      yield* ends(Fiber.join(restarting))
      yield* ends(manager.awaitReady)
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(0, 1))

      yield* discord.faults.pauseSocket(0)
      const assigning = yield* fork(manager.assign([1, 3]))
      yield* Gateway.untilStages(bot, 3, ["Connected"])
      yield* Fiber.interrupt(assigning)
      yield* Gateway.until("its end", () => Gateway.stagesOf(bot, 0).at(-1) === "Stopped")
      assert.deepStrictEqual(yield* known(bot), ids(1, 3))
      yield* ends(manager.awaitReady)
    }).pipe(Effect.provide(fake()))
  )

  it.live('interrupted while the count of "auto" is being asked for changes nothing', () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restDelay("GET /gateway/bot", "200 millis")
      const { manager } = yield* Gateway.make()
      const assigning = yield* fork(manager.assign([3]))
      yield* Effect.sleep("30 millis")
      yield* Fiber.interrupt(assigning)
      yield* Effect.sleep("300 millis")
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
      yield* manager.initialize
      yield* ends(manager.awaitReady)
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(0, 1, 2, 3))
    }).pipe(Effect.provide(fake()))
  )

  it.live("is overtaken by what stops all shards, and a later initialize starts the new ones", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: set(0, 1), closeTimeout: "300 millis" })
      const { manager } = bot
      yield* discord.faults.pauseSocket(0)
      const assigning = yield* fork(Effect.flip(manager.assign([1, 3])))
      yield* Gateway.untilStages(bot, 3, ["Connected"])
      yield* manager.shutdownAll({ resumable: true })
      assert.deepInclude((yield* ends(Fiber.join(assigning))).reason, { operation: "assign", by: "shutdownAll" })
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
      yield* manager.initialize
      yield* ends(manager.awaitReady)
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(1, 3))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("lets no shard go while events are compared after a reshard, and adds some meanwhile", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ shards: { ids: [0, 1], total: 2 }, reshardOverlap: "400 millis" })
      yield* manager.reshard(set(0, 1, 2))
      // Nothing settles while a shard is away.
      const refused = yield* discord.faults.refuseConnections()
      yield* ends(manager.assign([0, 1, 2, 3]))
      const assigning = yield* fork(manager.assign([0, 1, 3]))
      yield* Effect.sleep("200 millis")
      assert.isTrue(yield* isOpen(assigning))
      assert.isTrue(yield* manager.has(ShardId.make(2)))
      yield* refused.clear
      yield* ends(Fiber.join(assigning))
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ids(0, 1, 3))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ shards: 2 })))
  )

  it.live("after a reshard that was given up, hands out nothing again that the new shards received", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      // Served by number 1, of two as of three.
      const guild = yield* discord.addGuild("guild", { shard: 1, shardCount: 6 })
      const bot = yield* Gateway.start({ shards: { ids: [0, 1], total: 2 }, reshardOverlap: "30 millis" })
      const { manager } = bot
      const channels = () =>
        bot.received.flatMap(({ payload }) => (payload.t === "CHANNEL_CREATE" ? [payload.d.name] : []))
      yield* manager.assign([0])
      yield* discord.faults.helloNever({ times: 1 })
      const resharding = yield* fork(manager.reshard({ ids: [0, 1, 2], total: 3 }))
      yield* Effect.sleep("150 millis")
      yield* guild.channel("first")
      yield* Gateway.until("the event", () => channels().length === 1)
      yield* Fiber.interrupt(resharding)
      yield* Effect.sleep("150 millis")
      yield* manager.assign([0, 1])
      yield* ends(manager.awaitReady)
      yield* guild.channel("second")
      yield* Gateway.until("the next event", () => channels().includes("second"))
      assert.deepStrictEqual(channels(), ["first", "second"])
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ shards: 2 })))
  )
})
