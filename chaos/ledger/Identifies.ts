/** A process that has found the IDENTIFYs used up sends none until there are new ones. */
import type { FakeDiscord } from "fibercord/testing"
import type { Book } from "./Book.ts"

// Entries of the log and reports of the bot arrive by different ways, in milliseconds.
const skew = 100

/** The page of the ledger on the budget. */
export class Identifies {
  readonly #book: Book
  /** Lives count from 1. */
  #ended = 0
  #spent: { readonly from: number; readonly to: number } | undefined

  constructor(book: Book) {
    this.#book = book
  }

  /** A process reports that none is left for this many milliseconds. */
  spent(life: number, at: number, millis: number): void {
    if (life <= this.#ended) return
    this.#book.count("budgets used up")
    this.#spent = { from: at + skew, to: at + millis - skew }
  }

  /** A process has ended or was told to. The next one knows only what was written. */
  death(life: number): void {
    this.#ended = life
    this.#spent = undefined
  }

  /** Takes an entry of the fake Discord's log. */
  fact(entry: FakeDiscord.Entry): void {
    if (entry._tag !== "Identify" || this.#spent === undefined) return
    const { from, to } = this.#spent
    if (entry.at < from || entry.at > to || this.#book.excused("lag", from - skew, entry.at)) return
    this.#book.violate(entry.at, "IDENTIFY without a budget", `shard ${entry.shardId}`, entry.shardId)
  }
}
