/** What the library and the fake Discord use of Node's `EventEmitter`. */
// eslint-disable-next-line typescript/no-explicit-any
type Listener = (...args: Array<any>) => void

export class Emitter {
  readonly #listeners = new Map<string, Array<Listener>>()

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
    return this
  }

  once(event: string, listener: Listener): this {
    const once: Listener = (...args) => {
      this.off(event, once)
      listener(...args)
    }
    return this.on(event, once)
  }

  off(event: string, listener: Listener): this {
    this.#listeners.set(
      event,
      (this.#listeners.get(event) ?? []).filter((each) => each !== listener)
    )
    return this
  }

  emit(event: string, ...args: ReadonlyArray<unknown>): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args)
  }
}
