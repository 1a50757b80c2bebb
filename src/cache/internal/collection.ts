/** The entries of one kind of one guild, oldest write first. */
import type { Entry, Limits } from "../GuildStore.ts"

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const merged = (before: unknown, after: unknown): unknown => {
  if (!isObject(before) || !isObject(after) || Array.isArray(after)) return after
  const made: Record<string, unknown> = { ...before }
  for (const [field, value] of Object.entries(after)) if (value !== undefined) made[field] = value
  return made
}

/** A value with what else is known of its entry. */
class Held {
  value: unknown
  group: string | undefined
  /** When it was written, in milliseconds. */
  time: number

  constructor(value: unknown, group: string | undefined, time: number) {
    this.value = value
    this.group = group
    this.time = time
  }
}

const valueOf = (found: unknown): unknown => (found instanceof Held ? found.value : found)

// How often old entries are looked for in the time in which one gets too old. Reads do not depend on it.
const sweeps = 16

/** Times are milliseconds. */
export class Collection {
  readonly #limits: Limits
  /** Values, as they are if nothing else has to be known of them, because a bot may have millions of entries. */
  #entries = new Map<string, unknown>()
  // A Map steps over what was deleted from its front, so a new iterator for each write would get slower and slower.
  #oldest: MapIterator<string> | undefined
  /** Writes and removals since the oldest entry was looked for. */
  #changes = 0
  #sweepAt = -Infinity

  constructor(limits: Limits) {
    this.#limits = limits
  }

  // Whether entries go by their age.
  get #isLimited(): boolean {
    return this.#limits.max !== undefined || this.#limits.timeToLive !== undefined
  }

  #hold(found: unknown, { group, value }: Entry, time: number): unknown {
    if (group === undefined && !this.#isLimited) return value
    if (!(found instanceof Held)) return new Held(value, group, time)
    found.value = value
    found.group = group
    found.time = time
    return found
  }

  set(entry: Entry, merge: boolean, now: number): void {
    this.#sweep(now)
    const { id } = entry
    const found = this.#entries.get(id)
    // An entry that is written again becomes the newest, which only matters where the oldest goes.
    if (found !== undefined && this.#isLimited) this.#entries.delete(id)
    const next = merge
      ? { ...entry, value: merged(this.#isOld(found, now) ? undefined : valueOf(found), entry.value) }
      : entry
    this.#entries.set(id, this.#hold(found, next, now))
    this.#changed()
    const max = this.#limits.max ?? Infinity
    while (this.#entries.size > max) this.#removeOldest()
  }

  #removeOldest(): void {
    this.#oldest ??= this.#entries.keys()
    const { done, value } = this.#oldest.next()
    if (done === true) this.#oldest = undefined
    else this.remove(value)
    this.#changes = 0
  }

  // An iterator keeps all tables that its Map has had since it was last asked.
  #changed(): void {
    if (this.#changes++ > this.#entries.size) this.#oldest = undefined
  }

  remove(id: string): void {
    const found = this.#entries.get(id)
    // A Map that changes all the time leaves tables behind, and what is in those that have grown old lives until the next
    // full collection. Values are the large part of it.
    if (found instanceof Held) found.value = undefined
    this.#entries.delete(id)
    this.#changed()
  }

  removeGroup(group: string): void {
    for (const [id, found] of this.#entries) if (found instanceof Held && found.group === group) this.remove(id)
  }

  clear(): void {
    this.#entries = new Map()
    this.#oldest = undefined
  }

  update(change: (value: unknown) => unknown): void {
    for (const [id, found] of this.#entries) {
      const next = change(valueOf(found))
      if (found instanceof Held) found.value = next
      else if (next !== found) this.#entries.set(id, next)
    }
  }

  #isOld(found: unknown, now: number): boolean {
    const { timeToLive } = this.#limits
    return timeToLive !== undefined && found instanceof Held && now - found.time >= timeToLive
  }

  /** Forgets what is too old. */
  #sweep(now: number): void {
    if (this.#limits.timeToLive === undefined || now < this.#sweepAt) return
    this.#sweepAt = now + this.#limits.timeToLive / sweeps
    for (const [id, found] of this.#entries) {
      if (!this.#isOld(found, now)) return
      this.remove(id)
    }
  }

  get(id: string, now: number): unknown {
    this.#sweep(now)
    const found = this.#entries.get(id)
    return this.#isOld(found, now) ? undefined : valueOf(found)
  }

  all(now: number): ReadonlyMap<string, unknown> {
    this.#sweep(now)
    const made = new Map(this.#entries)
    for (const [id, found] of made) {
      if (this.#isOld(found, now)) made.delete(id)
      else if (found instanceof Held) made.set(id, found.value)
    }
    return made
  }

  /** Everything as JSON: id, value, time and group of each. */
  toJSON(): ReadonlyArray<unknown> {
    return [...this.#entries].map(([id, found]) =>
      found instanceof Held ? [id, found.value, found.time, found.group ?? null] : [id, found, 0, null]
    )
  }

  /** Reads what {@link toJSON} has written. Throws on anything else. */
  static from(limits: Limits, json: ReadonlyArray<[string, unknown, number, string | null]>): Collection {
    const made = new Collection(limits)
    for (const [id, value, time, group] of json) {
      made.#entries.set(id, made.#hold(undefined, { id, value, group: group ?? undefined }, time))
    }
    return made
  }
}
