/** Failures of SQL as those of the storage of dialogues. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { StorageFailed } from "../DurableError.ts"

/** Names what failed. */
export const orFailed =
  (operation: string) =>
  <A>(effect: Effect.Effect<A, SqlError>): Effect.Effect<A, StorageFailed> =>
    Effect.mapError(effect, (cause) => new StorageFailed({ operation, cause }))
