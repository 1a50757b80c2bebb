/** Which shards a manager is responsible for. */
import * as Effect from "effect/Effect"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayInfo } from "../GatewayInfo.ts"
import * as ShardId from "../ShardId.ts"
import type { Assignment, ShardRange, ShardSet } from "../ShardManager.ts"
import * as Errors from "./errors.ts"

/** A valid assignment: its numbers in order, none of them twice, and the total of all processes. */
export interface Shards {
  readonly ids: ReadonlyArray<ShardId.ShardId>
  readonly total: number
}

/** Fails with `InvalidOptions` unless the numbers fit together. */
export const parse = (shards: Assignment | "auto"): Effect.Effect<Shards | "auto", GatewayError> =>
  shards === "auto" ? Effect.succeed(shards) : "ids" in shards ? parseSet(shards) : parseRange(shards)

/** The same for a list of numbers. */
export const parseSet = ({ ids, total }: ShardSet): Effect.Effect<Shards, GatewayError> =>
  Effect.suspend(() => {
    if (!Number.isInteger(total) || total < 1) {
      return invalid(`a total of ${total} shards is not possible: expected a whole number of at least 1`)
    }
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= total)
    if (wrong !== undefined) {
      const rule = `expected whole numbers from 0 to ${total - 1}`
      return invalid(`there is no shard number ${wrong} in a total of ${total}: ${rule}`)
    }
    const once = new Set(ids)
    if (once.size < ids.length) {
      const twice = ids.find((id) => !once.delete(id))
      return invalid(`shard ${twice} is listed twice: expected each number once`)
    }
    const checked = ids as ReadonlyArray<ShardId.ShardId>
    return Effect.succeed({ ids: checked.toSorted((a, b) => a - b), total })
  })

const parseRange = ({ count, index, total }: ShardRange): Effect.Effect<Shards, GatewayError> => {
  if ([index, count, total].every(Number.isInteger) && index >= 0 && count >= 1 && index + count <= total) {
    return Effect.succeed({ ids: ShardId.range(index, count), total })
  }
  const problem = `${count} shards starting at number ${index} do not fit into a total of ${total}`
  return invalid(`${problem}: expected whole numbers with index >= 0, count >= 1 and index + count <= total`)
}

const invalid = (detail: string) => Effect.fail(Errors.invalidOptions("shards", detail))

/** Asks Discord for its recommendation if that is what is wanted. */
export const resolve = (shards: Shards | "auto", info: GatewayInfo["Service"]): Effect.Effect<Shards, GatewayError> =>
  shards === "auto"
    ? Effect.map(info.get, ({ shards }) => ({ ids: ShardId.range(0, shards), total: shards }))
    : Effect.succeed(shards)
