/** The end of a ring, for somebody who follows it: what is new, and what has moved on since it was told. */
import type { Ring } from "../../internal/Inspection.ts"

/** How notes of one kind are told. */
export interface Kind<A, V> {
  readonly view: (n: number, note: A) => V
  /** What changes when the note has something new to say; `undefined` when it will not change any more. */
  readonly mark: (note: A) => number | undefined
}

// How many notes that are not over are watched for changes.
const mostOpen = 200

/** Follows a ring. */
export class Tail<A, V> {
  readonly #ring: () => Ring<A> | undefined
  #seen = 0
  readonly #open = new Map<number, { readonly note: A; mark: number }>()

  constructor(ring: () => Ring<A> | undefined) {
    this.#ring = ring
  }

  /** Everything that is kept, at most so many, the newest ones. */
  all(kind: Kind<A, V>, limit: number): ReadonlyArray<V> {
    const ring = this.#ring()
    if (ring === undefined) return []
    const notes = ring.since(0, limit)
    const first = ring.total - notes.length
    return notes.map((note, index) => kind.view(first + index, note))
  }

  /** Begins here: what there is by now has been told, and may change. */
  start(kind: Kind<A, V>): void {
    const ring = this.#ring()
    this.#open.clear()
    const notes = ring?.since(0, mostOpen) ?? []
    this.#seen = ring?.total ?? 0
    for (const [index, note] of notes.entries()) this.#keep(kind, this.#seen - notes.length + index, note)
  }

  #keep(kind: Kind<A, V>, n: number, note: A): void {
    const mark = kind.mark(note)
    if (mark === undefined) return
    this.#open.set(n, { note, mark })
    const [oldest] = this.#open.keys()
    if (this.#open.size > mostOpen && oldest !== undefined) this.#open.delete(oldest)
  }

  /** What is new or has changed since the last call, and how much more there was. */
  changes(kind: Kind<A, V>, limit: number): { readonly views: ReadonlyArray<V>; readonly skipped: number } {
    const ring = this.#ring()
    if (ring === undefined) return { views: [], skipped: 0 }
    const views: Array<V> = []
    for (const [n, entry] of this.#open) {
      const mark = kind.mark(entry.note)
      if (mark === entry.mark) continue
      if (mark === undefined) this.#open.delete(n)
      else entry.mark = mark
      views.push(kind.view(n, entry.note))
    }
    const all = ring.total - this.#seen
    const notes = all === 0 ? [] : ring.since(this.#seen, limit)
    this.#seen = ring.total
    for (const [index, note] of notes.entries()) {
      const n = this.#seen - notes.length + index
      this.#keep(kind, n, note)
      views.push(kind.view(n, note))
    }
    return { views, skipped: all - notes.length }
  }
}
