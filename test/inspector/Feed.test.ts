import { assert, describe, it } from "@effect/vitest"
import * as Inspection from "../../src/internal/Inspection.ts"
import { delayAfter } from "../../src/inspector/internal/feed.ts"
import { merged } from "../../src/playground/page/inspector/Feed.ts"
import { spanOf } from "../../src/playground/page/inspector/words.ts"
import { fallsOf } from "../../src/playground/page/inspector/strips.ts"
import type { SpanView } from "../../src/inspector/InspectorState.ts"
import { makeRandom } from "../mutate.ts"

describe("a ring", () => {
  it("keeps the last notes, in order, whatever is asked for", () => {
    const below = makeRandom(7)
    const random = () => below(1000) / 1000
    for (let round = 0; round < 200; round++) {
      const capacity = 1 + Math.floor(random() * 8)
      const ring = new Inspection.Ring<number>(capacity)
      const all: Array<number> = []
      for (let n = 0; n < 30 * random(); n++) {
        ring.push(n)
        all.push(n)
      }
      const seen = Math.floor(random() * (all.length + 3))
      const limit = Math.floor(random() * 12)
      const expected = all.slice(-capacity).filter((n) => n >= seen)
      assert.deepStrictEqual(ring.since(seen), expected)
      assert.deepStrictEqual(ring.since(seen, limit), limit === 0 ? [] : expected.slice(-limit))
      assert.strictEqual(ring.total, all.length)
    }
  })

  it("takes so many notes in a second, and counts the others", () => {
    const ring = new Inspection.Ring<number>(10, 2)
    const offer = (n: number) => {
      if (ring.takes) ring.push(n)
    }
    for (const n of [1, 2, 3, 4]) offer(n)
    assert.deepStrictEqual([ring.since(0), ring.skipped], [[1, 2], 2])
    ring.refill()
    offer(5)
    assert.deepStrictEqual(ring.since(0), [1, 2, 5])
  })
})

describe("a feed", () => {
  it("tells changes four times a second, and less often if that takes more than a hundredth of the time", () => {
    assert.deepStrictEqual([0, 1, 2.5, 5, 20, 1000].map(delayAfter), [250, 250, 250, 500, 2000, 4000])
  })
})

describe("what a page knows", () => {
  it("is what it would be told anew: what is new is at the end, and what has changed is in its place", () => {
    const below = makeRandom(11)
    const random = () => below(1000) / 1000
    for (let round = 0; round < 200; round++) {
      const truth: Array<{ readonly n: number; readonly value: number }> = []
      let known: ReadonlyArray<{ readonly n: number; readonly value: number }> = []
      for (let batch = 0; batch < 10; batch++) {
        const changes: Array<{ readonly n: number; readonly value: number }> = []
        for (const one of truth.slice(-20)) {
          if (random() < 0.2) {
            const next = { ...one, value: random() }
            truth[one.n] = next
            changes.push(next)
          }
        }
        for (let fresh = 0; fresh < 5 * random(); fresh++) {
          const one = { n: truth.length, value: random() }
          truth.push(one)
          changes.push(one)
        }
        known = merged(known, changes, 20)
        assert.deepStrictEqual(known, truth.slice(-20))
      }
    }
  })

  it("says spans of time in the largest unit that fits", () => {
    const cases = [0.25, 999, 1500, 61_000, 3_660_000, 90_000_000, -1500].map(spanOf)
    assert.deepStrictEqual(cases, ["0.25 ms", "999 ms", "1.5 s", "1 min 1 s", "1 h 1 min", "1 d 1 h", "−1.5 s"])
  })

  it("draws spans below those that they belong to, also when those are not known any more", () => {
    const span = (n: number, id: string, parent: string | undefined): SpanView => ({
      n,
      id,
      parent,
      name: id,
      kind: "internal",
      at: n,
      endedAt: n + 1,
      status: "ok",
      problem: undefined,
      attributes: {},
      interaction: "1"
    })
    const falls = fallsOf(
      undefined,
      [span(0, "a", "gone"), span(1, "c", "b"), span(2, "b", "a"), span(3, "d", "a")],
      []
    )
    assert.deepStrictEqual(
      falls.map(({ depth, name }) => `${depth} ${name}`),
      ["0 a", "1 b", "2 c", "1 d"]
    )
  })
})
