/** A payload that waits in an outbox to be sent. */
import * as Exit from "effect/Exit"
import type * as GatewayError from "../GatewayError.ts"
import type { Payload } from "../ShardMessenger.ts"

type Result = Exit.Exit<void, GatewayError.GatewayError>

/** The payload, and whoever waits for it. */
export interface WaitingSend {
  readonly text: string
  /** The guilds that it is about. */
  readonly guildIds: ReadonlyArray<string>
  /** It was sent, or cannot be sent. */
  readonly settle: (result: Result) => void
  /** Whether whoever sent it no longer wants it to be sent. */
  readonly isWithdrawn: () => boolean
}

/** The guilds that a payload is about, or what it has in their place. */
export const guildsOf = ({ d }: Payload): ReadonlyArray<unknown> => {
  const data: { readonly guild_id?: unknown; readonly guild_ids?: unknown } = d ?? {}
  const { guild_id: guildId, guild_ids: guildIds } = data
  return Array.isArray(guildIds) ? guildIds : [guildIds ?? guildId]
}

/**
 * Divides a payload about several guilds among those that serve them: one payload for each, with its guilds. Together
 * they settle the original: when all have been sent, or with the first that cannot be.
 */
export const divide = <Key>(
  whole: WaitingSend,
  serving: (guildId: string) => Key
): ReadonlyArray<readonly [Key, WaitingSend]> => {
  const groups = Map.groupBy(whole.guildIds, serving)
  if (groups.size <= 1) return [...groups.keys()].map((key) => [key, whole])
  const { d, op } = JSON.parse(whole.text) as Payload
  let left = groups.size
  const settle = (result: Result): void => {
    if (Exit.isFailure(result) || --left === 0) whole.settle(result)
  }
  return [...groups].map(([key, guildIds]) => [
    key,
    { text: JSON.stringify({ op, d: { ...d, guild_ids: guildIds } }), guildIds, settle, isWithdrawn: whole.isWithdrawn }
  ])
}
