import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as GatewayError from "../../src/gateway/GatewayError.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "./harness.ts"

const { is } = FakeDiscord

/** A fake with three shards that may all identify at once. */
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ shards: 3, maxConcurrency: 3, identifyInterval: 0, ...options })

const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)

const count = (tag: FakeDiscord.Tag) => Effect.map(theLog, (log) => log.filter(is(tag)).length)

const closes = (by: "client" | "server") =>
  Effect.map(theLog, (log) => log.filter(is("Closed", (entry) => entry.by === by)).map((entry) => entry.code))

describe("ShardManager", () => {
  it.live("opens no connection before initialize", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.make()
      yield* Effect.sleep("50 millis")
      assert.strictEqual(yield* count("Opened"), 0)
      assert.isFalse(yield* bot.manager.has(Gateway.shard0))
      assert.strictEqual(HashMap.size(yield* bot.manager.runners), 0)
    }).pipe(Effect.provide(fake()))
  )

  it.live("fails with InvalidOptions when the shards do not fit into the total", () =>
    Effect.gen(function* () {
      for (const shards of [
        { index: 0, count: 4, total: 3 },
        { index: 3, count: 1, total: 3 },
        { index: -1, count: 1, total: 3 },
        { index: 0, count: 0, total: 3 },
        { index: 0, count: 1.5, total: 3 }
      ]) {
        const exit = yield* Effect.exit(Gateway.make({ shards }))
        assert.isTrue(
          Exit.isFailure(exit) && Cause.pretty(exit.cause).includes("option shards"),
          JSON.stringify(shards)
        )
      }
    }).pipe(Effect.provide(fake()))
  )

  it.live("has a shard exactly while its fiber lives", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.make()
      const { manager } = bot
      assert.isFalse(yield* manager.has(Gateway.shard1))
      yield* manager.initialize
      assert.isTrue(yield* manager.has(Gateway.shard1))
      assert.isFalse(yield* manager.has(ShardId.make(3)))
      yield* manager.awaitReady
      yield* manager.shutdown(Gateway.shard1)
      assert.isFalse(yield* manager.has(Gateway.shard1))
      assert.isTrue(yield* manager.has(Gateway.shard0))
    }).pipe(Effect.provide(fake()))
  )

  it.live("does not have a shard that cannot go on", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ onFatal: "stop-shard" })
      yield* discord.faults.close(1, 4014)
      yield* bot.manager.shutdownFinished(Gateway.shard1)
      assert.isFalse(yield* bot.manager.has(Gateway.shard1))
      assert.strictEqual((yield* Gateway.info(bot, 1)).stage._tag, "Fatal")
    }).pipe(Effect.provide(fake()))
  )

  it.live('initialize starts as many shards as Discord recommends for "auto"', () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* Gateway.start()
      const identifies = (yield* discord.log).filter(is("Identify"))
      assert.deepStrictEqual(identifies.map(({ shardCount, shardId }) => [shardId, shardCount]).toSorted(), [
        [0, 3],
        [1, 3],
        [2, 3]
      ])
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("initialize starts the shards of an assignment", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ shards: { index: 2, count: 2, total: 5 } })
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [2, 3].map(ShardId.make))
    }).pipe(Effect.provide(fake()))
  )

  it.live("initialize starts no shard twice, and starts stopped shards again", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.make()
      yield* Effect.all([bot.manager.initialize, bot.manager.initialize], { concurrency: "unbounded" })
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
      yield* bot.manager.initialize
      assert.strictEqual(yield* count("Identify"), 3)
      yield* bot.manager.shutdown(Gateway.shard1)
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
      assert.strictEqual(yield* count("Identify"), 4)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("initialize starts shards after the handlers are in place", () =>
    Effect.gen(function* () {
      const ready: Array<number> = []
      yield* Gateway.start({
        handlers: GatewayEvents.on("READY", (_, shard) => Effect.sync(() => ready.push(shard.id)))
      })
      yield* Gateway.until("every READY", () => ready.length === 3)
      assert.deepStrictEqual(ready.toSorted(), [0, 1, 2])
    }).pipe(Effect.provide(fake()))
  )

  it.live("setShards stops all shards and starts none, and initialize starts the new ones", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      yield* manager.setShards({ index: 0, count: 5, total: 5 })
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
      assert.strictEqual(HashMap.size(yield* manager.runners), 0)
      assert.deepStrictEqual(yield* closes("client"), [1000, 1000, 1000])
      yield* Effect.sleep("30 millis")
      assert.strictEqual(yield* count("Opened"), 3)
      yield* manager.initialize
      yield* manager.awaitReady
      assert.strictEqual((yield* manager.shardsInstantiated).length, 5)
      assert.strictEqual(yield* count("Identify"), 8)
      const exit = yield* Effect.exit(manager.setShards({ index: 3, count: 3, total: 5 }))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual((yield* manager.shardsInstantiated).length, 5)
    }).pipe(Effect.provide(fake()))
  )

  it.live("setShards keeps the sessions of shards that keep their total", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      yield* manager.setShards({ index: 0, count: 2, total: 3 })
      assert.deepStrictEqual(yield* closes("client"), [4200, 4200, 4200])
      yield* manager.initialize
      yield* manager.awaitReady
      assert.strictEqual(yield* count("Identify"), 3)
      assert.strictEqual(yield* count("Resumed"), 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("restart resumes by default, and misses no event", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* Gateway.number(discord, 1, 1)
      const restarting = yield* Effect.forkChild(bot.manager.restart(Gateway.shard1), { startImmediately: true })
      yield* Gateway.number(discord, 2, 1)
      yield* Fiber.join(restarting)
      yield* Gateway.untilStages(bot, 1, ["Stopped", "Connecting", "Resuming", "Connected"])
      yield* Gateway.number(discord, 3, 1)
      yield* Gateway.until("three events", () => Gateway.numbers(bot, 1).length === 3)
      assert.deepStrictEqual(Gateway.numbers(bot, 1), [1, 2, 3])
      assert.strictEqual(yield* count("Identify"), 3)
      assert.strictEqual(yield* count("Resumed"), 1)
      assert.deepStrictEqual(yield* closes("client"), [4200])
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("restart begins a new session on request", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      yield* bot.manager.restart(Gateway.shard1, { session: "new" })
      yield* bot.manager.awaitReady
      assert.strictEqual(yield* count("Identify"), 4)
      assert.strictEqual(yield* count("Resume"), 0)
      assert.deepStrictEqual(yield* closes("client"), [1000])
    }).pipe(Effect.provide(fake()))
  )

  it.live("restart starts a stopped or failed shard, and fails for a shard of another process", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ onFatal: "stop-shard" })
      yield* bot.manager.shutdown(Gateway.shard0, 4000)
      yield* discord.faults.close(1, 4014)
      yield* bot.manager.shutdownFinished(Gateway.shard1)
      yield* bot.manager.restart(Gateway.shard0)
      yield* bot.manager.restart(Gateway.shard1)
      yield* bot.manager.awaitReady
      assert.strictEqual(yield* count("Resumed"), 1)
      const error = yield* Effect.flip(bot.manager.restart(ShardId.make(3)))
      assert.strictEqual(error.reason._tag, "ShardNotRunning")
    }).pipe(Effect.provide(fake()))
  )

  it.live("two restarts at the same time end with one shard", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      yield* Effect.all([bot.manager.restart(Gateway.shard0), bot.manager.restart(Gateway.shard0)], {
        concurrency: "unbounded"
      })
      yield* bot.manager.awaitReady
      const discord = yield* FakeDiscord.FakeDiscord
      assert.strictEqual((yield* discord.sessions).filter(({ connected }) => connected).length, 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live("shardsInstantiated lists the running shards in order", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      yield* manager.shutdown(Gateway.shard1)
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [0, 2].map(ShardId.make))
      assert.strictEqual(HashMap.size(yield* manager.runners), 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdown returns whether the shard ran, and closes its connection with the code", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      assert.isTrue(yield* bot.manager.shutdown(Gateway.shard1, 4999))
      assert.isTrue(yield* bot.manager.shutdown(ShardId.make(2)))
      assert.isFalse(yield* bot.manager.shutdown(Gateway.shard1, 1000))
      assert.isFalse(yield* bot.manager.shutdown(ShardId.make(77), 1000))
      assert.deepStrictEqual(yield* closes("client"), [4999, 1000])
      assert.strictEqual((yield* Gateway.info(bot, 1)).stage._tag, "Stopped")
      assert.isTrue(Exit.hasDies(yield* Effect.exit(bot.manager.shutdown(Gateway.shard0, 1005))))
      assert.isTrue(yield* bot.manager.has(Gateway.shard0))
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll stops all shards at the same time, and completes awaitShutdown", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      const waiting = yield* Effect.forkChild(manager.awaitShutdown)
      yield* manager.shutdownAll()
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
      assert.deepStrictEqual(yield* closes("client"), [1000, 1000, 1000])
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll with resumable keeps the sessions, and initialize resumes them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* bot.manager.shutdownAll({ resumable: true })
      yield* Gateway.number(discord, 1)
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
      assert.isUndefined((yield* Effect.forkChild(bot.manager.awaitShutdown)).pollUnsafe())
      assert.strictEqual(yield* count("Identify"), 3)
      assert.strictEqual(yield* count("Resumed"), 3)
      assert.deepStrictEqual(Gateway.numbers(bot), [1])
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll before initialize completes awaitShutdown", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.make()
      yield* manager.shutdownAll()
      yield* manager.awaitShutdown
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll stops shards that connect, or wait for HELLO, for their turn or for READY", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const stages = [
        ["Connecting", discord.faults.stallUpgrade({ times: 3 })],
        ["Handshake", discord.faults.helloNever({ times: 3 })],
        ["Identifying", discord.faults.readyNever({ times: 3 })]
      ] as const
      for (const [stage, fault] of stages) {
        const lying = yield* fault
        const bot = yield* Gateway.make()
        yield* bot.manager.initialize
        while ((yield* lying.hits) < 3) yield* Effect.sleep("2 millis")
        yield* Gateway.until(stage, () => [0, 1, 2].every((id) => Gateway.stagesOf(bot, id).at(-1) === stage))
        yield* bot.manager.shutdownAll().pipe(Effect.timeout("1 minute"))
        yield* bot.manager.awaitShutdown
        assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [])
      }
      const queue = Layer.succeed(IdentifyQueue.IdentifyQueue, { take: () => Effect.never })
      const bot = yield* Gateway.make({ identifyQueue: queue })
      yield* bot.manager.initialize
      yield* Gateway.until("Queued", () => [0, 1, 2].every((id) => Gateway.stagesOf(bot, id).at(-1) === "Queued"))
      yield* bot.manager.shutdownAll().pipe(Effect.timeout("1 minute"))
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll ends in time when no peer answers", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ closeTimeout: "100 millis" })
      for (const id of [0, 1, 2]) yield* discord.faults.pauseSocket(id)
      yield* manager.shutdownAll().pipe(Effect.timeout("1 minute"))
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
    }).pipe(Effect.provide(fake()))
  )

  it.live("intents are a bit field", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ intents: ["Guilds", "DirectMessages"] })
      assert.strictEqual(manager.intents, 1 | (1 << 12))
      assert.deepStrictEqual(
        (yield* discord.sessions).map(({ intents }) => intents),
        [4097, 4097, 4097]
      )
    }).pipe(Effect.provide(fake()))
  )

  it.live("returnWithValue completes awaitShutdown, and leaves the shards alone", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      const error = GatewayError.fromReason(new GatewayError.InvalidApiVersion())
      yield* manager.returnWithValue(Exit.fail(error))
      assert.strictEqual(yield* Effect.flip(manager.awaitShutdown), error)
      yield* manager.returnWithValue(Exit.void)
      assert.strictEqual(yield* Effect.flip(manager.awaitShutdown), error)
      assert.strictEqual((yield* manager.shardsInstantiated).length, 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownFinished completes when the shard has ended", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      const finished = yield* Effect.forkChild(manager.shutdownFinished(Gateway.shard1), { startImmediately: true })
      assert.isUndefined(finished.pollUnsafe())
      yield* manager.shutdown(Gateway.shard1)
      yield* Fiber.join(finished)
      yield* manager.shutdownFinished(Gateway.shard1)
      yield* manager.shutdownFinished(ShardId.make(77))
    }).pipe(Effect.provide(fake()))
  )

  it.live("a shutdown works after several shards have reconnected at the same time", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      for (const id of [0, 1, 2]) yield* discord.faults.reconnect(id)
      for (const id of [0, 1, 2]) yield* Gateway.untilRecovered(bot, id)
      assert.isTrue(yield* bot.manager.shutdown(Gateway.shard1).pipe(Effect.timeout("1 minute")))
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [0, 2].map(ShardId.make))
    }).pipe(Effect.provide(fake()))
  )

  it.live("runners has the latency, the stage and the numbers of a shard", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.requestHeartbeat(0)
      yield* Effect.gen(function* () {
        while (Option.isNone((yield* Gateway.info(bot, 0)).latency)) yield* Effect.sleep("2 millis")
      }).pipe(Effect.timeout("1 minute"))
      const info = yield* Gateway.info(bot, 0)
      assert.deepInclude(info, { id: Gateway.shard0, total: 3, identifies: 1, resumes: 0 })
      assert.strictEqual(info.stage._tag, "Connected")
      assert.isTrue(
        Option.isSome(info.averageLatency) && Option.isSome(info.lastDispatchAt) && Option.isSome(info.sessionAge)
      )
      assert.isAtLeast(info.sequence, 1)

      // While Discord is down, the shard is never shown as Connected.
      yield* discord.stop()
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Backoff"])
      assert.notStrictEqual((yield* Gateway.info(bot, 0)).stage._tag, "Connected")
      assert.strictEqual(Option.getOrThrow((yield* Gateway.info(bot, 0)).lastEnd)._tag, "Unreachable")
      yield* discord.start()
      yield* bot.manager.awaitReady
      assert.deepInclude(yield* Gateway.info(bot, 0), { identifies: 1, resumes: 1 })
    }).pipe(Effect.provide(fake()))
  )

  it.live("closing the scope stops all shards and ends their sessions", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Scope.provide(Gateway.start(), scope)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* closes("client"), [1000, 1000, 1000])
    }).pipe(Effect.provide(fake()))
  )

  it.live('closing the scope with onClose "resumable" keeps the sessions', () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Scope.provide(Gateway.start({ onClose: "resumable" }), scope)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* closes("client"), [4200, 4200, 4200])
    }).pipe(Effect.provide(fake()))
  )

  it.live(
    "awaitReady completes when all shards are Connected at the same time, even if one drops during the start",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        // Shard 2 is delayed until shard 0 has dropped, which is kept away until shard 2 is there.
        const hold = yield* discord.faults.readyDelay("2 seconds", { shard: 2 })
        const away = yield* discord.faults.closeOnResume(undefined, { shard: 0, times: Infinity })
        const bot = yield* Gateway.make()
        const ready = yield* Effect.forkChild(Effect.andThen(bot.manager.initialize, bot.manager.awaitReady))
        yield* Gateway.untilStages(bot, 0, ["Connected"])
        yield* discord.faults.dropConnection(0)
        yield* Gateway.untilStages(bot, 2, ["Connected"])
        assert.strictEqual(yield* hold.hits, 1)
        assert.isUndefined(ready.pollUnsafe())
        yield* away.clear
        yield* Fiber.join(ready)
        for (const id of [0, 1, 2]) assert.strictEqual((yield* Gateway.info(bot, id)).stage._tag, "Connected")
      }).pipe(Effect.provide(fake()))
  )

  it.live("awaitReady fails when a shard cannot go on or is stopped before that", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.closeOnIdentify(4014, { shard: 1 })
      const failing = yield* Gateway.make()
      yield* failing.manager.initialize
      assert.strictEqual((yield* Effect.flip(failing.manager.awaitReady)).reason._tag, "DisallowedIntents")
      yield* discord.faults.readyNever({ times: Infinity })
      const stopped = yield* Gateway.make()
      yield* stopped.manager.initialize
      const ready = yield* Effect.forkChild(Effect.flip(stopped.manager.awaitReady))
      yield* Gateway.untilStages(stopped, 1, ["Identifying"])
      yield* stopped.manager.shutdownAll()
      assert.strictEqual((yield* Fiber.join(ready)).reason._tag, "ShardNotRunning")
    }).pipe(Effect.provide(fake()))
  )

  it.live("changes has every step of a shard, and only legal ones", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ shards: { index: 0, count: 1, total: 1 } })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      yield* bot.manager.shutdownAll()
      yield* Gateway.untilStages(bot, 0, ["Stopped"])
      assert.deepStrictEqual(Gateway.stagesOf(bot, 0), [
        "Connecting",
        "Handshake",
        "Queued",
        "Identifying",
        "Connected",
        "Disconnected",
        "Connecting",
        "Handshake",
        "Resuming",
        "Connected",
        "Stopped"
      ])
      for (const [i, change] of bot.changes.slice(1).entries()) {
        assert.strictEqual(change.from, bot.changes[i]?.to)
        assert.isAtLeast(change.at, bot.changes[i]?.at ?? 0)
      }
    }).pipe(Effect.provide(fake({ shards: 1 })))
  )
})

describe("onFatal", () => {
  it.live('"stop-all" makes a restart fail with the reason until all shards have stopped', () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ closeTimeout: "200 millis" })
      // The peer answers no close frame, so stopping takes as long as it may.
      yield* discord.faults.pauseSocket(2)
      yield* discord.faults.close(0, 4013)
      yield* Gateway.untilStages(bot, 0, ["Fatal"])
      const error = yield* Effect.flip(bot.manager.restart(Gateway.shard1))
      assert.strictEqual(error.reason._tag, "InvalidIntents")
      const outcome = yield* Effect.flip(bot.manager.awaitShutdown)
      assert.strictEqual(outcome.reason._tag, "InvalidIntents")
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [])
      // Afterwards the manager works as before.
      yield* bot.manager.restart(Gateway.shard1)
      yield* Gateway.untilStages(bot, 1, ["Stopped", "Connected"])
    }).pipe(Effect.timeout("1 minute"), Effect.provide(fake()))
  )

  it.live('"stop-all" stops all shards when one cannot go on, and awaitShutdown fails with the reason', () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      const waiting = yield* Effect.forkChild(Effect.flip(bot.manager.awaitShutdown))
      yield* discord.faults.close(1, 4014)
      const error = yield* Fiber.join(waiting)
      assert.strictEqual(error.reason._tag, "DisallowedIntents")
      yield* bot.manager.shutdownFinished(Gateway.shard1)
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [])
      // The sessions of the others are kept, and resumed when they are started again.
      assert.deepStrictEqual(yield* closes("client"), [4200, 4200])
    }).pipe(Effect.provide(fake()))
  )

  it.live('"stop-shard" lets the other shards continue until none is left', () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ onFatal: "stop-shard" })
      const waiting = yield* Effect.forkChild(Effect.flip(bot.manager.awaitShutdown), { startImmediately: true })
      for (const id of [1, 2]) {
        yield* discord.faults.close(id, 4010)
        yield* bot.manager.shutdownFinished(ShardId.make(id))
      }
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [Gateway.shard0])
      assert.isUndefined(waiting.pollUnsafe())
      yield* Gateway.number(discord, 1)
      yield* Gateway.until("an event", () => Gateway.numbers(bot).length === 1)
      yield* discord.faults.close(0, 4011)
      assert.strictEqual((yield* Fiber.join(waiting)).reason._tag, "ShardingRequired")
    }).pipe(Effect.provide(fake()))
  )
})

describe("options", () => {
  it.live("gatewayUrl is used for IDENTIFY and RESUME alike", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({
        gatewayUrl: `${discord.gatewayUrl}/?key=abc`,
        shards: { index: 0, count: 1, total: 1 }
      })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      const opened = (yield* discord.log).filter(is("Opened"))
      assert.deepStrictEqual(
        opened.map(({ host, url }) => [host, url]),
        [
          ["main", "/?key=abc&v=10&encoding=json"],
          ["main", "/?key=abc&v=10&encoding=json"]
        ]
      )
    }).pipe(Effect.provide(fake()))
  )

  it.live("handlers that hang do not delay a shutdown", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const scope = yield* Scope.make()
      const handlers = GatewayEvents.on("READY", () =>
        Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
      )
      yield* Scope.provide(Gateway.start({ handlers }), scope)
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout("1 minute"))
      yield* Deferred.await(interrupted)
    }).pipe(Effect.provide(fake()))
  )
})
