/** Shards that move between processes by plan: one lets them go, and then the other is assigned them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as KeyValueSessionStore from "../../../src/gateway/KeyValueSessionStore.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as ShardStatus from "../../../src/gateway/ShardStatus.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import { makeRandom } from "../../mutate.ts"
import * as Gateway from "../harness.ts"
import { assertHandledOnce, sendNumbered } from "../numberedEvents.ts"

const { is } = FakeDiscord
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 23)
const total = 4

/** Something in which processes find each other's sessions. */
const makeDisk = () => Layer.succeedContext(Effect.runSync(Effect.scoped(Layer.build(KeyValueStore.layerMemory))))

/** A process that runs nothing yet, in a scope of its own. */
const startProcess = (disk: Layer.Layer<KeyValueStore.KeyValueStore>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const sessionStore = Layer.provide(KeyValueSessionStore.layer({ writeInterval: "200 millis" }), disk)
    const bot = yield* Gateway.start({ shards: { ids: [], total }, sessionStore }).pipe(Scope.provide(scope))
    return { bot, stop: Scope.close(scope, Exit.void) }
  })

const traffic = sendNumbered(total)

/** Asserts that every shard's events were each handled once by one of the processes. */
const assertOnce = (bots: ReadonlyArray<Gateway.Bot>, count: number) =>
  assertHandledOnce({ count, total }, (shard) => bots.flatMap((bot) => Gateway.numbers(bot, shard)))

const fake = FakeDiscord.layer({ shards: total, maxConcurrency: total, identifyInterval: 0 })

describe("shards that are moved between processes with a shared session store", () => {
  it.live(
    "lose no event, handle none twice and IDENTIFY once, however they are moved and connections break meanwhile",
    () =>
      Effect.gen(function* () {
        const random = makeRandom(seed)
        const discord = yield* FakeDiscord.FakeDiscord
        const disk = makeDisk()
        const processes = yield* Effect.forEach([0, 1, 2], () => startProcess(disk))
        const bots = processes.map(({ bot }) => bot)
        /** Which process runs each shard. */
        const plan = Array.from({ length: total }, () => random(bots.length))
        const listOf = (index: number) => plan.flatMap((at, shard) => (at === index ? [shard] : []))
        const all = <A, E>(run: (bot: Gateway.Bot, index: number) => Effect.Effect<A, E>) =>
          Effect.forEach(bots, run, { concurrency: "unbounded" })
        yield* all((bot, index) => bot.manager.assign(listOf(index)))
        yield* all((bot) => bot.manager.awaitReady)
        const end = yield* traffic
        const resumes = Effect.map(discord.log, (log) => log.filter(is("Resume")).length)
        for (let round = 0; round < 30; round++) {
          const before = [...plan]
          for (let shard = 0; shard < total; shard++) if (random(2) === 0) plan[shard] = random(bots.length)
          const moved = plan.filter((at, shard) => at !== before[shard]).length
          const isQuiet = round < 15
          if (!isQuiet) yield* Effect.forkScoped(Effect.ignore(discord.faults.dropConnection(random(total))))
          const resumed = yield* resumes
          // First they are let go, and then they are given away.
          yield* all((bot, index) => bot.manager.assign(listOf(index).filter((shard) => before[shard] === index)))
          if (random(2) === 0) yield* Effect.sleep(random(60))
          yield* all((bot, index) => bot.manager.assign(listOf(index)))
          // Later, the next move may come while they still connect.
          if (!isQuiet) continue
          yield* all((bot) => bot.manager.awaitReady)
          assert.strictEqual((yield* resumes) - resumed, moved, `round ${round}: others reconnected too`)
        }
        yield* all((bot) => bot.manager.awaitReady)
        for (const [index, bot] of bots.entries()) {
          assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, listOf(index).map(ShardId.make))
        }
        const count = yield* end
        yield* assertOnce(bots, count)
        const log = yield* discord.log
        assert.lengthOf(log.filter(is("Identify")), total)
        assert.isAbove(log.filter(is("Resumed")).length, total)
        yield* Gateway.assertLawful
        yield* Effect.forEach(processes, ({ stop }) => stop, { concurrency: "unbounded" })
      }).pipe(Effect.scoped, Effect.provide(fake)),
    240_000
  )

  it.live("go back to the process that they were taken from, when it is assigned them again", () =>
    Effect.gen(function* () {
      const disk = makeDisk()
      const [one, other] = [yield* startProcess(disk), yield* startProcess(disk)]
      yield* one.bot.manager.assign([0, 1])
      yield* one.bot.manager.awaitReady
      yield* Gateway.until("shard 1", () => Gateway.stagesOf(one.bot, 1).at(-1) === "Connected")
      const seen = one.bot.changes.length
      // Without a word to the one that runs it.
      yield* other.bot.manager.assign([0])
      yield* other.bot.manager.awaitReady
      assert.isTrue(ShardStatus.isTakenOver((yield* Gateway.info(one.bot, 0)).stage))
      yield* one.bot.manager.assign([0, 1])
      yield* one.bot.manager.awaitReady
      assert.deepStrictEqual(Gateway.stagesOf(one.bot, 1, seen), [])
      assert.isTrue(ShardStatus.isTakenOver((yield* Gateway.info(other.bot, 0)).stage))
      const log = yield* (yield* FakeDiscord.FakeDiscord).log
      assert.lengthOf(log.filter(is("Identify")), 2)
      yield* Gateway.assertLawful
      yield* one.stop
      yield* other.stop
    }).pipe(Effect.scoped, Effect.provide(fake))
  )
})
