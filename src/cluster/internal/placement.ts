/**
 * Which member of a cluster runs which shards. What is wanted, and what gives way to what is above it:
 *
 * 1. Balance. Each member gets its share of the shards by weight, rounded down or up, never further off. Those are rounded
 *    up who keep a running shard by it, then those with the largest remainders, then those who are first by name.
 * 2. Little movement. As many shards as balance allows stay where they run: each move costs a RESUME. Of equal weights, one
 *    that joins takes what it gets and nothing else moves, and one that leaves moves only what it had. Of others, a few more
 *    may have to move, where the rounded share of a third member changes.
 * 3. Rows together. Discord starts shards in rows of `max_concurrency`, which may IDENTIFY at the same time. A split row
 *    costs nothing once it runs, so no shard moves for a row: those that move or are new are placed such that as few rows
 *    as possible are split. Which shards move is chosen well, the scattered ones first, but not always best.
 *
 * The order of the members, and of what they have, does not matter. Sixteen shards in rows of four, one change after the
 * other:
 *
 * | change             | a             | b           | c           | moved | split rows |
 * | ------------------ | ------------- | ----------- | ----------- | ----- | ---------- |
 * | a and b start      | 0–7           | 8–15        |             |       | 0          |
 * | c joins            | 0–5           | 8–12        | 6–7, 13–15  | 5     | 2          |
 * | a leaves           |               | 0–2, 8–12   | 3–7, 13–15  | 6     | 2          |
 * | a joins, weighs 2  | 0–3, 12–15    | 8–11        | 4–7         | 8     | 0          |
 * | a drains, weighs 0 |               | 0–3, 8–11   | 4–7, 12–15  | 8     | 0          |
 */

/** A process that runs shards. */
export interface Member {
  readonly name: string
  /** How much it runs, in relation to the others. With 0 it drains. What is not a positive, finite number counts as 0. */
  readonly weight: number
  /** The shards that it runs now, in any order. What is not the number of a shard is ignored. */
  readonly has: ReadonlyArray<number>
  /** Which of them stay where they are, whatever balance asks for. Default: none. */
  readonly isFixed?: ((shard: number) => boolean) | undefined
}

/** Every shard once, in ascending order, by the names of members. Members without a shard have an empty list. */
export type Placement = ReadonlyMap<string, ReadonlyArray<number>>

export interface Options {
  /** The number of shards: a whole number. */
  readonly total: number
  /** Discord's `max_concurrency`, the length of a row: a whole number of 1 or more. */
  readonly maxConcurrency: number
  /** If two have the same name, the last one counts. */
  readonly members: ReadonlyArray<Member>
}

/** A member, and what is decided of it. */
interface Seat {
  readonly member: Member
  /** Its weighted share of the shards, of which `unit` make a shard: a whole number. */
  readonly share: number
  /** How many shards it gets. */
  count: number
  /** How many it has, while they are placed. */
  held: number
}

/** Where shards are, by their numbers, while they are placed. */
type Owners = Array<Seat | undefined>

/** Places every shard, from 0 to `total - 1`, on one member. Without members, there is nothing to place them on. */
export const place = ({ maxConcurrency, members, total }: Options): Placement => {
  const known = new Map(members.map((member) => [member.name, member]))
  const byName = [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const seats = toSeats(byName, total)
  const owners = findOwners(seats, total)
  count(seats, total)
  release(owners, maxConcurrency)
  // A row of one shard is whole.
  if (maxConcurrency > 1) {
    completeRows(owners, maxConcurrency)
    fillFreeRows(owners, seats, maxConcurrency)
    joinRows(owners, maxConcurrency)
  }
  fillRest(owners, seats)
  const shards = new Map(seats.map((seat): [Seat, Array<number>] => [seat, []]))
  for (const [shard, seat] of owners.entries()) if (seat !== undefined) shards.get(seat)?.push(shard)
  return new Map([...shards].map(([{ member }, shards]) => [member.name, shards]))
}

/**
 * The placement after a reshard, before it is balanced anew: a new shard is where the old shard of its guilds is, so that
 * both meet on one member while both are heard. Works because a guild on shard `s` of `to` was on shard `s % from`.
 * Throws a `RangeError` unless `to` is a multiple of `from`. Source: Discord, "Sharding Formula".
 */
export const resharded = ({
  from,
  placement,
  to
}: {
  readonly placement: Placement
  readonly from: number
  readonly to: number
}): Placement => {
  if (!Number.isInteger(to / from)) {
    throw new RangeError(`${to} shards are no multiple of ${from}: expected one, so that guilds stay on their member`)
  }
  const rounds = Array.from({ length: to / from }, (_, i) => i * from)
  return new Map(
    [...placement].map(([name, shards]) => [name, rounds.flatMap((first) => shards.map((shard) => first + shard))])
  )
}

// Fine enough for any weight of practical use, and so coarse that rounding errors decide nothing.
const unit = 1e9

const toSeats = (members: ReadonlyArray<Member>, total: number): ReadonlyArray<Seat> => {
  const positive = ({ weight }: Member) => (weight > 0 && Number.isFinite(weight) ? weight : 0)
  // The sum of the largest numbers would be none.
  const largest = members.reduce((largest, member) => Math.max(largest, positive(member)), 0)
  const weigh = (member: Member) => (largest > 0 ? positive(member) / largest : 0)
  const sum = members.reduce((sum, member) => sum + weigh(member), 0)
  // If all drain, somebody must run the shards.
  const share = (member: Member) => (sum > 0 ? (total * weigh(member)) / sum : total / members.length)
  return members.map((member) => ({ member, share: Math.round(share(member) * unit), count: 0, held: 0 }))
}

/** A shard that several claim to run goes to the one that is furthest below its share. */
const findOwners = (seats: ReadonlyArray<Seat>, total: number): Owners => {
  const claims = Array.from({ length: total }, (): Array<Seat> => [])
  for (const seat of seats) for (const shard of seat.member.has) claims[shard]?.push(seat)
  const owners: Owners = claims.map((seats) => (seats.length === 1 ? seats[0] : undefined))
  for (const seat of owners) if (seat !== undefined) seat.held++
  const below = ({ held, share }: Seat) => share - held * unit
  for (const [shard, seats] of claims.entries()) {
    if (seats.length < 2) continue
    const lowest = seats.reduce((lowest, seat) => (below(seat) > below(lowest) ? seat : lowest))
    giveAll(owners, [shard], lowest)
  }
  return owners
}

/** The floor of its share for each, and one more for those who come first by the first rule. */
const count = (seats: ReadonlyArray<Seat>, total: number): void => {
  for (const seat of seats) seat.count = Math.floor(seat.share / unit)
  const left = total - seats.reduce((sum, { count }) => sum + count, 0)
  const ranked = seats
    .map((seat) => ({ seat, keeps: Number(seat.held > seat.count), remainder: seat.share % unit }))
    .filter(({ remainder }) => remainder > 0)
    .sort((a, b) => b.keeps - a.keeps || b.remainder - a.remainder)
  for (const { seat } of ranked.slice(0, left)) seat.count++
}

/**
 * Takes from each what is above its count: the shards of rows of which it has least, and the last ones of a row. What is
 * fixed stays, and others get less.
 */
const release = (owners: Owners, rowLength: number): void => {
  const parts = toRows(owners, rowLength).flatMap(({ parts }) => parts.filter(({ seat }) => seat.held > seat.count))
  for (const { seat, shards } of parts.toReversed().sort((a, b) => a.shards.length - b.shards.length)) {
    const free = shards.filter((shard) => seat.member.isFixed?.(shard) !== true)
    const released = free.slice(Math.max(0, free.length - (seat.held - seat.count)))
    for (const shard of released) owners[shard] = undefined
    seat.held -= released.length
  }
}

/** Gives what is free of a row to the only one who has the rest of it, the rows first that lack least. */
const completeRows = (owners: Owners, rowLength: number): void => {
  const rows = toRows(owners, rowLength).flatMap(({ free, parts }) => {
    const [part] = parts
    return free.length === 0 || part === undefined || parts.length > 1 ? [] : [{ free, seat: part.seat }]
  })
  for (const { free, seat } of rows.sort((a, b) => a.free.length - b.free.length)) {
    if (room(seat) >= free.length) giveAll(owners, free, seat)
  }
}

/** Gives whole rows to those with room for them. */
const fillFreeRows = (owners: Owners, seats: ReadonlyArray<Seat>, rowLength: number): void => {
  const rows = toRows(owners, rowLength).filter(({ parts }) => parts.length === 0)
  // The last row may be shorter, and then fits where no other does.
  const short = (rows.at(-1)?.free.length ?? rowLength) < rowLength ? rows.pop() : undefined
  let next = 0
  for (const seat of seats) {
    for (; next < rows.length && room(seat) >= rowLength; next++) giveAll(owners, rows[next]?.free ?? [], seat)
  }
  const seat = short && seats.find((seat) => room(seat) >= short.free.length)
  if (seat !== undefined) giveAll(owners, short?.free ?? [], seat)
}

/** Gives what is free of a row to those who have some of it. */
const joinRows = (owners: Owners, rowLength: number): void => {
  for (const { free, parts } of toRows(owners, rowLength)) {
    if (free.length === 0 || parts.length === 0) continue
    for (const { seat } of parts) giveAll(owners, free.splice(0, room(seat)), seat)
  }
}

/** Gives the rest in ascending order, to one member after the other. */
const fillRest = (owners: Owners, seats: ReadonlyArray<Seat>): void => {
  const free = [...owners.keys()].filter((shard) => owners[shard] === undefined)
  for (const seat of seats) giveAll(owners, free.splice(0, room(seat)), seat)
}

const room = ({ count, held }: Seat): number => count - held

const giveAll = (owners: Owners, shards: ReadonlyArray<number>, seat: Seat): void => {
  for (const shard of shards) owners[shard] = seat
  seat.held += shards.length
}

/** What a member has of a row. */
interface Part {
  readonly seat: Seat
  readonly shards: Array<number>
}

/** Shards that may IDENTIFY together. */
interface Row {
  /** In ascending order, as are those of a part. */
  readonly free: Array<number>
  readonly parts: Array<Part>
}

const toRows = (owners: Owners, rowLength: number): Array<Row> =>
  Array.from({ length: Math.ceil(owners.length / rowLength) }, (_, i): Row => {
    const free: Array<number> = []
    const parts: Array<Part> = []
    for (let shard = i * rowLength; shard < Math.min(owners.length, (i + 1) * rowLength); shard++) {
      const seat = owners[shard]
      const part = seat && parts.find((part) => part.seat === seat)
      if (seat === undefined) free.push(shard)
      else if (part !== undefined) part.shards.push(shard)
      else parts.push({ seat, shards: [shard] })
    }
    return { free, parts }
  })
