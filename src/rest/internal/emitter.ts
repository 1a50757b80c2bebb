/**
 * What the build gives `@discordjs/rest` as its emitter of events, whose own one is an eighth of all code. See
 * `scripts/cuts.ts`.
 */

type Listener = (...args: ReadonlyArray<never>) => void

interface Entry {
  readonly listener: Listener
  readonly isOnce: boolean
}

/** As much of an `EventEmitter` as a client of REST has use for. */
export class Emitter {
  readonly #entries = new Map<string, ReadonlyArray<Entry>>()

  #add(event: string, entry: Entry): this {
    this.#entries.set(event, [...(this.#entries.get(event) ?? []), entry])
    return this
  }

  on(event: string, listener: Listener): this {
    return this.#add(event, { listener, isOnce: false })
  }

  once(event: string, listener: Listener): this {
    return this.#add(event, { listener, isOnce: true })
  }

  /** Removes the listener that was added last, if it was added several times. */
  off(event: string, listener: Listener): this {
    const entries = this.#entries.get(event) ?? []
    const index = entries.findLastIndex((entry) => entry.listener === listener)
    if (index >= 0) this.#entries.set(event, entries.toSpliced(index, 1))
    return this
  }

  addListener(event: string, listener: Listener): this {
    return this.on(event, listener)
  }

  removeListener(event: string, listener: Listener): this {
    return this.off(event, listener)
  }

  removeAllListeners(event?: string): this {
    if (event === undefined) this.#entries.clear()
    else this.#entries.delete(event)
    return this
  }

  listenerCount(event: string): number {
    return this.#entries.get(event)?.length ?? 0
  }

  /** Calls the listeners of this moment, in their order, and says whether there were any. */
  emit(event: string, ...args: ReadonlyArray<never>): boolean {
    const entries = this.#entries.get(event) ?? []
    if (event === "error" && entries.length === 0) throw args[0]
    for (const { isOnce, listener } of entries) {
      if (isOnce) this.off(event, listener)
      listener.apply(this, [...args])
    }
    return entries.length > 0
  }
}
