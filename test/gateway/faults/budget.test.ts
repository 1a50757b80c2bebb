/** The daily budget of IDENTIFYs. A bot that exceeds it loses its token. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import * as KeyValueSessionStore from "../../../src/gateway/KeyValueSessionStore.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) =>
  FakeDiscord.layerServer({ identifyInterval: 0, shards: 4, maxConcurrency: 4, ...options })
const identifies = FakeDiscord.FakeDiscord.use((discord) =>
  Effect.map(discord.log, (log) => log.filter(is("Identify")).length)
)

describe("IdentifyBudget over real sockets", () => {
  it.live("initialize starts no shard when there is not one IDENTIFY for each", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.make()
      const error = yield* Effect.flip(bot.manager.initialize)
      assert.deepInclude(error.reason, { _tag: "SessionLimitExhausted", remaining: 8, total: 100 })
      assert.strictEqual(yield* identifies, 0)
      assert.deepStrictEqual(yield* bot.manager.shardsInstantiated, [])
    }).pipe(Effect.provide(fake({ sessionStartLimit: { total: 100, remaining: 8 } })))
  )

  it.live("nine of a hundred are enough for four shards and the reserve of five", () =>
    Gateway.start().pipe(Effect.provide(fake({ sessionStartLimit: { total: 100, remaining: 9 } })))
  )

  it.live("a shard that loses its session waits until the budget is full again, and the others continue", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.invalidSession(0, false)
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Queued", "Disconnected", "Backoff"])
      const stage = (yield* Gateway.info(bot, 0)).stage
      assert.isTrue(stage._tag === "Backoff" && stage.end._tag === "SessionLimitExhausted")
      assert.strictEqual(yield* identifies, 4)
      yield* Gateway.number(discord, 1, 1)
      yield* Gateway.until("an event of another shard", () => Gateway.numbers(bot, 1).length === 1)
      yield* Gateway.untilStages(bot, 0, ["Backoff", "Connected"])
      assert.strictEqual(yield* identifies, 5)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ sessionStartLimit: { total: 100, remaining: 9, resetAfter: "1500 millis" } })))
  )

  it.live("a shard whose turns are over before it can use them takes one of the budget, and sends one IDENTIFY", () =>
    Effect.gen(function* () {
      const asked: Array<boolean | undefined> = []
      const identifyQueue = Layer.succeed(IdentifyQueue.IdentifyQueue, {
        take: ({ missed }: IdentifyQueue.Request) =>
          Effect.sync(() => {
            const tries = asked.push(missed)
            return { use: () => tries === 4 }
          })
      })
      const bot = yield* Gateway.start({ identifyQueue, shards: { index: 0, count: 1, total: 1 } })
      // Let in front once, and then behind the others: a process that is always late must not stop them.
      assert.deepStrictEqual(asked, [false, true, false, true])
      assert.deepInclude(yield* Gateway.info(bot, 0), { identifies: 1 })
      assert.strictEqual(yield* identifies, 1)
    }).pipe(Effect.provide(fake({ sessionStartLimit: { total: 100, remaining: 6 } })))
  )

  it.live("a process that crashes after every READY cannot exhaust it", () =>
    Effect.gen(function* () {
      const disk = Layer.succeedContext(yield* Layer.build(KeyValueStore.layerMemory))
      let refused = 0
      for (let crash = 0; crash < 12; crash++) {
        yield* Effect.gen(function* () {
          const bot = yield* Gateway.make({
            sessionStore: Layer.provide(KeyValueSessionStore.layer(), disk),
            shards: { index: 0, count: 1, total: 1 },
            onClose: "end"
          })
          const started = yield* Effect.result(Effect.andThen(bot.manager.initialize, bot.manager.awaitReady))
          if (started._tag === "Failure") refused++
        }).pipe(Effect.scoped)
      }
      assert.strictEqual(yield* identifies, 10)
      assert.strictEqual(refused, 2)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ shards: 1, sessionStartLimit: { total: 100, remaining: 15 } })))
  )
})
