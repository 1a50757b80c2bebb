import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import * as Forks from "../../../src/internal/Forks.ts"
import { backOff, Gate } from "../../../src/rest/internal/gate.ts"
import { limit, slowFrom, stopFrom } from "../../../src/rest/internal/invalidRequests.ts"

const kind = { method: "GET", template: "/users/@me" }
const silent = { scope: "edge", retryAfter: undefined } as const

const listening = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
  return { lines, layer: Logger.layer([logger]) }
}

const makeGate = Effect.gen(function* () {
  return new Gate(yield* Clock.Clock, yield* Effect.context<never>(), yield* Forks.make("a line was not logged"))
})

/** A request that is refused by the edge as soon as the gate lets it out. Returns how long it had to wait. */
const refused = Effect.fnUntraced(function* (gate: Gate) {
  const begin = gate.now()
  for (let wait = gate.pass(false); wait > 0; wait = gate.pass(false)) yield* TestClock.adjust(Math.ceil(wait))
  const sentAt = gate.now()
  gate.answered(kind, sentAt, 429, "edge")
  gate.limited(silent, 0, sentAt)
  return sentAt - begin
})

describe("the gate", () => {
  it.effect("counts with those of other clients", () =>
    Effect.gen(function* () {
      const gates = [yield* makeGate, yield* makeGate]
      for (const gate of gates) {
        gate.answered(kind, gate.now(), 200)
        gate.answered(kind, gate.now(), undefined)
      }
      const counted = (yield* Metric.snapshot).map(({ attributes, id, state }) => [
        id,
        attributes?.["status"],
        "count" in state ? Number(state.count) : NaN
      ])
      assert.deepStrictEqual(counted, [
        ["fibercord_rest_request_duration", undefined, 4],
        ["fibercord_rest_requests", "200", 2],
        ["fibercord_rest_requests", "none", 2]
      ])
    }).pipe(
      Effect.provideServiceEffect(
        Metric.MetricRegistry,
        Effect.sync(() => new Map())
      )
    )
  )

  it.effect("backs off after blocks that do not say for how long: 1 second, doubled up to 1 minute", () =>
    Effect.gen(function* () {
      const gate = yield* makeGate
      const waits: Array<number> = []
      for (let n = 0; n < 9; n++) waits.push(yield* refused(gate))
      assert.deepStrictEqual(
        waits.map((wait) => Math.round(wait / 1000)),
        [0, 1, 2, 4, 8, 16, 32, 60, 60]
      )
      assert.deepStrictEqual([backOff(1), backOff(2), backOff(20)], [1000, 2000, 60_000])
      yield* TestClock.adjust("1 minute")
      gate.answered(kind, gate.now(), 200)
      assert.strictEqual(gate.pass(false), 0)
      assert.strictEqual(gate.pass(false), 0)
    })
  )

  it.effect("takes requests that were under way together for one block", () =>
    Effect.gen(function* () {
      const gate = yield* makeGate
      const sentAt = gate.now()
      yield* TestClock.adjust("10 millis")
      for (let n = 0; n < 20; n++) gate.limited(silent, 0, sentAt)
      assert.strictEqual(gate.pass(false), 1000)
      // A success that was sent before the block says nothing about it; neither does a 403 or a 502.
      gate.answered(kind, sentAt, 200)
      gate.answered(kind, gate.now(), 403)
      gate.answered(kind, gate.now(), 502)
      assert.strictEqual(gate.pass(false), 1000)
    })
  )

  it.effect("says once that requests are slowed down, once that they are stopped, and when that is over", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const gate = yield* makeGate
      const refuse = (count: number) => {
        for (let n = 0; n < count; n++) gate.answered(kind, gate.now(), 403)
      }
      refuse(100)
      yield* TestClock.adjust("5 minutes")
      refuse(slowFrom - 100)
      assert.strictEqual(lines.length, 1)
      refuse(stopFrom - slowFrom + 10)
      assert.isAbove(gate.pass(true), 0)
      // The oldest are forgotten, and others come.
      yield* TestClock.adjust("330 seconds")
      assert.strictEqual(gate.pass(true), 0)
      refuse(200)
      assert.isAbove(gate.pass(true), 0)
      yield* TestClock.adjust("20 minutes")
      assert.deepStrictEqual(
        lines.map((line) => line.split(" ")[0]),
        ["Error", "Error", "Info"]
      )
      assert.include(lines[0], `bans the address at ${limit}`)
      assert.include(lines[0], "slowed down")
      assert.include(lines[1], "No REST request is sent")
    }).pipe(Effect.provide(layer))
  })
})
