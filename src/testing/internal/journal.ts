/** The log of the server: its newest entries, up to a limit. */
import type { Entry, Fact, Rule } from "../Log.ts"
import type { Signal } from "./signal.ts"

/** The log of one fake. */
export class Journal {
  readonly entries: Array<Entry> = []
  readonly #now: () => number
  readonly #signal: Signal
  readonly #limit: number
  #next = 0

  constructor(options: { readonly now: () => number; readonly signal: Signal; readonly limit: number }) {
    this.#now = options.now
    this.#signal = options.signal
    this.#limit = options.limit
  }

  /** The index of the next entry. */
  get next(): number {
    return this.#next
  }

  /** Adds a fact, and makes everybody who waits look again. */
  add(fact: Fact): void {
    const entry: Entry = { ...fact, index: this.#next++, at: this.#now() }
    this.entries.push(entry)
    if (this.entries.length > this.#limit) this.entries.shift()
    this.#signal.notify()
  }

  /** Adds a broken rule. */
  violation(rule: Rule, detail: string, by?: { readonly id: number; readonly shardId: number | undefined }): void {
    this.add({ _tag: "Violation", rule, detail, connection: by?.id, shardId: by?.shardId })
  }

  /** The entries from an index on, as far as they are still kept. */
  since(index: number): ReadonlyArray<Entry> {
    const first = this.entries[0]?.index ?? 0
    return this.entries.slice(Math.max(0, index - first))
  }

  /** Calls `listener` with every later entry, until the returned function is called. */
  listen(listener: (entry: Entry) => void): () => void {
    let next = this.#next
    return this.#signal.listen(() => {
      for (const entry of this.since(next)) {
        next = entry.index + 1
        listener(entry)
      }
    })
  }
}
