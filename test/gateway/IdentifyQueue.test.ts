import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as IdentifyQueueConformance from "../../src/testing/IdentifyQueueConformance.ts"

describe("IdentifyQueue.layerMemory", () => {
  describe("conformance", () => {
    const layer = IdentifyQueue.layerMemory({ interval: "290 millis", margin: "10 millis" })
    for (const check of IdentifyQueueConformance.checks(layer, { interval: "300 millis" })) {
      it.effect(check.name, () =>
        Effect.gen(function* () {
          const running = yield* Effect.forkChild(check.run, { startImmediately: true })
          yield* TestClock.adjust("1 minute")
          yield* Fiber.join(running)
        })
      )
    }
  })

  it.effect(
    "spaces IDENTIFYs by 5.1 seconds by default, so that 64 shards take 15.3 seconds with max_concurrency 16",
    () =>
      Effect.gen(function* () {
        const queue = yield* IdentifyQueue.IdentifyQueue
        const start = yield* Clock.currentTimeMillis
        const turns = yield* Effect.forEach(
          ShardId.range(0, 64),
          (shard) => Effect.andThen(queue.take({ shard, maxConcurrency: 16 }), Clock.currentTimeMillis),
          { concurrency: "unbounded" }
        ).pipe(Effect.forkChild({ startImmediately: true }))
        yield* TestClock.adjust("1 minute")
        const times = (yield* Fiber.join(turns)).map((at) => at - start)
        assert.deepStrictEqual(
          times,
          ShardId.range(0, 64).map((shard) => Math.floor(shard / 16) * 5100)
        )
      }).pipe(Effect.provide(IdentifyQueue.layerMemory()))
  )
})
