/** Processes of one bot that share a session store: a rolling deploy, a second start by mistake, and a late one. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as KeyValueSessionStore from "../../../src/gateway/KeyValueSessionStore.ts"
import * as ShardManager from "../../../src/gateway/ShardManager.ts"
import * as ShardStatus from "../../../src/gateway/ShardStatus.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Health from "../../../src/observability/Health.ts"
import { makeRandom } from "../../mutate.ts"
import * as Gateway from "../harness.ts"
import { assertHandledOnce, sendNumbered } from "../numberedEvents.ts"

const { is } = FakeDiscord
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 11)
const shards = { index: 0, count: 3, total: 3 }

/** Something in which processes find each other's sessions. */
const makeDisk = () => Layer.succeedContext(Effect.runSync(Effect.scoped(Layer.build(KeyValueStore.layerMemory))))

/** A process, in a scope of its own. */
const startProcess = (disk: Layer.Layer<KeyValueStore.KeyValueStore>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const sessionStore = Layer.provide(KeyValueSessionStore.layer({ writeInterval: "200 millis" }), disk)
    const bot = yield* Gateway.start({ shards, sessionStore }).pipe(Scope.provide(scope))
    return { bot, stop: Scope.close(scope, Exit.void) }
  })

/** The same for one that may be overtaken before it is ready. */
const startLate = (disk: Layer.Layer<KeyValueStore.KeyValueStore>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const sessionStore = Layer.provide(KeyValueSessionStore.layer({ writeInterval: "200 millis" }), disk)
    const bot = yield* Gateway.make({ shards, sessionStore }).pipe(Scope.provide(scope))
    yield* Effect.orDie(bot.manager.initialize)
    return { bot, stop: Scope.close(scope, Exit.void) }
  })

/** Waits until one of the processes runs all shards, and no other runs any. */
const untilOneRuns = (bots: ReadonlyArray<Gateway.Bot>) =>
  Effect.gen(function* () {
    while (true) {
      const all = yield* Effect.forEach(bots, stages)
      const connected = all.filter((each) => each.every(({ _tag }) => _tag === "Connected"))
      const left = all.filter((each) => each.every(ShardStatus.isTakenOver))
      if (connected.length === 1 && left.length === bots.length - 1) return
      yield* Effect.sleep("20 millis")
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: "1 minute",
      orElse: () =>
        Effect.flatMap(Effect.forEach(bots, stages), (all) =>
          Effect.die(new Error(`nobody has all shards: ${JSON.stringify(all)}`))
        )
    })
  )

const stages = (bot: Gateway.Bot) =>
  Effect.map(bot.manager.runners, (runners) => [...HashMap.values(runners)].map(({ stage }) => stage))

const isTakenOver = (bot: Gateway.Bot) => Effect.map(stages(bot), (all) => all.every(ShardStatus.isTakenOver))

const traffic = sendNumbered(shards.total)

/** Asserts that every shard's events were each handled once by one of the processes. */
const assertOnce = (bots: ReadonlyArray<Gateway.Bot>, count: number) =>
  assertHandledOnce({ count, total: shards.total }, (shard) => bots.flatMap((bot) => Gateway.numbers(bot, shard)))

describe("processes that share a session store", () => {
  it.live("hand every shard over in a rolling deploy: no IDENTIFY, and each event is handled once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const disk = makeDisk()
      const old = yield* startProcess(disk)
      const endTraffic = yield* traffic
      yield* Effect.sleep("100 millis")
      const young = yield* startProcess(disk)
      assert.isTrue(yield* isTakenOver(old.bot))
      yield* Effect.sleep("100 millis")
      yield* old.stop
      yield* Effect.sleep("100 millis")
      const count = yield* endTraffic
      yield* assertOnce([old.bot, young.bot], count)
      const log = yield* discord.log
      assert.lengthOf(log.filter(is("Identify")), shards.total)
      assert.lengthOf(log.filter(is("Resumed")), shards.total)
      yield* young.stop
      yield* Gateway.assertLawful
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ shards: 3, identifyInterval: 0 })))
  )

  it.live(
    "leave all shards to the one that was started last, however starts and stops overlap, and lose no event",
    () =>
      Effect.gen(function* () {
        const random = makeRandom(seed)
        const discord = yield* FakeDiscord.FakeDiscord
        const disk = makeDisk()
        const bots: Array<Gateway.Bot> = []
        const first = yield* startProcess(disk)
        bots.push(first.bot)
        let running = [first]
        const endTraffic = yield* traffic
        for (let round = 0; round < 4; round++) {
          const count = 1 + random(3)
          // Milliseconds. Within the first, several claim the same shard before any of them looks again.
          const apart = random(2) === 0 ? 25 : 800
          const started = yield* Effect.forEach(
            Array.from({ length: count }, () => random(apart)),
            (millis) => Effect.delay(startLate(disk), millis),
            { concurrency: "unbounded" }
          )
          for (const { bot } of started) bots.push(bot)
          running.push(...started)
          // Wait until the newest has all shards.
          yield* untilOneRuns(running.map(({ bot }) => bot))
          const [newest] = yield* Effect.filter(running, ({ bot }) => Effect.map(isTakenOver(bot), (taken) => !taken))
          const stopped = running.filter((each) => each !== newest && random(3) > 0)
          yield* Effect.forEach(stopped, ({ stop }) => stop, { concurrency: "unbounded" })
          running = running.filter((each) => !stopped.includes(each))
        }
        const count = yield* endTraffic
        yield* assertOnce(bots, count)
        assert.lengthOf((yield* discord.log).filter(is("Identify")), shards.total)
        yield* Gateway.assertLawful
        yield* Effect.forEach(running, ({ stop }) => stop, { concurrency: "unbounded" })
      }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ shards: 3, identifyInterval: 0 }))),
    240_000
  )

  it.live(
    "leave a process idle whose shards were all taken: it does not end, is not stalled, and can take one back",
    () =>
      Effect.gen(function* () {
        const disk = makeDisk()
        const old = yield* startProcess(disk)
        const health = yield* Health.Health.pipe(
          Effect.provide(Health.layer({ stalledAfter: "100 millis" })),
          Effect.provideService(ShardManager.ShardManager, old.bot.manager)
        )
        let hasEnded = false
        yield* Effect.forkScoped(
          Effect.andThen(
            old.bot.manager.awaitShutdown,
            Effect.sync(() => (hasEnded = true))
          )
        )
        const young = yield* startProcess(disk)
        assert.isTrue(yield* isTakenOver(old.bot))
        const error = yield* Effect.flip(old.bot.manager.awaitReady)
        assert.strictEqual(error.reason._tag, "TakenOver")
        assert.match(error.message, /^another process \(\w+\) runs shard 0 of 3 now: stop this process/)
        yield* Effect.sleep("300 millis")
        const { isAlive, isReady } = yield* health.check
        assert.deepStrictEqual({ isAlive, isReady, hasEnded }, { isAlive: true, isReady: false, hasEnded: false })

        yield* old.bot.manager.restart(Gateway.shard1)
        yield* Gateway.until("the shard", () => Gateway.stagesOf(old.bot, 1).at(-1) === "Connected")
        assert.deepStrictEqual(
          (yield* stages(young.bot)).map(({ _tag }) => _tag),
          ["Connected", "Fatal", "Connected"]
        )
        yield* old.stop
        yield* young.stop
        assert.isTrue(hasEnded)
        const log = yield* (yield* FakeDiscord.FakeDiscord).log
        assert.lengthOf(log.filter(is("Identify")), shards.total)
        yield* Gateway.assertLawful
      }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ shards: 3, identifyInterval: 0 })))
  )
})
