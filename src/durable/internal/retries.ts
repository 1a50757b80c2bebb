/** What a dialogue needs from its storage is tried until it works: an outage delays dialogues, and ends none. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { StorageFailed } from "../DurableError.ts"

// What the engine dies with when its storage or its mailbox fails.
const tags: ReadonlySet<string> = new Set([
  "PersistenceError",
  "StorageFailed",
  "SqlError",
  "MailboxFull",
  "AlreadyProcessingMessage"
])

const isOfStorage = (error: unknown): boolean => Predicate.hasProperty(error, "_tag") && tags.has(String(error._tag))

/** Whether something failed because the storage did. */
export const isStorageTrouble = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some(
    (reason) =>
      (Cause.isDieReason(reason) && isOfStorage(reason.defect)) ||
      (Cause.isFailReason(reason) && isOfStorage(reason.error))
  )

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
