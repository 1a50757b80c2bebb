/** How old interactions are, whatever the clock of the machine says. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as InteractionAge from "../../src/interactions/replies/internal/interactionAge.ts"
import * as Elapsed from "../../src/internal/Elapsed.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

/** The id of an interaction that Discord made at this time, in milliseconds since 2015. */
const idAt = (millis: number) => String(BigInt(millis) << 22n)

// What Discord's clock says when the test begins; this machine's says something else.
const start = 360_000_000_000
const minute = 60_000

const make = Effect.gen(function* () {
  let offset = 0
  const clock = jumpyClock(yield* Clock.Clock, () => offset)
  const ages = InteractionAge.make()
  return {
    ageOf: (id: string) => Math.round((Elapsed.millis(clock) - ages.createdAt(id, Elapsed.millis(clock))) / 100) * 100,
    setClock: (by: number) => Effect.sync(() => void (offset += by))
  }
})

describe("ages of interactions", () => {
  it.effect("a fresh interaction has none, however wrong the clock of the machine is and becomes", () =>
    Effect.gen(function* () {
      const { ageOf, setClock } = yield* make
      for (let n = 0; n < 5; n++) {
        assert.strictEqual(ageOf(idAt(start + n * minute)), 0)
        yield* TestClock.adjust("1 minute")
        yield* setClock(n % 2 === 0 ? 1e9 : -3e9)
      }
    })
  )

  it.effect("one that is delivered again is as old as Discord's id says", () =>
    Effect.gen(function* () {
      const { ageOf } = yield* make
      assert.strictEqual(ageOf(idAt(start)), 0)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(ageOf(idAt(start + 10 * minute)), 0)
      assert.strictEqual(ageOf(idAt(start)), 10 * minute)
      assert.strictEqual(ageOf(idAt(start - 5 * minute)), 15 * minute)
      assert.strictEqual(ageOf(idAt(start + 10 * minute)), 0)
    })
  )

  it.effect("until a fresh one was seen, an old one counts as fresh; from then on its age is known", () =>
    Effect.gen(function* () {
      const { ageOf } = yield* make
      assert.strictEqual(ageOf(idAt(start - 5 * minute)), 0)
      assert.strictEqual(ageOf(idAt(start)), 0)
      assert.strictEqual(ageOf(idAt(start - 5 * minute)), 5 * minute)
    })
  )

  it.effect("a clock that runs a little too fast makes nothing look old in weeks", () =>
    Effect.gen(function* () {
      const { ageOf } = yield* make
      const days = 20
      for (let day = 0; day < days; day++) {
        assert.isBelow(ageOf(idAt(start + day * 24 * 60 * minute * (1 - 5e-5))), 1_000)
        yield* TestClock.adjust("1 day")
      }
    })
  )

  it.effect("an id from the future makes none old that comes after it", () =>
    Effect.gen(function* () {
      const { ageOf } = yield* make
      assert.strictEqual(ageOf(idAt(start)), 0)
      for (const id of [idAt(start + 62 * minute), idAt(start + 1e12), "9".repeat(20)]) {
        assert.strictEqual(ageOf(id), 0)
        assert.strictEqual(ageOf(idAt(start)), 0)
        assert.strictEqual(ageOf(idAt(start - minute)), minute)
      }
    })
  )

  it.effect("what has no id of Discord's has no age", () =>
    Effect.gen(function* () {
      const { ageOf } = yield* make
      assert.strictEqual(ageOf(idAt(start)), 0)
      for (const id of ["", "x", "-1"]) assert.strictEqual(ageOf(id), 0)
    })
  )
})
