/** The storage fails, as SQL says it, or as the engine does. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { SqlError } from "effect/sql/SqlError"
import { StorageFailed } from "../DurableError.ts"

/** Says which operation on the rows failed. */
export const orFailed =
  (operation: string) =>
  <A>(effect: Effect.Effect<A, SqlError>): Effect.Effect<A, StorageFailed> =>
    Effect.mapError(effect, (cause) => new StorageFailed({ operation, cause }))

/** Says which operation of the engine failed. A defect of the engine is one of its storage. */
export const orEngineFailed =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StorageFailed, R> =>
    Effect.catchCause(effect, (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause as Cause.Cause<never>)
        : Effect.fail(new StorageFailed({ operation, cause: Cause.squash(cause) }))
    )

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
