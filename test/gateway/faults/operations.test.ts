/** Operations of the manager that overlap, overtake each other, or are interrupted. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { GatewayError } from "../../../src/gateway/GatewayError.ts"
import * as GatewayEvents from "../../../src/gateway/GatewayEvents.ts"
import * as SessionStore from "../../../src/gateway/SessionStore.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as Bot from "../../../src/Bot.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ shards: 2, maxConcurrency: 4, identifyInterval: 0, ...options })
const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)
const one = { index: 0, count: 1, total: 1 }
const three = { index: 0, count: 3, total: 3 }
const connected = FakeDiscord.FakeDiscord.use((discord) =>
  Effect.map(discord.sessions, (sessions) => sessions.filter((session) => session.connected))
)
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
const ends = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.timeout(effect, "1 minute")
const overtakenBy = (error: GatewayError) =>
  error.reason._tag === "Overtaken" ? [error.reason.operation, error.reason.by] : error.reason

/** A gateway whose GET /gateway/bot is answered when the test says so. */
const slowGatewayBot = FakeDiscord.FakeDiscord.use((discord) =>
  discord.faults.restDelay("GET /gateway/bot", "300 millis")
)

describe("an operation that stops all shards", () => {
  it.live("overtakes initialize, which fails with an error that says so, and no shard is left", () =>
    Effect.gen(function* () {
      yield* slowGatewayBot
      const { manager } = yield* Gateway.make()
      const starting = yield* fork(Effect.flip(manager.initialize))
      yield* Effect.sleep("30 millis")
      yield* manager.shutdownAll()
      assert.deepStrictEqual(overtakenBy(yield* ends(Fiber.join(starting))), ["initialize", "shutdownAll"])
      yield* ends(manager.awaitShutdown)
      yield* Effect.sleep("400 millis")
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
      assert.isEmpty(yield* connected)
    }).pipe(Effect.provide(fake()))
  )

  it.live("overtakes restart, which fails with an error that says so, and no shard is left", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ closeTimeout: "300 millis" })
      yield* discord.faults.pauseSocket(1)
      const restarting = yield* fork(Effect.flip(manager.restart(Gateway.shard1)))
      yield* Effect.sleep("30 millis")
      yield* manager.shutdownAll()
      assert.deepStrictEqual(overtakenBy(yield* ends(Fiber.join(restarting))), ["restart", "shutdownAll"])
      yield* Effect.sleep("100 millis")
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
    }).pipe(Effect.provide(fake()))
  )

  it.live('setShards overtakes initialize("auto"): only the shards that it names ever run', () =>
    Effect.gen(function* () {
      yield* slowGatewayBot
      const { manager } = yield* Gateway.make()
      const starting = yield* fork(Effect.flip(manager.initialize))
      yield* Effect.sleep("30 millis")
      yield* manager.setShards(three)
      assert.deepStrictEqual(overtakenBy(yield* ends(Fiber.join(starting))), ["initialize", "setShards"])
      yield* manager.initialize
      yield* ends(manager.awaitReady)
      yield* Effect.sleep("300 millis")
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ShardId.range(0, 3))
      assert.isTrue((yield* theLog).filter(is("Identify")).every(({ shardCount }) => shardCount === 3))
    }).pipe(Effect.provide(fake()))
  )

  it.live('shardFor, while the count of "auto" is being asked for, brings no shards of its own back', () =>
    Effect.gen(function* () {
      yield* slowGatewayBot
      const { manager } = yield* Gateway.make()
      const asking = yield* fork(manager.shardFor("1"))
      yield* Effect.sleep("30 millis")
      yield* manager.setShards(three)
      yield* Fiber.join(asking)
      yield* manager.initialize
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ShardId.range(0, 3))
    }).pipe(Effect.provide(fake()))
  )

  it.live("overtakes all that wait for their turn, and runs after one that stops too", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      const all = yield* fork(
        Effect.all(
          [
            Effect.exit(manager.restart(Gateway.shard0)),
            Effect.exit(manager.restart(Gateway.shard1)),
            Effect.exit(manager.initialize),
            Effect.exit(manager.reshard(three)),
            Effect.exit(manager.setShards(three)),
            Effect.exit(manager.shutdownAll())
          ],
          { concurrency: "unbounded" }
        )
      )
      const exits = yield* ends(Fiber.join(all))
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [false, false, false, false, true, true])
      yield* ends(manager.awaitShutdown)
      assert.isEmpty(yield* connected)
      yield* manager.initialize
      yield* ends(manager.awaitReady)
      assert.strictEqual((yield* connected).length, 3)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("what is called after it starts shards, when it has ended", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      const stopping = yield* fork(manager.shutdownAll())
      yield* ends(manager.initialize)
      yield* ends(Fiber.join(stopping))
      yield* ends(manager.awaitReady)
      assert.isUndefined((yield* fork(manager.awaitShutdown)).pollUnsafe())
      assert.strictEqual((yield* connected).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("the end of the scope is one: what is under way fails, and what is called later does too", () =>
    Effect.gen(function* () {
      yield* slowGatewayBot
      const scope = yield* Scope.make()
      const { manager } = yield* Scope.provide(Gateway.make(), scope)
      const starting = yield* fork(Effect.flip(manager.initialize))
      yield* Effect.sleep("30 millis")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* ends(Fiber.join(starting))).reason._tag, "Overtaken")
      assert.strictEqual((yield* ends(Effect.flip(manager.initialize))).reason._tag, "Overtaken")
      assert.strictEqual((yield* ends(Effect.flip(manager.restart(Gateway.shard0)))).reason._tag, "Overtaken")
      yield* ends(manager.awaitShutdown)
    }).pipe(Effect.provide(fake()))
  )

  it.live("is bounded by shutdownTimeout, though a shard does not end, which is stopped all the same", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ closeTimeout: "1500 millis", shutdownTimeout: "100 millis" })
      yield* discord.faults.pauseSocket(1)
      yield* manager.shutdownAll()
      yield* manager.awaitShutdown
      // It has not waited for this one.
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [Gateway.shard1])
      // A start waits for it, and finds no session of a shard that was told to end its own.
      yield* ends(manager.initialize)
      yield* ends(manager.awaitReady)
      assert.isEmpty((yield* theLog).filter(is("Resume")))
      assert.strictEqual((yield* theLog).filter(is("Identify")).length, 4)
    }).pipe(Effect.provide(fake()))
  )
})

describe("an interrupted caller", () => {
  it.live("of shutdownAll leaves it to end: all shards stop, and awaitShutdown completes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ closeTimeout: "200 millis" })
      yield* discord.faults.pauseSocket(0)
      yield* Fiber.interrupt(yield* fork(manager.shutdownAll()))
      yield* ends(manager.awaitShutdown)
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
    }).pipe(Effect.provide(fake()))
  )

  it.live("of setShards leaves it to end: none run, the others are responsible, and awaitShutdown completes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ closeTimeout: "200 millis" })
      yield* discord.faults.pauseSocket(0)
      yield* Fiber.interrupt(yield* fork(manager.setShards(three)))
      yield* ends(manager.awaitShutdown)
      yield* manager.initialize
      assert.deepStrictEqual(yield* manager.shardsInstantiated, ShardId.range(0, 3))
    }).pipe(Effect.provide(fake()))
  )

  it.live("of restart leaves it to end once the shard was told to stop: it runs again", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ closeTimeout: "200 millis" })
      yield* discord.faults.pauseSocket(0)
      yield* Fiber.interrupt(yield* fork(bot.manager.restart(Gateway.shard0)))
      yield* Gateway.untilStages(bot, 0, ["Stopped", "Connected"])
    }).pipe(Effect.provide(fake()))
  )

  it.live("of initialize leaves nothing behind while the count is being asked for", () =>
    Effect.gen(function* () {
      yield* slowGatewayBot
      const { manager } = yield* Gateway.make()
      const starting = yield* fork(manager.initialize)
      yield* Effect.sleep("30 millis")
      yield* Fiber.interrupt(starting)
      yield* Effect.sleep("400 millis")
      assert.deepStrictEqual(yield* manager.shardsInstantiated, [])
      yield* manager.initialize
      yield* ends(manager.awaitReady)
    }).pipe(Effect.provide(fake()))
  )
})

describe("has ended", () => {
  it.live("awaitReady fails when the only shard is stopped while it waits, and a bot's launch ends", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.readyNever({ times: Infinity })
      const { manager } = yield* Gateway.make({ shards: one })
      yield* manager.initialize
      const ready = yield* fork(Effect.flip(manager.awaitReady))
      yield* discord.awaitLog(is("Identify"))
      yield* manager.shutdownAll()
      assert.strictEqual((yield* ends(Fiber.join(ready))).reason._tag, "ShardNotRunning")
    }).pipe(Effect.provide(fake()))
  )

  it.live("shutdownAll while a bot of one shard boots ends its launch with an error", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.readyNever({ times: Infinity })
      const stopper = Layer.effectDiscard(
        Effect.gen(function* () {
          const { ShardManager } = yield* Effect.promise(() => import("../../../src/gateway/ShardManager.ts"))
          const manager = yield* ShardManager
          yield* Effect.forkScoped(
            Effect.andThen(Effect.orDie(discord.awaitLog(is("Identify"))), manager.shutdownAll())
          )
        })
      )
      const { layer } = yield* Effect.promise(() => import("../../../src/gateway/ShardManager.ts"))
      const bot = Bot.layerWithoutShards({ interactions: [] }).pipe(
        Layer.provideMerge(stopper),
        Layer.provideMerge(layer({ shards: one, intents: ["Guilds"] }))
      )
      const exit = yield* ends(Effect.exit(Bot.launch(bot)))
      assert.isTrue(Exit.isFailure(exit))
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("awaitReady fails when all shards are stopped before any was started", () =>
    Effect.gen(function* () {
      yield* slowGatewayBot
      const { manager } = yield* Gateway.make()
      const ready = yield* fork(Effect.flip(manager.awaitReady))
      yield* manager.shutdownAll()
      assert.deepStrictEqual(overtakenBy(yield* ends(Fiber.join(ready))), ["awaitReady", "shutdownAll"])
    }).pipe(Effect.provide(fake()))
  )

  it.live("awaitReady waits through a restart with a new session, whatever the store takes", () =>
    Effect.gen(function* () {
      const slow = Layer.effect(
        SessionStore.SessionStore,
        Effect.map(SessionStore.SessionStore, (store) => ({
          ...store,
          remove: (key: SessionStore.SessionKey) => Effect.delay(store.remove(key), "50 millis")
        }))
      ).pipe(Layer.provide(SessionStore.layerMemory))
      const { manager } = yield* Gateway.start({ shards: one, sessionStore: slow })
      const restarting = yield* fork(manager.restart(Gateway.shard0, { session: "new" }))
      yield* ends(manager.awaitReady)
      yield* Fiber.join(restarting)
    }).pipe(Effect.provide(fake()))
  )

  it.live("awaitShutdown completes when the last shard has been stopped, one by one", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      const waiting = yield* fork(manager.awaitShutdown)
      yield* manager.shutdown(Gateway.shard0)
      yield* Effect.sleep("20 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* manager.shutdown(Gateway.shard1)
      yield* ends(Fiber.join(waiting))
    }).pipe(Effect.provide(fake()))
  )

  it.live("awaitShutdown does not complete between setShards and initialize, nor while a shard restarts", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start({ shards: one })
      const waiting = yield* fork(manager.awaitShutdown)
      yield* manager.restart(Gateway.shard0)
      yield* manager.setShards(three)
      yield* manager.initialize
      yield* ends(manager.awaitReady)
      assert.isUndefined(waiting.pollUnsafe())
    }).pipe(Effect.provide(fake()))
  )

  it.live("awaitShutdown completes when initialize fails after setShards: nothing is left that would start one", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ shards: one, identifyReserve: 0.998 })
      yield* manager.setShards({ index: 0, count: 3, total: 3 })
      yield* discord.faults.setIdentifiesLeft(0)
      const exit = yield* Effect.exit(manager.initialize)
      assert.isTrue(Exit.isFailure(exit))
      yield* ends(manager.awaitShutdown)
    }).pipe(Effect.provide(fake()))
  )

  it.live("two shards that cannot go on at the same moment, and are the last, end awaitShutdown with a reason", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { manager } = yield* Gateway.start({ onFatal: "stop-shard" })
      const waiting = yield* fork(Effect.flip(manager.awaitShutdown))
      yield* Effect.all([discord.faults.close(0, 4013), discord.faults.close(1, 4013)], { concurrency: 2 })
      assert.strictEqual((yield* ends(Fiber.join(waiting))).reason._tag, "InvalidIntents")
    }).pipe(Effect.provide(fake()))
  )

  it.live("awaitShutdown after another start is about the shards that run from then on", () =>
    Effect.gen(function* () {
      const { manager } = yield* Gateway.start()
      yield* manager.shutdownAll()
      yield* manager.awaitShutdown
      yield* manager.initialize
      const waiting = yield* fork(manager.awaitShutdown)
      yield* ends(manager.awaitReady)
      assert.isUndefined(waiting.pollUnsafe())
      yield* manager.shutdownAll()
      yield* ends(Fiber.join(waiting))
    }).pipe(Effect.provide(fake()))
  )
})

describe("sessions", () => {
  it.live("setShards to another total forgets those of the old one, also of shards that had ended", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      yield* bot.manager.shutdown(Gateway.shard0, 4200)
      yield* bot.manager.setShards(three)
      yield* bot.manager.initialize
      yield* ends(bot.manager.awaitReady)
      yield* bot.manager.setShards("auto")
      yield* bot.manager.initialize
      yield* ends(bot.manager.awaitReady)
      assert.isEmpty((yield* theLog).filter(is("Resume")))
    }).pipe(Effect.provide(fake()))
  )

  it.live(
    "setShards to another total forgets them at once: the next process must not find them in a durable store",
    () =>
      Effect.gen(function* () {
        const removed: Array<string> = []
        const store = Layer.effect(
          SessionStore.SessionStore,
          Effect.map(SessionStore.SessionStore, (store) => ({
            ...store,
            durable: true,
            remove: (key: SessionStore.SessionKey) =>
              Effect.andThen(
                Effect.sync(() => removed.push(`${key.shard} of ${key.total}`)),
                store.remove(key)
              )
          }))
        ).pipe(Layer.provide(SessionStore.layerMemory))
        const { manager } = yield* Gateway.start({ sessionStore: store })
        yield* manager.shutdown(Gateway.shard0, 4200)
        yield* manager.shutdown(Gateway.shard1, 4200)
        yield* manager.setShards(three)
        assert.deepStrictEqual(removed.toSorted(), ["0 of 2", "1 of 2"])
      }).pipe(Effect.provide(fake()))
  )

  it.live("restart while the shard ends its session starts a new one", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ closeTimeout: "200 millis" })
      yield* discord.faults.pauseSocket(0)
      const stopping = yield* fork(bot.manager.shutdown(Gateway.shard0, 1000))
      yield* bot.manager.restart(Gateway.shard0)
      yield* Fiber.join(stopping)
      yield* Gateway.untilStages(bot, 0, ["Stopped", "Identifying", "Connected"])
      assert.isEmpty((yield* theLog).filter(is("Resume")))
    }).pipe(Effect.provide(fake()))
  )

  it.live("a shutdown that ends the session, while a restart would keep it, wins", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ closeTimeout: "200 millis" })
      yield* discord.faults.pauseSocket(0)
      const restarting = yield* fork(bot.manager.restart(Gateway.shard0))
      assert.isTrue(yield* bot.manager.shutdown(Gateway.shard0, 1000))
      yield* Fiber.join(restarting)
      yield* ends(bot.manager.awaitReady)
      assert.isEmpty((yield* theLog).filter(is("Resume")))
    }).pipe(Effect.provide(fake()))
  )
})

describe("a shard", () => {
  class Marker extends Context.Service<Marker, string>()("test/Marker") {}

  it.live("does not live in the context of whoever restarted it", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const store = Layer.effect(
        SessionStore.SessionStore,
        Effect.map(SessionStore.SessionStore, (store) => ({
          ...store,
          load: (key: SessionStore.SessionKey) =>
            Effect.andThen(
              Effect.contextWith((context: Context.Context<never>) =>
                Effect.sync(() => seen.push(Context.getOption(context, Marker)._tag))
              ),
              store.load(key)
            )
        }))
      ).pipe(Layer.provide(SessionStore.layerMemory))
      const { manager } = yield* Gateway.start({ shards: one, sessionStore: store })
      yield* Effect.provideService(manager.restart(Gateway.shard0), Marker, "whoever")
      yield* ends(manager.awaitReady)
      yield* Effect.provideService(Effect.andThen(manager.shutdownAll(), manager.initialize), Marker, "whoever")
      yield* ends(manager.awaitReady)
      assert.deepStrictEqual([...new Set(seen)], ["None"])
    }).pipe(Effect.provide(fake()))
  )

  it.live("that is stopped by a handler, which restarts it, is left running once", () =>
    Effect.gen(function* () {
      const done = yield* Deferred.make<void>()
      let count = 0
      const bot: { manager?: Gateway.Manager } = {}
      const handlers = GatewayEvents.on("READY", () =>
        Effect.suspend(() =>
          ++count > 1 || bot.manager === undefined
            ? Effect.void
            : bot.manager.restart(Gateway.shard0).pipe(Effect.andThen(Deferred.succeed(done, undefined)), Effect.ignore)
        )
      )
      const made = yield* Gateway.make({ shards: one, handlers })
      bot.manager = made.manager
      yield* made.manager.initialize
      yield* ends(Deferred.await(done))
      yield* ends(made.manager.awaitReady)
      assert.strictEqual((yield* connected).length, 1)
    }).pipe(Effect.provide(fake()))
  )
})
