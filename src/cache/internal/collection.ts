/** The entries of one kind of one guild, oldest write first. */
import type { Entry, Limits } from "../GuildStore.ts"

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const merged = (before: unknown, after: unknown): unknown => {
  if (!isObject(before) || !isObject(after) || Array.isArray(after)) return after
  const made: Record<string, unknown> = { ...before }
  for (const [field, value] of Object.entries(after)) if (value !== undefined) made[field] = value
  return made
}

/** Times are milliseconds. */
export class Collection {
  readonly #limits: Limits
  readonly #values = new Map<string, unknown>()
  // A Map steps over what was deleted from its front, so a new iterator for each write would get slower and slower.
  #oldest: MapIterator<string> | undefined
  // Only what is needed, because a bot may have millions of entries.
  #groups: Map<string, string> | undefined
  #times: Map<string, number> | undefined

  constructor(limits: Limits) {
    this.#limits = limits
    if (limits.timeToLive !== undefined) this.#times = new Map()
  }

  set({ group, id, value }: Entry, merge: boolean, now: number): void {
    const next = merge ? merged(this.#values.get(id), value) : value
    // An entry that is written again becomes the newest, which only matters where the oldest goes.
    if (this.#limits.max !== undefined || this.#times !== undefined) this.#values.delete(id)
    this.#values.set(id, next)
    if (group !== undefined) (this.#groups ??= new Map()).set(id, group)
    else this.#groups?.delete(id)
    this.#times?.set(id, now)
    this.expire(now)
    const max = this.#limits.max ?? Infinity
    while (this.#values.size > max) {
      this.#oldest ??= this.#values.keys()
      const { done, value } = this.#oldest.next()
      if (done === true) this.#oldest = undefined
      else this.remove(value)
    }
  }

  remove(id: string): void {
    this.#values.delete(id)
    this.#groups?.delete(id)
    this.#times?.delete(id)
  }

  removeGroup(group: string): void {
    for (const [id, of] of this.#groups ?? []) if (of === group) this.remove(id)
  }

  clear(): void {
    this.#values.clear()
    this.#oldest = undefined
    this.#groups = undefined
    this.#times?.clear()
  }

  update(change: (value: unknown) => unknown): void {
    for (const [id, value] of this.#values) {
      const next = change(value)
      if (next !== value) this.#values.set(id, next)
    }
  }

  /** Forgets what is too old. */
  expire(now: number): void {
    const { timeToLive } = this.#limits
    if (timeToLive === undefined || this.#times === undefined) return
    for (const id of this.#values.keys()) {
      if (now - (this.#times.get(id) ?? 0) < timeToLive) return
      this.remove(id)
    }
  }

  get(id: string, now: number): unknown {
    this.expire(now)
    return this.#values.get(id)
  }

  all(now: number): ReadonlyMap<string, unknown> {
    this.expire(now)
    return new Map(this.#values)
  }

  /** Everything as JSON: id, value, time and group of each. */
  toJSON(): ReadonlyArray<unknown> {
    return [...this.#values].map(([id, value]) => [id, value, this.#times?.get(id) ?? 0, this.#groups?.get(id) ?? null])
  }

  /** Reads what {@link toJSON} has written. Throws on anything else. */
  static from(limits: Limits, json: ReadonlyArray<[string, unknown, number, string | null]>): Collection {
    const made = new Collection(limits)
    for (const [id, value, time, group] of json) {
      made.#values.set(id, value)
      made.#times?.set(id, time)
      if (group !== null) (made.#groups ??= new Map()).set(id, group)
    }
    return made
  }
}
