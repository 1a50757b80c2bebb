/** The records of the ledger: violations with the history around them, and counts. */

/** A promise that was broken. */
export interface Violation {
  readonly kind: string
  readonly detail: string
  readonly at: number
  /** What happened right before it, oldest first. */
  readonly history: ReadonlyArray<string>
}

/** A time in which something is not expected. */
interface Excuse {
  readonly what: string
  readonly from: number
  to: number
}

// Enough lines to understand a violation, and few enough to read.
const remembered = 24
// A promise that is broken once is often broken many times.
const keptViolations = 20

/** One book per run. Times are milliseconds since 1970. */
export class Book {
  readonly violations: Array<Violation> = []
  readonly counts = new Map<string, number>()
  /** Called with every line that is remembered. */
  onLine: ((line: string) => void) | undefined
  readonly #history = new Map<number | undefined, Array<string>>()
  #excuses: Array<Excuse> = []

  /** Counts something for the report. */
  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by)
  }

  /** Adds a line to the history of a shard, or to the common history. */
  remember(at: number, line: string, shard?: number): void {
    const lines = this.#history.get(shard) ?? []
    if (!this.#history.has(shard)) this.#history.set(shard, lines)
    const text = `${new Date(at).toISOString().slice(11, 23)} ${shard === undefined ? "" : `shard ${shard} `}${line}`
    this.onLine?.(text)
    lines.push(text)
    if (lines.length > remembered) lines.shift()
  }

  /** Records a violation, with the current history of the shard and the common history. */
  violate(at: number, kind: string, detail: string, shard?: number): void {
    this.count(`violation: ${kind}`)
    if (this.violations.length >= keptViolations) return
    const own = shard === undefined ? [] : (this.#history.get(shard) ?? [])
    // Lines begin with their time.
    const history = [...own, ...(this.#history.get(undefined) ?? [])].sort()
    this.violations.push({ kind, detail, at, history })
  }

  /** Excuses something for a time, which the returned function ends. */
  excuse(what: string, from: number, to = Infinity): (at: number) => void {
    const excuse: Excuse = { what, from, to }
    this.#excuses.push(excuse)
    return (at) => {
      excuse.to = at
    }
  }

  /** Whether any part of a time is excused. */
  excused(what: string, from: number, to: number): boolean {
    return this.#excuses.some((excuse) => excuse.what === what && excuse.from <= to && excuse.to >= from)
  }

  /** Forgets excuses that ended before a time. */
  forget(before: number): void {
    this.#excuses = this.#excuses.filter(({ to }) => to >= before)
  }
}
