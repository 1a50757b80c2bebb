/** Time for the synchronous parts of the server: Effect's `Clock`, so that a virtual clock governs every rule. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"

/** A clock and its timers. */
export interface Time {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Runs `task` after a number of milliseconds; the result cancels it. Nothing runs after the scope has closed. */
  readonly after: (millis: number, task: () => void) => () => void
}

/** The current `Clock`; its timers live as long as the scope. */
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
          Effect.tapCause((cause) => Effect.logError("a timer of the fake Discord failed", cause))
        )
      )
      return () => fiber.interruptUnsafe()
    }
  }
})
