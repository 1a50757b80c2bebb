/** Ids of guilds, of which shards are computed. What a payload or an event has in the place of one may be anything. */

/** Whether it is an id: a string of one to twenty digits. */
export const isGuildId = (value: unknown): value is string => typeof value === "string" && /^\d{1,20}$/.test(value)
