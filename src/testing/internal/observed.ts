/** Maps of the world's records that tell observers what changes, so that nobody has to compare them. */

/** A map whose observers hear of what is set and deleted, in the same call. Observers must not throw. */
export class Observed<K, V> extends Map<K, V> {
  readonly #observers = new Set<(key: K, value: V | undefined) => void>()

  override set(key: K, value: V): this {
    super.set(key, value)
    this.#tell(key, value)
    return this
  }

  override delete(key: K): boolean {
    const existed = super.delete(key)
    if (existed) this.#tell(key, undefined)
    return existed
  }

  /** Adds an observer, which the returned function removes. The value is `undefined` when it was deleted. */
  observe(observer: (key: K, value: V | undefined) => void): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  #tell(key: K, value: V | undefined): void {
    for (const observer of this.#observers) observer(key, value)
  }
}

/** Calls `listener` whenever this number of a record is written. Records that nobody watches stay plain objects. */
export const watch = <K extends string>(record: { [key in K]: number }, key: K, listener: () => void): void => {
  const before = Object.getOwnPropertyDescriptor(record, key)
  let value = record[key]
  Object.defineProperty(record, key, {
    configurable: true,
    enumerable: true,
    get: () => value,
    set: (next: number) => {
      value = next
      before?.set?.(next)
      listener()
    }
  })
}
