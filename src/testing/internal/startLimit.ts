/**
 * The limits on IDENTIFY: the spacing by max_concurrency and the budget. Source: Discord, "Gateway", Session Start
 * Limit.
 */
import type { Settings } from "./settings.ts"

// A client that respects the interval by its own clock may seem a little early by ours.
const tolerance = 0.05

/** The limits on IDENTIFY of one bot. */
export class StartLimit {
  readonly #settings: Settings
  readonly #now: () => number
  /** When each key was last used. */
  readonly #used = new Map<number, number>()
  #remaining: number
  #resetsAt: number

  constructor(settings: Settings, now: () => number) {
    this.#settings = settings
    this.#now = now
    this.#remaining = settings.startLimit.remaining
    this.#resetsAt = now() + settings.startLimit.resetAfter
  }

  /** The bucket of a shard. */
  keyOf(shardId: number): number {
    return shardId % this.#settings.maxConcurrency
  }

  /** Whether the bucket is free again. */
  isFree(key: number): boolean {
    const last = this.#used.get(key)
    return last === undefined || this.#now() - last >= this.#settings.identifyInterval * (1 - tolerance)
  }

  /** Uses the bucket and one IDENTIFY of the budget. Returns whether one was left. */
  spend(key: number): boolean {
    this.#renew()
    if (this.#remaining <= 0) return false
    this.#remaining--
    this.#used.set(key, this.#now())
    return true
  }

  /** Sets how many IDENTIFYs are left. */
  set(remaining: number): void {
    this.#remaining = remaining
  }

  /** The `session_start_limit` of `/gateway/bot`. */
  get view() {
    this.#renew()
    return {
      total: this.#settings.startLimit.total,
      remaining: this.#remaining,
      reset_after: Math.max(0, this.#resetsAt - this.#now()),
      max_concurrency: this.#settings.maxConcurrency
    }
  }

  #renew(): void {
    if (this.#now() < this.#resetsAt) return
    this.#remaining = this.#settings.startLimit.total
    this.#resetsAt = this.#now() + this.#settings.startLimit.resetAfter
  }
}
