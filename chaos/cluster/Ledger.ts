/** What was sent, what members handled, and what the server saw, between two looks. */
import type { FakeDiscord } from "fibercord/testing"

/** What happened in one phase of a run. */
export interface Page {
  readonly phase: string
  readonly seconds: number
  readonly events: number
  readonly identifies: number
  readonly resumes: number
  /** The longest time that a shard had no session that was connected, in milliseconds. */
  readonly away: number
  readonly lost: number
  readonly repeated: number
  /** How long before the trouble the oldest repeated event was sent, in milliseconds. */
  readonly repeatedFor: number
  readonly uses: number
  readonly unanswered: number
  readonly violations: number
}

/** Keeps the books of a run. */
export class Ledger {
  /** When each event of each guild was sent. */
  readonly #sent = new Map<string, Array<number>>()
  readonly #handled = new Map<string, Map<number, number>>()
  uses = 0
  unanswered = 0

  sent(guild: string, n: number): void {
    const all = this.#sent.get(guild) ?? []
    all[n] = Date.now()
    this.#sent.set(guild, all)
  }

  handled(guild: string, n: number): void {
    const all = this.#handled.get(guild) ?? new Map<number, number>()
    all.set(n, (all.get(n) ?? 0) + 1)
    this.#handled.set(guild, all)
  }

  /** Whether every event that was sent so far was handled. */
  isEven(): boolean {
    return this.#count(() => true).lost === 0
  }

  #count(isMeant: (sentAt: number) => boolean): { lost: number; repeated: number; events: number; oldest: number } {
    const sum = { lost: 0, repeated: 0, events: 0, oldest: Infinity }
    for (const [guild, all] of this.#sent) {
      const handled = this.#handled.get(guild)
      all.forEach((at, n) => {
        if (!isMeant(at)) return
        const times = handled?.get(n) ?? 0
        sum.events++
        if (times === 0) sum.lost++
        if (times > 1) {
          sum.repeated++
          sum.oldest = Math.min(sum.oldest, at)
        }
      })
    }
    return sum
  }

  /** What happened from `since` on, when the trouble began at `at`. */
  page(
    phase: string,
    log: ReadonlyArray<FakeDiscord.Entry>,
    times: { readonly since: number; readonly at: number; readonly uses: number; readonly unanswered: number }
  ): Page {
    const { at, since } = times
    const { events, lost, oldest, repeated } = this.#count((sentAt) => sentAt >= since - 5000)
    const recent = log.filter((entry) => entry.at >= since)
    const count = (tag: FakeDiscord.Entry["_tag"]) => recent.filter(({ _tag }) => _tag === tag).length
    return {
      phase,
      seconds: Math.round((Date.now() - since) / 1000),
      events,
      identifies: count("Identify"),
      resumes: count("Resumed"),
      away: awayOf(recent),
      lost,
      repeated,
      repeatedFor: repeated === 0 ? 0 : Math.max(0, at - oldest),
      uses: this.uses - times.uses,
      unanswered: this.unanswered - times.unanswered,
      violations: count("Violation")
    }
  }
}

/** The longest time from the end of a shard's connection to READY or RESUMED of the same shard. */
const awayOf = (log: ReadonlyArray<FakeDiscord.Entry>): number => {
  const since = new Map<number, number>()
  let longest = 0
  for (const entry of log) {
    if (entry._tag === "Closed" && entry.shardId !== undefined) {
      if (!since.has(entry.shardId)) since.set(entry.shardId, entry.at)
    } else if (entry._tag === "Resumed" || entry._tag === "Ready") {
      const from = since.get(entry.shardId)
      if (from !== undefined) longest = Math.max(longest, entry.at - from)
      since.delete(entry.shardId)
    }
  }
  return longest
}
