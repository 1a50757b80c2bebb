/** The errors of the gateway, from what their callers know. */
import type { FatalReason } from "../CloseCode.ts"
import * as GatewayError from "../GatewayError.ts"
import type { ShardId } from "../ShardId.ts"

/** An option has a value that cannot work. */
export const invalidOptions = (option: string, detail: string): GatewayError.GatewayError =>
  GatewayError.fromReason(new GatewayError.InvalidOptions({ option, detail }))

/** The shard does not run in this process. */
export const notRunning = (shard: ShardId): GatewayError.GatewayError =>
  GatewayError.fromReason(new GatewayError.ShardNotRunning({ shard }))

/** An operation gave way to one that stops all shards. */
export const overtaken = (operation: string, by: string): GatewayError.GatewayError =>
  GatewayError.fromReason(new GatewayError.Overtaken({ operation, by }))

/** Another process runs the shard. */
export const takenOver = (taken: {
  readonly shard: ShardId
  readonly total: number
  readonly by: string
  readonly advice: string | undefined
}): GatewayError.GatewayError => {
  const { advice, ...rest } = taken
  return GatewayError.fromReason(new GatewayError.TakenOver(advice === undefined ? rest : { ...rest, advice }))
}

/** A connection ended in a way that stops the shard. */
export const fatal = (
  reason: FatalReason,
  { intents, shard, total }: { readonly shard: ShardId; readonly total: number; readonly intents: number }
): GatewayError.GatewayError => {
  switch (reason) {
    case "AuthenticationFailed":
      return GatewayError.fromReason(new GatewayError.AuthenticationFailed())
    case "InvalidShard":
      return GatewayError.fromReason(new GatewayError.InvalidShard({ shard, total }))
    case "ShardingRequired":
      return GatewayError.fromReason(new GatewayError.ShardingRequired({ total }))
    case "InvalidApiVersion":
      return GatewayError.fromReason(new GatewayError.InvalidApiVersion())
    case "InvalidIntents":
      return GatewayError.fromReason(new GatewayError.InvalidIntents({ intents }))
    case "DisallowedIntents":
      return GatewayError.fromReason(new GatewayError.DisallowedIntents({ intents }))
  }
}
