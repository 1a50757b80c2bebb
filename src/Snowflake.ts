/** Discord's ids: 64-bit integers as decimal strings. Source: Discord, "Snowflakes". */
import * as Schema_ from "effect/Schema"

/**
 * Milliseconds between the Unix epoch and Discord's epoch, the first second of 2015.
 *
 * ```ts
 * import { Snowflake } from "fibercord"
 *
 * // The lowest id of a moment, for the `before` and `after` of Discord's lists.
 * const lowestOf = (moment: Date) => String(BigInt(moment.getTime() - Snowflake.discordEpoch) << 22n)
 * ```
 */
export const discordEpoch = 1_420_070_400_000

/** Schema of an id: a string of one to twenty digits. */
export const Schema = Schema_.String.check(Schema_.isPattern(/^\d{1,20}$/, { description: "a Discord id" }))

/** An id. It is a plain string, as in Discord's own types. */
export type Snowflake = typeof Schema.Type

/** When an id was created, in milliseconds since the Unix epoch. */
export const timestamp = (id: Snowflake): number => Number(BigInt(id) >> 22n) + discordEpoch
