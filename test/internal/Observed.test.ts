/** Metrics that are plain numbers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Observed from "../../src/internal/Observed.ts"

const calls = { id: "calls", description: "Calls" }
const times = { id: "times", description: "Times", boundaries: [1, 10] }

const withRegistry = Effect.provideServiceEffect(
  Metric.MetricRegistry,
  Effect.sync(() => new Map())
)

/** What is collected, by name and attributes. */
const collected = Effect.map(Metric.snapshot, (snapshots) =>
  snapshots.map(({ attributes, id, state, type }) => {
    const value = "count" in state ? Number(state.count) : NaN
    return [type, id, { ...attributes }, value]
  })
)

describe("what is counted as a plain number", () => {
  it.effect("is one series for all who ask for it, and another one for other attributes", () =>
    Effect.gen(function* () {
      const context = yield* Effect.context<never>()
      const first = Observed.count(context, calls, { route: "a" })
      const second = Observed.count(context, calls, { route: "a" })
      const other = Observed.count(context, calls, { route: "b" })
      const distribution = Observed.distribution(context, times, {})
      first.value++
      second.value++
      other.value += 5
      distribution.add(3)
      Observed.distribution(context, times, {}).add(30)
      assert.deepStrictEqual(yield* collected, [
        ["Counter", "calls", { route: "a" }, 2],
        ["Counter", "calls", { route: "b" }, 5],
        ["Histogram", "times", {}, 2]
      ])
    }).pipe(withRegistry)
  )

  it.effect("belongs to its registry, and has the attributes of its context as well", () =>
    Effect.gen(function* () {
      const ask = Effect.map(Effect.context<never>(), (context) => Observed.count(context, calls, { route: "a" }))
      const here = yield* ask
      const there = yield* ask.pipe(withRegistry)
      const labelled = yield* Effect.provideService(ask, Metric.CurrentMetricAttributes, { bot: "x" })
      here.value = 1
      there.value = 2
      labelled.value = 3
      assert.deepStrictEqual(yield* collected, [
        ["Counter", "calls", { route: "a" }, 1],
        ["Counter", "calls", { route: "a", bot: "x" }, 3]
      ])
    }).pipe(withRegistry)
  )
})
