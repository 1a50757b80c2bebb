/** Effect's `Clock` for the synchronous parts of the server, so that `TestClock` controls all rules. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"

/** A clock and its timers. */
export interface Time {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Runs `task` after a number of milliseconds, unless the returned function is called or the scope closes first. */
  readonly after: (millis: number, task: () => void) => () => void
}

/** The current `Clock`, with timers that end with the scope. */
export const make: Effect.Effect<Time, never, Scope.Scope> = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const fibers = yield* FiberSet.make()
  const run = yield* FiberSet.runtime(fibers)()
  return {
    now: () => clock.currentTimeMillisUnsafe(),
    after: (millis, task) => {
      const fiber = run(
        Effect.sleep(millis).pipe(
          Effect.andThen(Effect.sync(task)),
          Effect.tapCause((cause) => Effect.logError("A timer of the fake Discord failed", cause))
        )
      )
      return () => fiber.interruptUnsafe()
    }
  }
})
