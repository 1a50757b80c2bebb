/** Which shards a manager is responsible for. */
import * as Effect from "effect/Effect"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayInfo } from "../GatewayInfo.ts"
import * as ShardId from "../ShardId.ts"
import type { Assignment } from "../ShardManager.ts"
import * as Errors from "./errors.ts"

/** The shards of one total that a manager is responsible for. */
export interface Resolved {
  /** In order. */
  readonly ids: ReadonlyArray<ShardId.ShardId>
  readonly total: number
}

/** Fails with `InvalidOptions` unless the numbers fit together. */
export const validate = (shards: Assignment | "auto"): Effect.Effect<void, GatewayError> => {
  if (shards === "auto") return Effect.void
  return "ids" in shards ? validateIds(shards) : validateRange(shards)
}

const validateRange = ({ count, index, total }: Exclude<Assignment, { readonly ids: unknown }>) => {
  if ([index, count, total].every(Number.isInteger) && index >= 0 && count >= 1 && index + count <= total) {
    return Effect.void
  }
  const problem = `${count} shards starting at number ${index} do not fit into a total of ${total}`
  const rule = "expected whole numbers with index >= 0, count >= 1 and index + count <= total"
  return Effect.fail(Errors.invalidOptions("shards", `${problem}: ${rule}`))
}

const validateIds = ({ ids, total }: Extract<Assignment, { readonly ids: unknown }>) => {
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= total)
  if (Number.isInteger(total) && total >= 1 && wrong === undefined) return Effect.void
  const problem = wrong === undefined ? `a total of ${total}` : `shard ${wrong} of ${total}`
  return Effect.fail(Errors.invalidOptions("shards", `there is no such thing as ${problem}`))
}

const resolved = (shards: Assignment): Resolved => ({
  ids:
    "ids" in shards
      ? [...new Set(shards.ids)].sort((a, b) => a - b).map((id) => ShardId.make(id))
      : ShardId.range(shards.index, shards.count),
  total: shards.total
})

/** Validates an assignment, or asks Discord for its recommendation. */
export const resolve = (
  shards: Assignment | "auto",
  info: GatewayInfo["Service"]
): Effect.Effect<Resolved, GatewayError> =>
  shards === "auto"
    ? Effect.map(info.get, ({ shards: total }) => ({ ids: ShardId.range(0, total), total }))
    : Effect.as(validate(shards), resolved(shards))
