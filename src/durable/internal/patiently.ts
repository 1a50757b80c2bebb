/** What a user waits for: an outage of the storage that is over soon is not worth a word. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"

// Meanwhile the interaction is deferred.
const patience = "5 seconds"

const again = Schedule.spaced("250 millis")

/**
 * Tries again for some seconds, and then fails with a `TimeoutError`. What the storage does at that moment cannot be taken
 * back, and is not waited for.
 */
export const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.forkDetach(Effect.retry(effect, again), { startImmediately: true }), (fiber) =>
    Effect.onExit(Effect.timeout(Fiber.join(fiber), patience), () => Effect.sync(() => fiber.interruptUnsafe()))
  )
