/** Recognizes requests that were received before. */

// Twice what Discord sends to the busiest bots in a minute. More would take more memory than the check is worth.
const capacity = 100_000

/** Recent signatures. Only verified ones belong here, so that nobody but Discord can fill it. */
export class Replays {
  readonly #window: number
  // All are kept for the same time, so the order of insertion is the order in which they end.
  readonly #ends = new Map<string, number>()

  /** How long a signature is remembered, in milliseconds. */
  constructor(window: number) {
    this.#window = window
  }

  /** How many are remembered. */
  get size(): number {
    return this.#ends.size
  }

  /** Remembers a signature, and returns whether it is new. `now` is in milliseconds of the clock. */
  isFirst(signature: string, now: number): boolean {
    for (const [oldest, end] of this.#ends) {
      if (end > now && this.#ends.size < capacity) break
      this.#ends.delete(oldest)
    }
    const key = signature.toLowerCase()
    if (this.#ends.has(key)) return false
    this.#ends.set(key, now + this.#window)
    return true
  }
}
