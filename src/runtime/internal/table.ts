/** The open Runtimes of a registry, by number. */
import type { Entry } from "./entry.ts"

const pageSize = 32

class Page {
  readonly places: Array<Entry | undefined> = []
  used = 0

  constructor() {
    this.places.length = pageSize
  }
}

/**
 * Pages of entries whose numbers follow each other. Numbers are given in order, so that a page is filled from its
 * beginning, and it is gone with its last entry. One `Map` of all entries would take four times the memory, and when a
 * million of them are open, to let it grow would stop everything else for 80 ms.
 */
export class Table {
  readonly #pages = new Map<number, Page>()
  /** The page that is filled now. It stays while it is empty, as it is again and again if Runtimes are short. */
  #newest = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get(number: number): Entry | undefined {
    return this.#pages.get(pageOf(number))?.places[number % pageSize]
  }

  /** Adds an entry whose number is greater than all before. */
  add(entry: Entry): void {
    const index = pageOf(entry.number)
    let page = this.#pages.get(index)
    if (page === undefined) {
      if (this.#pages.get(this.#newest)?.used === 0) this.#pages.delete(this.#newest)
      this.#pages.set(index, (page = new Page()))
      this.#newest = index
    }
    page.places[entry.number % pageSize] = entry
    page.used++
    this.#size++
  }

  /** Removes an entry that is there. */
  delete(entry: Entry): void {
    const index = pageOf(entry.number)
    const page = this.#pages.get(index)
    if (page === undefined) return
    page.places[entry.number % pageSize] = undefined
    this.#size--
    if (--page.used === 0 && index !== this.#newest) this.#pages.delete(index)
  }

  /** All of them, the oldest first. They may be removed meanwhile. */
  forEach(use: (entry: Entry) => void): void {
    for (const { places } of this.#pages.values()) {
      for (let place = 0; place < pageSize; place++) {
        const entry = places[place]
        if (entry !== undefined) use(entry)
      }
    }
  }

  /** Those whose number is less, the oldest first. Others may be added and removed between two of them. */
  *before(number: number): Generator<Entry> {
    for (const { places } of this.#pages.values()) {
      for (const entry of places) {
        if (entry === undefined) continue
        if (entry.number >= number) return
        yield entry
      }
    }
  }

  /** The oldest ones, the oldest first. */
  oldest(limit: number): ReadonlyArray<Entry> {
    const oldest: Array<Entry> = []
    for (const { places } of this.#pages.values()) {
      for (const entry of places) {
        if (oldest.length >= limit) return oldest
        if (entry !== undefined) oldest.push(entry)
      }
    }
    return oldest
  }
}

const pageOf = (number: number): number => Math.floor(number / pageSize)
