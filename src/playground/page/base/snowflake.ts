/** Discord's ids. */

/** Orders ids by their time. Ids are decimal numbers, so that a longer one is later. */
export const compareIds = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length

/** When an id was made, in milliseconds since 1970. Source: Discord, "Snowflakes". */
export const timeOf = (id: string): number => (/^\d+$/.test(id) ? Number((BigInt(id) >> 22n) + 1420070400000n) : 0)
