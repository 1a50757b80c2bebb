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
  /** How long after the trouble the last shard was resumed that had to be, in milliseconds. */
  readonly blind: number
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
  /** Events that were handled again, and when. */
  readonly #repeats: Array<{ readonly at: number; readonly sentAt: number }> = []
  /** When the last trouble began. */
  troubleAt = 0
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
    const times = (all.get(n) ?? 0) + 1
    all.set(n, times)
    this.#handled.set(guild, all)
    if (times > 1) this.#repeats.push({ at: Date.now(), sentAt: this.#sent.get(guild)?.[n] ?? 0 })
  }

  /** Says whether every event that was sent until then was handled. */
  evenUntil(until: number): () => boolean {
    return () => this.#count((sentAt) => sentAt < until).lost === 0
  }

  #count(isMeant: (sentAt: number) => boolean): { lost: number; events: number } {
    const sum = { lost: 0, events: 0 }
    for (const [guild, all] of this.#sent) {
      const handled = this.#handled.get(guild)
      all.forEach((at, n) => {
        if (!isMeant(at)) return
        sum.events++
        if (!handled?.has(n)) sum.lost++
      })
    }
    return sum
  }

  /** What happened from `since` on. */
  page(
    phase: string,
    log: ReadonlyArray<FakeDiscord.Entry>,
    times: { readonly since: number; readonly until: number; readonly uses: number; readonly unanswered: number }
  ): Page {
    const { since, until } = times
    const { events, lost } = this.#count((sentAt) => sentAt >= since && sentAt < until)
    const repeats = this.#repeats.filter(({ at }) => at >= since)
    const oldest = Math.min(...repeats.map(({ sentAt }) => sentAt))
    const recent = log.filter((entry) => entry.at >= since)
    const count = (tag: FakeDiscord.Entry["_tag"]) => recent.filter(({ _tag }) => _tag === tag).length
    return {
      phase,
      seconds: Math.round((Date.now() - since) / 1000),
      events,
      identifies: count("Identify"),
      resumes: count("Resumed"),
      away: awayOf(recent),
      blind: blindOf(recent, this.troubleAt),
      lost,
      repeated: repeats.length,
      repeatedFor: repeats.length === 0 ? 0 : Math.max(0, this.troubleAt - oldest),
      uses: this.uses - times.uses,
      unanswered: this.unanswered - times.unanswered,
      violations: count("Violation")
    }
  }
}

/** The longest time from the end of a shard's connection to READY or RESUMED of the same shard. */
const awayOf = (log: ReadonlyArray<FakeDiscord.Entry>): number => {
  const connected = new Map<number, number>()
  const since = new Map<number, number>()
  let longest = 0
  for (const entry of log) {
    if (entry._tag === "Closed" && entry.shardId !== undefined) {
      // The end of a connection whose session another one has resumed is none of the shard.
      const current = connected.get(entry.shardId)
      if (current === undefined || current === entry.connection) since.set(entry.shardId, entry.at)
    } else if (entry._tag === "Resumed" || entry._tag === "Ready") {
      connected.set(entry.shardId, entry.connection)
      const from = since.get(entry.shardId)
      if (from !== undefined) longest = Math.max(longest, entry.at - from)
      since.delete(entry.shardId)
    }
  }
  return longest
}

/** How long after a trouble the last shard that had to be resumed was, if that was soon. */
const blindOf = (log: ReadonlyArray<FakeDiscord.Entry>, troubleAt: number): number => {
  const resumed = log.filter(({ _tag, at }) => _tag === "Resumed" && at > troubleAt && at < troubleAt + soon)
  return troubleAt === 0 ? 0 : Math.max(0, ...resumed.map(({ at }) => at - troubleAt))
}

// Before a frozen process wakes up.
const soon = 14_000
