/** Where the ledger writes: violations with the history around them, and counts. */

/** A promise that was not kept. */
export interface Violation {
  readonly kind: string
  readonly detail: string
  readonly at: number
  /** The last things that happened around it, oldest first. */
  readonly history: ReadonlyArray<string>
}

/** A time in which something cannot be expected, and why. */
interface Excuse {
  readonly what: string
  readonly from: number
  to: number
}

// Enough to understand what led to a violation, few enough to read.
const remembered = 24
// A broken promise is often broken again and again.
const keptViolations = 20

/** One book per run. Times are milliseconds since 1970. */
export class Book {
  readonly violations: Array<Violation> = []
  readonly counts = new Map<string, number>()
  /** Told of every line that is remembered. */
  onLine: ((line: string) => void) | undefined
  readonly #history = new Map<number | undefined, Array<string>>()
  #excuses: Array<Excuse> = []

  /** Counts something for the report. */
  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by)
  }

  /** Remembers a line of a shard's history, or of everybody's. */
  remember(at: number, line: string, shard?: number): void {
    const lines = this.#history.get(shard) ?? []
    if (!this.#history.has(shard)) this.#history.set(shard, lines)
    const text = `${new Date(at).toISOString().slice(11, 23)} ${shard === undefined ? "" : `shard ${shard} `}${line}`
    this.onLine?.(text)
    lines.push(text)
    if (lines.length > remembered) lines.shift()
  }

  /** Writes a violation, with the history of the shard and of everybody as it is now. */
  violate(at: number, kind: string, detail: string, shard?: number): void {
    this.count(`violation: ${kind}`)
    if (this.violations.length >= keptViolations) return
    const own = shard === undefined ? [] : (this.#history.get(shard) ?? [])
    // Lines begin with their time.
    const history = [...own, ...(this.#history.get(undefined) ?? [])].sort()
    this.violations.push({ kind, detail, at, history })
  }

  /** Excuses what cannot be expected in a time. The result ends it. */
  excuse(what: string, from: number, to = Infinity): (at: number) => void {
    const excuse: Excuse = { what, from, to }
    this.#excuses.push(excuse)
    return (at) => {
      excuse.to = at
    }
  }

  /** Whether a time is excused, if only in part. */
  excused(what: string, from: number, to: number): boolean {
    return this.#excuses.some((excuse) => excuse.what === what && excuse.from <= to && excuse.to >= from)
  }

  /** Forgets excuses that nobody asks for any more. */
  forget(before: number): void {
    this.#excuses = this.#excuses.filter(({ to }) => to >= before)
  }
}
