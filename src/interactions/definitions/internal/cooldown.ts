/** Keeps track of cooldowns: who has to wait, and until when. */

/**
 * Cooldowns of one length, by key. Those that are over are forgotten at the next use, so that there are never more than
 * there were uses within one length.
 */
export class Cooldowns {
  readonly #length: number
  // All have the same length, so the order of insertion is the order of their ends.
  readonly #ends = new Map<string, number>()

  /** `length` in milliseconds. */
  constructor(length: number) {
    this.#length = length
  }

  /** How many are kept. */
  get size(): number {
    return this.#ends.size
  }

  /** Begins the key's cooldown, or returns when the current one will end. Times are milliseconds of the clock. */
  begin(key: string, now: number): number | undefined {
    for (const [oldest, end] of this.#ends) {
      if (end > now) break
      this.#ends.delete(oldest)
    }
    const end = this.#ends.get(key)
    if (end !== undefined && end > now) return end
    this.#ends.delete(key)
    this.#ends.set(key, now + this.#length)
    return undefined
  }

  /** Takes back the cooldown that was begun at this time. */
  cancel(key: string, begun: number): void {
    if (this.#ends.get(key) === begun + this.#length) this.#ends.delete(key)
  }
}
