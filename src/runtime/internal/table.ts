/** The open Runtimes of a registry, by number. */
import type { Entry } from "./entry.ts"

const pageSize = 32

interface Page {
  readonly places: Array<Entry | undefined>
  used: number
}

/**
 * Pages of entries whose numbers follow each other. Numbers are given in order, so that a page is filled from its
 * beginning, and it is gone with its last entry. One `Map` of all entries would take four times the memory, and when a
 * million of them are open, to let it grow would stop everything else for 80 ms.
 */
export class Table {
  readonly #pages = new Map<number, Page>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(number: number): Entry | undefined {
    return this.#pages.get(Math.floor(number / pageSize))?.places[number % pageSize]
  }

  add(entry: Entry): void {
    const index = Math.floor(entry.number / pageSize)
    let page = this.#pages.get(index)
    if (page === undefined) this.#pages.set(index, (page = { places: Array.from({ length: pageSize }), used: 0 }))
    page.places[entry.number % pageSize] = entry
    page.used++
    this.#size++
  }

  /** Removes an entry that is there. */
  delete(entry: Entry): void {
    const index = Math.floor(entry.number / pageSize)
    const page = this.#pages.get(index)
    if (page === undefined) return
    page.places[entry.number % pageSize] = undefined
    this.#size--
    if (--page.used === 0) this.#pages.delete(index)
  }

  /** All of them, the oldest first. They may be removed meanwhile. */
  *values(): Generator<Entry, undefined> {
    for (const { places } of this.#pages.values()) {
      for (const entry of places) if (entry !== undefined) yield entry
    }
    return undefined
  }
}
