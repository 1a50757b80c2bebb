import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Durable from "../../src/durable/inspected.ts"
import * as Inspection from "../../src/internal/Inspection.ts"
import { delayAfter, Feed } from "../../src/inspector/internal/feed.ts"
import * as Spans from "../../src/inspector/internal/spans.ts"
import { Watch } from "../../src/inspector/internal/watch.ts"
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
  it("does not end the bot with what cannot be shown, says so once, and goes on", async () => {
    const said: Array<string> = []
    const listen = (warning: Error) => {
      if (warning.name === "InspectorWarning") said.push(warning.message)
    }
    process.on("warning", listen)
    const context = Context.empty()
    const watch = new Watch(context, Context.get(context, Clock.Clock))
    const dialogues = { list: () => Effect.succeed([null as never]), get: () => Effect.die("never asked") }
    const hide = watch.show(Durable.dialogues, dialogues)
    const feed = new Feed(watch)
    try {
      assert.include(await feed.state(), '"process"')
      await feed.state()
      hide()
      let isBroken = true
      const tracer = watch.ring(Spans.spans, Context.get(context, Clock.Clock))
      const stop = feed.attach(() => undefined)
      const span = {
        get status() {
          if (isBroken) throw new Error("broken")
          return { _tag: "Started", startTime: 0n }
        }
      }
      tracer.push({ span } as never)
      assert.throws(() => feed.attach(() => undefined), "broken")
      assert.strictEqual(feed.readers, 1)
      tracer.push({ span } as never)
      // Meanwhile it tells by itself. What that throws nobody could catch, and would fail this run of the tests.
      await new Promise((resolve) => setTimeout(resolve, 300))
      isBroken = false
      stop()
      assert.strictEqual(feed.readers, 0)
      assert.lengthOf(said, 1)
      assert.include(said[0], "cannot all be shown")
    } finally {
      process.off("warning", listen)
      feed.close()
      watch.close()
    }
  })

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
