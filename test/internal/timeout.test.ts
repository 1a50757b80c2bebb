import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { timeout } from "../../src/internal/timeout.ts"

const newestFiber = Effect.map(Effect.forkDetach(Effect.void), ({ id }) => id)

it.effect("is one fiber for what ends in the call, and no race", () =>
  Effect.gen(function* () {
    const before = yield* newestFiber
    const one = yield* Effect.exit(
      timeout(
        Effect.sync(() => 1),
        "1 second"
      )
    )
    const no = yield* Effect.exit(
      timeout(
        Effect.suspend(() => Effect.fail("no")),
        "1 second"
      )
    )
    assert.strictEqual((yield* newestFiber) - before, 3)
    assert.deepStrictEqual([one, no], [Exit.succeed(1), Exit.fail("no")])
  })
)

it.effect("ends what takes longer, and does not wait for its interruption", () =>
  Effect.gen(function* () {
    const interrupted = yield* Deferred.make<void>()
    const endless = Effect.onInterrupt(Effect.never, () =>
      Effect.andThen(Deferred.succeed(interrupted, undefined), Effect.never)
    )
    const waiting = yield* Effect.forkChild(Effect.flip(timeout(endless, "1 second")), { startImmediately: true })
    yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* Fiber.join(waiting))._tag, "TimeoutError")
    yield* Deferred.await(interrupted)
  })
)

it.effect("leaves nothing behind when it is interrupted", () =>
  Effect.gen(function* () {
    const interrupted = yield* Deferred.make<void>()
    const endless = Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
    const waiting = yield* Effect.forkChild(timeout(endless, "1 second"), { startImmediately: true })
    yield* Fiber.interrupt(waiting)
    yield* Deferred.await(interrupted)
  })
)
