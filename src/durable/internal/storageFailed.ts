/** Errors of SQL as those of the storage. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { StorageFailed } from "../DurableError.ts"

/** Says which operation failed. */
export const orFailed =
  (operation: string) =>
  <A>(effect: Effect.Effect<A, SqlError>): Effect.Effect<A, StorageFailed> =>
    Effect.mapError(effect, (cause) => new StorageFailed({ operation, cause }))
