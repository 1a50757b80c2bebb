/**
 * A process that has found the IDENTIFYs used up sends none until there are new ones, except for those that shards had
 * been given before and waited with for their turn. A shard keeps what it was given if its connection ends meanwhile.
 */
import type { FakeDiscord } from "fibercord/testing"
import type { Book } from "./Book.ts"

// Entries of the log and reports of the bot arrive by different ways, in milliseconds.
const skew = 100

// How long a shard whose connection has ended may take to open the next one and to get its turn, in milliseconds.
const kept = 10_000

/** The page of the ledger on the budget. */
export class Identifies {
  readonly #book: Book
  /** Lives count from 1. */
  #ended = 0
  #spent: { readonly from: number; readonly to: number } | undefined
  /** Connections that have sent neither IDENTIFY nor RESUME, and when they ended. */
  readonly #waiting = new Map<number, number>()
  /** How many IDENTIFYs may have been given away before none was left. */
  #given = 0

  constructor(book: Book) {
    this.#book = book
  }

  /** A process reports that none is left for this many milliseconds. */
  spent(life: number, at: number, millis: number): void {
    if (life <= this.#ended) return
    this.#book.count("budgets used up")
    this.#spent = { from: at + skew, to: at + millis - skew }
    for (const [connection, endedAt] of this.#waiting) if (endedAt + kept < at) this.#waiting.delete(connection)
    this.#given = this.#waiting.size
  }

  /** A process has ended or was told to. The next one knows only what was written. */
  death(life: number): void {
    this.#ended = life
    this.#spent = undefined
    this.#waiting.clear()
  }

  /** Takes an entry of the fake Discord's log. */
  fact(entry: FakeDiscord.Entry): void {
    if (entry._tag === "Opened") this.#waiting.set(entry.connection, Infinity)
    else if (entry._tag === "Resume" || entry._tag === "Identify") this.#waiting.delete(entry.connection)
    else if (entry._tag === "Closed" && this.#waiting.has(entry.connection)) {
      this.#waiting.set(entry.connection, entry.at)
    }
    if (entry._tag === "Identify") this.#onIdentify(entry)
  }

  #onIdentify(entry: Extract<FakeDiscord.Entry, { readonly _tag: "Identify" }>): void {
    if (this.#spent === undefined) return
    const { from, to } = this.#spent
    if (entry.at < from || entry.at > to || this.#book.excused("lag", from - skew, entry.at)) return
    if (this.#given-- > 0) return
    this.#book.violate(entry.at, "IDENTIFY without a budget", `shard ${entry.shardId}`, entry.shardId)
  }
}
