/** The time of shards from a fault to READY or RESUMED: the worst of each kind, and a limit for all. */
import type { FakeDiscord } from "fibercord/testing"
import type { Book } from "./Book.ts"

interface Wound {
  readonly kind: string
  readonly shard: number
  readonly at: number
  readonly limit: number
}

/** The page of the ledger on recoveries. */
export class Recoveries {
  readonly #book: Book
  readonly worst = new Map<string, number>()
  #open: Array<Wound> = []

  constructor(book: Book) {
    this.#book = book
  }

  /** A fault has cut a shard off. */
  wounded(kind: string, shard: number, at: number, limit: number): void {
    this.#open.push({ kind, shard, at, limit })
  }

  /** Takes an entry of the fake Discord's log. */
  fact(entry: FakeDiscord.Entry): void {
    if (entry._tag !== "Ready" && entry._tag !== "Resumed") return
    const { at, shardId } = entry
    const healed = this.#open.filter((wound) => wound.shard === shardId && wound.at <= at)
    if (healed.length === 0) return
    this.#open = this.#open.filter((wound) => !healed.includes(wound))
    for (const { at: since, kind } of healed) this.worst.set(kind, Math.max(this.worst.get(kind) ?? 0, at - since))
  }

  /** Reports each shard that took too long, once. */
  sweep(now: number): void {
    const hopeless = this.#open.filter(({ at, limit }) => now - at > limit)
    if (hopeless.length === 0) return
    this.#open = this.#open.filter((wound) => !hopeless.includes(wound))
    for (const { at, kind, shard } of hopeless) {
      this.#book.violate(now, "not recovered", `shard ${shard} is not back ${now - at} ms after ${kind}`, shard)
    }
  }

  /** Whether any shard is still recovering. */
  get pending(): boolean {
    return this.#open.length > 0
  }
}
