/** Snowflakes: Discord's ids, which contain the time of their creation. Source: Discord, "Snowflakes". */

/** Discord's epoch, the first second of 2015, in milliseconds. */
const epoch = 1_420_070_400_000n

const timestampShift = 22n

/** Creates ids that are unique and increasing. */
export class Snowflakes {
  #last = 0n
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** The next id. A virtual clock before 2015 counts from Discord's epoch. */
  next(): string {
    const now = BigInt(this.#now())
    const time = now > epoch ? now - epoch : now + 1n
    const id = time << timestampShift
    this.#last = id > this.#last ? id : this.#last + 1n
    return `${this.#last}`
  }

  /** The next id that belongs to a shard by Discord's formula, `(id >> 22) % count`. */
  nextFor(shard: number, count: number): string {
    const start = (BigInt(this.next()) >> timestampShift) + 1n
    const ahead = (BigInt(shard) - (start % BigInt(count)) + BigInt(count)) % BigInt(count)
    const id = (start + ahead) << timestampShift
    this.#last = id
    return `${id}`
  }
}

/** The shard that owns a guild. Source: Discord, "Gateway", Sharding. */
export const shardOf = (guildId: string, count: number): number =>
  Number((BigInt(guildId) >> timestampShift) % BigInt(count))
