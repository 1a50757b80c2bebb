/** The headers of an answer. Node loads its whole `fetch`, with some 12 MB, for the global `Headers`. */

/** As much of `Headers` as `@discordjs/rest` and this package use. Names are in lower case. */
export class HeaderList implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>()

  /** Values of the same name are joined, as in `Headers`. */
  constructor(entries: Iterable<readonly [string, string]>) {
    for (const [name, value] of entries) {
      const before = this.get(name)
      this.set(name, before === null ? value : `${before}, ${value}`)
    }
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase())
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value)
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries()
  }
}
