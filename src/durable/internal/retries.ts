/**
 * What is tried again when the storage fails: what a dialogue needs, until it works, so that an outage delays dialogues and ends
 * none; and what a user waits for, for some seconds, because an outage that is over soon is not worth a word.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { timeout } from "../../internal/timeout.ts"
import type { StorageFailed } from "../DurableError.ts"
import { isStorageTrouble } from "./storageFailed.ts"

// Milliseconds.
const longest = 2_000

/** Tries again for as long as the storage fails, at first after `wait` milliseconds. */
export const persistently = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  wait = 100
): Effect.Effect<A, Exclude<E, StorageFailed>, R> =>
  Effect.catchCause(effect, (cause) =>
    isStorageTrouble(cause)
      ? Effect.logWarning("The storage of dialogues failed, and is tried again", cause).pipe(
          Effect.andThen(Effect.sleep(wait)),
          Effect.andThen(persistently(effect, Math.min(wait * 2, longest)))
        )
      : Effect.failCause(cause as Cause.Cause<Exclude<E, StorageFailed>>)
  )

// Meanwhile the interaction is deferred.
const patience = "5 seconds"

const again = Schedule.spaced("250 millis")

/**
 * Tries again for some seconds, and then fails with a `TimeoutError`. What the storage does at that moment cannot be taken
 * back, and is not waited for.
 */
export const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) => timeout(Effect.retry(effect, again), patience)
