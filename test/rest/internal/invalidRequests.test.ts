import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { SharedCounts } from "../../../src/rest/internal/sharedCounts.ts"
import { InvalidRequests, limit, slowFrom, span, stopFrom } from "../../../src/rest/internal/invalidRequests.ts"

const minute = 60_000

const gap = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200_000 }))

const refused = (guard: InvalidRequests, count: number, now: number) => {
  for (let n = 0; n < count; n++) guard.add(now)
}

/** Whatever is allowed to be sent is refused, until the time ends. Returns when each request was sent. */
const sendAll = Effect.fnUntraced(function* (guard: InvalidRequests, every: number, duration: number) {
  const sent: Array<number> = []
  const begin = yield* Clock.currentTimeMillis
  for (let now = begin; now < begin + duration; now = yield* Clock.currentTimeMillis) {
    const wait = guard.pass(now, false)
    if (wait === 0) {
      sent.push(now)
      guard.add(now)
    }
    yield* TestClock.adjust(Math.max(wait, every))
  }
  return sent
})

const inWindow = (sent: ReadonlyArray<number>): number => {
  let most = 0
  let oldest = 0
  for (const [newest, at] of sent.entries()) {
    while (at - (sent[oldest] ?? 0) >= span) oldest++
    most = Math.max(most, newest - oldest + 1)
  }
  return most
}

describe("the guard of invalid requests", () => {
  it.effect("never lets an address come to Discord's limit, however fast it is refused", () =>
    Effect.gen(function* () {
      const sent = yield* sendAll(new InvalidRequests(), 5, 25 * minute)
      assert.isAtMost(inWindow(sent), stopFrom)
      assert.isAbove(inWindow(sent), slowFrom)
      assert.isBelow(stopFrom, limit)
    })
  )

  it.effect("does nothing below half of the limit, and spaces requests from there on, but not urgent ones", () =>
    Effect.gen(function* () {
      const guard = new InvalidRequests()
      refused(guard, slowFrom - 1, 0)
      assert.deepStrictEqual([guard.pass(0, false), guard.pass(0, false)], [0, 0])
      refused(guard, 1, 0)
      assert.strictEqual(guard.stage(0), "slow")
      assert.deepStrictEqual([guard.pass(0, false), guard.pass(0, false)], [0, span / (stopFrom - slowFrom)])
      assert.strictEqual(guard.pass(0, true), 0)
    })
  )

  it.effect("sends nothing from nine tenths of the limit on, until enough are ten minutes old", () =>
    Effect.gen(function* () {
      const guard = new InvalidRequests()
      refused(guard, 10, 0)
      refused(guard, stopFrom - 10, 5 * minute)
      assert.strictEqual(guard.stage(5 * minute), "stopped")
      const wait = guard.pass(5 * minute, true)
      assert.isAtLeast(wait, 5 * minute)
      assert.isAtMost(wait, 5 * minute + 10_000)
      assert.strictEqual(guard.stage(5 * minute + wait - 1), "stopped")
      assert.strictEqual(guard.stage(5 * minute + wait), "slow")
      assert.strictEqual(guard.total(20 * minute), 0)
    })
  )

  it.effect("keeps several processes together below the limit, although each knows the others' counts late", () =>
    Effect.gen(function* () {
      const counts = [new SharedCounts(), new SharedCounts(), new SharedCounts()]
      const guards = counts.map((each) => new InvalidRequests(each))
      const sent: Array<number> = []
      // Discord's global limit: each sends a third of 50 in a second, and is told of the others every ten seconds.
      const step = 60
      for (let now = 0; now < 25 * minute; now += step) {
        for (const [index, guard] of guards.entries()) {
          if (now % 10_000 < step) {
            for (const [other, each] of counts.entries())
              if (other !== index) each.merge(`${index}`, guard.own(now), now)
          }
          if (guard.pass(now, false) > 0) continue
          guard.add(now)
          sent.push(now)
        }
      }
      assert.isAtMost(inWindow(sent), limit)
      assert.isAbove(inWindow(sent), slowFrom)
    })
  )

  it("forgets another process ten minutes after it was last heard of", () => {
    const counts = new SharedCounts()
    const guard = new InvalidRequests(counts)
    counts.merge("a", 1, 0)
    counts.merge("a", stopFrom, 0)
    assert.strictEqual(guard.stage(span - 1), "stopped")
    assert.strictEqual(guard.pass(span - 1, true), 10_000)
    assert.strictEqual(guard.own(span - 1), 0)
    assert.strictEqual(guard.stage(span), "open")
  })

  it.effect.prop(
    "counts exactly what came within ten minutes, give or take ten seconds",
    [Arbitrary.array(Arbitrary.schema(gap), { minLength: 1, maxLength: 60 })],
    ([gaps]) =>
      Effect.sync(() => {
        const guard = new InvalidRequests()
        const times: Array<number> = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          guard.add(now)
          times.push(now)
          const total = guard.total(now)
          assert.isAtLeast(total, times.filter((at) => now - at < span).length)
          assert.isAtMost(total, times.filter((at) => now - at < span + 20_000).length)
        }
      }),
    { arbitrary: { size: 200_000 } }
  )
})
