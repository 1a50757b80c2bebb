/** Requests that have come already. */

// Twice what Discord sends to the busiest bots in a minute; more would be more memory than the check is worth.
const capacity = 100_000

/** Signatures of the last while. Only those that were verified belong here, so that nobody but Discord can fill it. */
export class Replays {
  readonly #window: number
  // All are kept equally long, so the order of insertion is the order of their ends.
  readonly #ends = new Map<string, number>()

  /** How long a signature is remembered, in milliseconds. */
  constructor(window: number) {
    this.#window = window
  }

  /** How many are remembered. */
  get size(): number {
    return this.#ends.size
  }

  /** Remembers a signature, and answers whether it is the first time. `now` is in milliseconds of the clock. */
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
