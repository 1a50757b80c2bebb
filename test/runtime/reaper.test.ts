import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type { Entry } from "../../src/runtime/internal/entry.ts"
import type { Link } from "../../src/internal/Ring.ts"
import * as Reaper from "../../src/runtime/internal/reaper.ts"

interface Waiting extends Link {
  readonly number: number
  endsAt: number
  readonly isBusy: boolean
}

const waiting = (number: number, endsAt: number): Waiting => ({
  number,
  endsAt,
  isBusy: false,
  previous: undefined,
  next: undefined
})

// What a reaper looks at.
const entry = (each: Waiting) => each as unknown as Entry

const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (condition() ? Effect.void : Effect.andThen(Effect.yieldNow, until(condition))))

describe("the reaper", () => {
  it.effect("expires those of one moment in the order in which they came, and gives way after each slice", () =>
    Effect.gen(function* () {
      const count = 10 * Reaper.slice + 1
      const expired: Array<number> = []
      const reaper = Reaper.make(1000, ({ number }) => expired.push(number))
      yield* Effect.forkScoped(reaper.run)
      for (let n = 0; n < count; n++) reaper.watch(entry(waiting(n, 500)))
      const seen: Array<number> = []
      yield* Effect.forkScoped(Effect.forever(Effect.sync(() => seen.push(expired.length))))
      yield* TestClock.adjust("1 second")
      yield* until(() => expired.length === count)
      assert.deepStrictEqual(
        expired,
        Array.from({ length: count }, (_, n) => n)
      )
      const together = seen.slice(1).map((now, n) => now - (seen[n] ?? 0))
      assert.isAtMost(Math.max(...together), Reaper.slice)
    })
  )

  it.effect.prop(
    "loses none and takes none twice, whatever happens to them between two slices",
    [
      Arbitrary.array(
        Arbitrary.schema(
          Schema.Struct({
            second: Schema.Literals([1, 2, 3]),
            meanwhile: Schema.Literals(["nothing", "forgotten", "postponed", "moved"])
          })
        ),
        { minLength: 3 * Reaper.slice, maxLength: 5 * Reaper.slice }
      )
    ],
    ([plans]) =>
      Effect.gen(function* () {
        const expired: Array<number> = []
        const all = plans.map(({ second }, number) => waiting(number, second * 1000 - 1))
        const gone = new Set<number>()
        let now = 0
        const reaper = Reaper.make(1000, ({ endsAt, number }) => {
          assert.isAtMost(endsAt ?? 0, now)
          expired.push(number)
        })
        yield* Effect.forkScoped(reaper.run)
        for (const each of all) reaper.watch(entry(each))
        // Runs as soon as the reaper gives way, or sleeps.
        const meddle = Effect.sync(() => {
          for (const each of all) {
            if (expired.includes(each.number) || gone.has(each.number)) continue
            const { meanwhile } = plans[each.number] ?? { meanwhile: "nothing" }
            if (meanwhile === "postponed") each.endsAt = 5999
            if (meanwhile === "forgotten") {
              gone.add(each.number)
              reaper.forget(entry(each))
            }
            if (meanwhile === "moved" && each.endsAt < 4999) {
              each.endsAt = 4999
              reaper.forget(entry(each))
              reaper.watch(entry(each))
            }
          }
        })
        yield* Effect.forkScoped(
          Effect.andThen(
            until(() => expired.length > 0),
            meddle
          )
        )
        for (let second = 1; second <= 7; second++) {
          now = second * 1000
          yield* TestClock.adjust("1 second")
          for (let n = 0; n < 10; n++) yield* Effect.yieldNow
        }
        const left = all.filter(({ number }) => !gone.has(number)).map(({ number }) => number)
        assert.deepStrictEqual(
          expired.toSorted((a, b) => a - b),
          left
        )
        // Earlier ones first, and those of one moment in the order in which they came.
        const untouched = expired.filter((number) => plans[number]?.meanwhile === "nothing")
        const second = (number: number) => plans[number]?.second ?? 0
        assert.deepStrictEqual(
          untouched,
          untouched.toSorted((a, b) => second(a) - second(b) || a - b)
        )
      }),
    { arbitrary: { runs: 40 } }
  )
})
