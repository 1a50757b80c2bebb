/** The rules for an IDENTIFY, with the close code of each. */
import type { Rule } from "../Log.ts"
import { array } from "./json.ts"
import { allIntents, Close } from "./protocol.ts"
import type { Settings } from "./settings.ts"

/** A broken rule, with its close code and details. */
export type Refusal = readonly [rule: Rule, code: number, detail: string]

/** The shard that an IDENTIFY names, by default the only one; `[-1, 0]` if it is none. */
export const shardOf = (shard: unknown): readonly [id: number, count: number] => {
  if (shard === undefined) return [0, 1]
  const [id, count, ...more] = array(shard)
  return typeof id === "number" && typeof count === "number" && more.length === 0 ? [id, count] : [-1, 0]
}

/** The first rule that an IDENTIFY breaks, if any. */
export const refusalOf = (
  settings: Settings,
  hasToken: boolean,
  asked: { readonly shardId: number; readonly shardCount: number; readonly intents: number }
): Refusal | undefined => {
  const { intents, shardCount, shardId } = asked
  if (!hasToken) return ["authentication-failed", Close.authenticationFailed, "token"]
  if (!Number.isInteger(shardId) || shardId < 0 || !Number.isInteger(shardCount) || shardId >= shardCount) {
    return ["invalid-shard", Close.invalidShard, `[${shardId}, ${shardCount}]`]
  }
  if (shardCount < settings.minShards) {
    return ["sharding-required", Close.shardingRequired, `${shardCount} of at least ${settings.minShards}`]
  }
  if (!Number.isInteger(intents) || intents < 0 || (intents & ~allIntents) !== 0) {
    return ["invalid-intents", Close.invalidIntents, `${intents}`]
  }
  const disallowed = intents & settings.disallowedIntents
  if (disallowed !== 0) return ["disallowed-intents", Close.disallowedIntents, `${disallowed}`]
  return undefined
}
