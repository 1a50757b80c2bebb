/** Discord's ids: 64-bit integers as decimal strings. Source: Discord, "Snowflakes". */
import * as Schema_ from "effect/Schema"

/** Milliseconds between the Unix epoch and the first second of 2015, from which Discord counts. */
export const discordEpoch = 1_420_070_400_000

/** Decodes an id; a string that is not one to twenty digits is refused. */
export const Schema = Schema_.String.check(Schema_.isPattern(/^\d{1,20}$/, { description: "a Discord id" }))

/** An id. A plain string, because Discord's own types use plain strings. */
export type Snowflake = typeof Schema.Type

/** When an id was made, in milliseconds of the Unix epoch. */
export const timestamp = (id: Snowflake): number => Number(BigInt(id) >> 22n) + discordEpoch
