/** The collection beside a naive model, over generated operations in any order. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import { Collection } from "../../src/cache/internal/collection.ts"
import type { Limits } from "../../src/cache/GuildStore.ts"
import { makeRandom } from "../mutate.ts"

type Value = Readonly<Record<string, unknown>> | string

interface Known {
  readonly id: string
  readonly value: Value
  readonly group: string | undefined
  readonly time: number
}

/** The same, by lists that are gone through for everything. */
class Model {
  readonly limits: Limits
  entries: ReadonlyArray<Known> = []

  constructor(limits: Limits) {
    this.limits = limits
  }

  expire(now: number): void {
    this.entries = this.entries.filter(({ time }) => now - time < (this.limits.timeToLive ?? Infinity))
  }

  set(id: string, value: Value, group: string | undefined, merge: boolean, now: number): void {
    this.expire(now)
    const before = this.entries.find((each) => each.id === id)?.value
    const isMerged = merge && typeof before === "object" && typeof value === "object"
    const fields = Object.entries(value).filter(([, field]) => field !== undefined)
    const next = isMerged ? { ...before, ...Object.fromEntries(fields) } : value
    this.entries = [...this.entries.filter((each) => each.id !== id), { id, value: next, group, time: now }].slice(
      -(this.limits.max ?? Infinity)
    )
  }

  remove(which: (entry: Known) => boolean): void {
    this.entries = this.entries.filter((entry) => !which(entry))
  }

  update(change: (value: Value) => Value): void {
    this.entries = this.entries.map((entry) => ({ ...entry, value: change(entry.value) }))
  }
}

const limits: Readonly<Record<string, Limits>> = {
  "without limits": {},
  "of some": { max: 12 },
  "for some time": { timeToLive: 40 },
  "of some for some time": { max: 12, timeToLive: 40 },
  "of one": { max: 1 },
  "for no time": { timeToLive: 0 }
}

const byId = (entries: Iterable<readonly [string, unknown]>) => [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))

// Without fields that are undefined, which JSON cannot keep.
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Where the two differ first. */
const difference = (of: Limits, seed: number): unknown => {
  const random = makeRandom(seed * 7_919_317)
  const model = new Model(of)
  let collection = new Collection(of)
  // Few ids, so that they come again; or many, so that the oldest go.
  const ids = [6, 20, 10_000][seed % 3] ?? 6
  const id = () => `id ${random(ids)}`
  const group = () => [undefined, "a", "b"][random(3)]
  let now = 0
  for (let n = 0; n < 300; n++) {
    const one = id()
    switch (random(12)) {
      case 0:
        collection.remove(one)
        model.remove((entry) => entry.id === one)
        break
      case 1: {
        if (random(8) > 0) break
        const gone = group() ?? "a"
        collection.removeGroup(gone)
        model.remove((entry) => entry.group === gone)
        break
      }
      case 2: {
        if (random(8) > 0) break
        collection.clear()
        model.remove(() => true)
        break
      }
      case 3: {
        if (random(8) > 0) break
        const change = (value: Value) => (typeof value === "object" && n % 2 === 0 ? { ...value, changed: n } : value)
        collection.update((value) => change(value as Value))
        model.update(change)
        break
      }
      case 4: {
        if (random(8) > 0) break
        collection = Collection.from(of, JSON.parse(JSON.stringify(collection)))
        break
      }
      default: {
        const value = random(6) === 0 ? `text ${n}` : { [`f${random(4)}`]: n, [`f${random(4)}`]: undefined }
        const [merge, of] = [random(2) === 0, group()]
        collection.set({ id: one, value, group: of }, merge, now)
        model.set(one, value, of, merge, now)
      }
    }
    now += random(4)
    model.expire(now)
    const everything = random(4) === 0
    const all = everything ? byId(model.entries.map(({ id, value }) => [id, value] as const)) : []
    const should = [model.entries.find((entry) => entry.id === one)?.value, all]
    const is = [collection.get(one, now), everything ? byId(collection.all(now)) : []]
    if (!isDeepStrictEqual(json(is), json(should))) return { seed, step: n, is, should }
  }
  return undefined
}

describe("Collection", () => {
  for (const [name, of] of Object.entries(limits)) {
    it(`${name}, it is what a naive model is after each of 60 generated sequences`, () => {
      for (let seed = 0; seed < 60; seed++) assert.isUndefined(difference(of, seed))
    })
  }

  it("leaves nothing of values that have made room, until a full collection, nor of entries that come and go, after it", () => {
    const fixture = fileURLToPath(new URL("../fixtures/cached-messages.ts", import.meta.url))
    // So much that V8 collects the old space only when it is told to.
    const room = ["--initial-old-space-size=512", "--initial-heap-size=1024"]
    const output = execFileSync(process.execPath, ["--expose-gc", ...room, fixture], { encoding: "utf8" })
    const { removed, replaced }: Readonly<Record<"removed" | "replaced", number>> = JSON.parse(output)
    // Of 36 MB: 125 bytes for each write, for ids and what they were held by.
    assert.isBelow(replaced, 10_000_000)
    assert.isBelow(removed, 100_000)
  }, 240_000)
})
