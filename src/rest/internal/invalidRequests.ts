/**
 * The guard before Discord's limit of invalid requests: an address that gets 10,000 answers of 401, 403 or 429 within
 * ten minutes is banned for a while. From half of that on, requests are spaced; from nine tenths on, none is sent until
 * enough of them are more than ten minutes old.
 *
 * Pure logic over times in milliseconds of any clock. Source: Discord, "Rate Limits", "Invalid Request Limit".
 */

/** Discord's limit in {@link span}. */
export const limit = 10_000

/** Ten minutes, in milliseconds. */
export const span = 10 * 60_000

/** From this many on, requests are spaced. */
export const slowFrom = limit * 0.5

/** From this many on, no request is sent. What is left is for requests under way, and for other processes. */
export const stopFrom = limit * 0.9

/** What the guard does: nothing, space requests, or hold them back. */
export type Stage = "open" | "slow" | "stopped"

// Counted by slices of ten seconds. One more than fit, so that none is forgotten too early.
const slice = 10_000
const slices = span / slice + 1

/** What other processes behind the same address add. */
export interface Others {
  /** How many processes are known, this one included. */
  readonly processes: number
  /** How many invalid requests the others have had in the last ten minutes. */
  readonly others: (now: number) => number
}

/** The invalid requests of the last ten minutes. */
export class InvalidRequests {
  readonly #others: Others | undefined
  readonly #counts = Array.from({ length: slices }, () => 0)
  #newest = 0
  #total = 0
  #nextAt = -Infinity

  constructor(others?: Others) {
    this.#others = others
  }

  /** Counts one more. */
  add(now: number): void {
    this.#forget(now)
    const place = mod(this.#newest)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#total++
  }

  /** How many this process had in the last ten minutes, or up to ten seconds earlier. */
  own(now: number): number {
    this.#forget(now)
    return this.#total
  }

  /** The same with those of the other processes. */
  total(now: number): number {
    return this.own(now) + (this.#others?.others(now) ?? 0)
  }

  /** What the guard does now. */
  stage(now: number): Stage {
    const total = this.total(now)
    if (total >= stopFrom) return "stopped"
    return total >= slowFrom ? "slow" : "open"
  }

  /**
   * Returns 0 when a request may be sent now, and counts it as sent; otherwise how long to wait before asking again.
   * Urgent requests are not spaced, but they are stopped.
   */
  pass(now: number, isUrgent: boolean): number {
    const stage = this.stage(now)
    if (stage === "open") return 0
    if (stage === "stopped") return this.#untilFewer(now)
    if (isUrgent) return 0
    if (now < this.#nextAt) return this.#nextAt - now
    // Even if Discord refuses each of them, and all that the other processes send, the stop is not reached within ten
    // minutes.
    this.#nextAt = now + (span * (this.#others?.processes ?? 1)) / (stopFrom - this.total(now))
    return 0
  }

  /** How long until fewer than {@link stopFrom} are left. */
  #untilFewer(now: number): number {
    // When the others have fewer is not known here, so it is asked again soon.
    const others = this.#others?.others(now) ?? 0
    if (others > 0) return slice
    let left = this.#total
    let oldest = this.#newest - slices + 1
    for (; oldest <= this.#newest && left >= stopFrom; oldest++) left -= this.#counts[mod(oldest)] ?? 0
    return (oldest - 1 + slices) * slice - now
  }

  #forget(now: number): void {
    const newest = Math.floor(now / slice)
    const passed = Math.min(newest - this.#newest, slices)
    for (let n = 1; n <= passed; n++) {
      const place = mod(newest - passed + n)
      this.#total -= this.#counts[place] ?? 0
      this.#counts[place] = 0
    }
    this.#newest = Math.max(newest, this.#newest)
  }
}

const mod = (index: number): number => ((index % slices) + slices) % slices
