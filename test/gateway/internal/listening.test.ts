import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Listening from "../../../src/gateway/internal/listening.ts"

const tick = 100

describe("the time that a process has listened", () => {
  it.effect("passes as time does while it does not stand still", () =>
    Effect.gen(function* () {
      const now = yield* Listening.make(tick)
      const begun = now()
      for (const pause of [1, 99, 100, 101, 10_000, 3_600_000]) yield* TestClock.adjust(pause)
      assert.strictEqual(now() - begun, 3_610_301)
    }).pipe(Effect.scoped)
  )

  const Pauses = Schema.Array(Schema.Int)

  it.effect.prop(
    "does not pass for more than two ticks while nobody can ask, whoever asks first afterwards",
    { pauses: Pauses },
    ({ pauses }) =>
      Effect.gen(function* () {
        let at = 0
        const real = yield* Clock.Clock
        const clock: Clock.Clock = {
          ...real,
          sleep: () => Effect.never,
          monotonicTimeNanosUnsafe: () => BigInt(at) * 1_000_000n
        }
        const now = yield* Effect.provideService(Listening.make(tick), Clock.Clock, clock)
        for (const any of pauses) {
          const before = now()
          const pause = Math.abs(any % 1_000_000)
          at += pause
          const passed = now() - before
          assert.isAtMost(passed, 2 * tick)
          if (pause <= 2 * tick) assert.strictEqual(passed, pause)
          assert.strictEqual(now(), before + passed)
        }
      }).pipe(Effect.scoped)
  )
})
