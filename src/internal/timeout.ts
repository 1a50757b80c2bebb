/** Waits that end in time, whatever ends them late. */
import type * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * `Effect.timeout` that does not wait for the interruption of what takes too long. That of a query takes ten seconds, when
 * the database says nothing on its connection.
 */
export const timeout = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  limit: Duration.Input
): Effect.Effect<A, E | Cause.TimeoutError, R> =>
  // Who is interrupted in the call that starts it must not leave it behind.
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDetach(effect, { startImmediately: true }), (fiber) => {
      // What comes from memory is there already, and needs no second fiber that waits for it.
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      return Effect.onExit(restore(Effect.timeout(Fiber.join(fiber), limit)), () =>
        Effect.sync(() => fiber.interruptUnsafe())
      )
    })
  )
