/** The number of a shard, and Discord's rule for which guilds it serves. */
import * as Schema from "effect/Schema"

/** A shard's number, from 0 to one less than the total: the first element of `shard` in IDENTIFY. */
export const ShardId = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).pipe(Schema.brand("fibercord/ShardId"))

/** A shard's number, from 0 to one less than the total: the first element of `shard` in IDENTIFY. */
export type ShardId = typeof ShardId.Type

/** Brands a number. Throws unless it is an integer of 0 or more. */
export const make = (id: number): ShardId => ShardId.make(id)

/**
 * `count` consecutive ids, starting at `index`: `range(2, 3)` is 2, 3 and 4.
 *
 * ```ts
 * import { ShardId } from "fibercord"
 *
 * const ids = ShardId.range(4, 2) // 4 and 5
 * ```
 */
export const range = (index: number, count: number): ReadonlyArray<ShardId> => {
  const ids = Array.from({ length: count }, (_, i) => (index + i) as ShardId)
  // The ends say all about those in between, of which there may be thousands.
  for (const end of [...ids.slice(0, 1), ...ids.slice(-1)]) make(end)
  return ids
}

/**
 * The shard, of `total`, that receives a guild's events. Events without a guild, such as direct messages, go to shard
 * 0. Source: Discord, "Sharding Formula": `(guild_id >> 22) % num_shards`.
 */
export const fromGuildId = (guildId: string, total: number): ShardId =>
  Number((BigInt(guildId) >> 22n) % BigInt(total)) as ShardId
