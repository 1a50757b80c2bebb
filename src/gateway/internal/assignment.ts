/** Which shards a manager is responsible for. */
import * as Effect from "effect/Effect"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayInfo } from "../GatewayInfo.ts"
import type { Assignment } from "../ShardManager.ts"
import * as Errors from "./errors.ts"

/** Fails with `InvalidOptions` unless the numbers fit together. */
export const validate = (shards: Assignment | "auto"): Effect.Effect<void, GatewayError> => {
  if (shards === "auto") return Effect.void
  const { count, index, total } = shards
  if ([index, count, total].every(Number.isInteger) && index >= 0 && count >= 1 && index + count <= total) {
    return Effect.void
  }
  const problem = `${count} shards starting at number ${index} do not fit into a total of ${total}`
  const rule = "expected whole numbers with index >= 0, count >= 1 and index + count <= total"
  return Effect.fail(Errors.invalidOptions("shards", `${problem}: ${rule}`))
}

/** Validates an assignment, or asks Discord for its recommendation. */
export const resolve = (
  shards: Assignment | "auto",
  info: GatewayInfo["Service"]
): Effect.Effect<Assignment, GatewayError> =>
  shards === "auto"
    ? Effect.map(info.get, ({ shards }) => ({ index: 0, count: shards, total: shards }))
    : Effect.as(validate(shards), shards)
