import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import type * as CloseCode from "../../../src/gateway/CloseCode.ts"
import * as Recovery from "../../../src/gateway/internal/recovery.ts"

const policy: Recovery.Policy = {
  resume: Schedule.exponential("100 millis"),
  identify: Schedule.exponential("1 second"),
  stableAfter: 60_000,
  invalidSessionWait: [1000, 5000],
  sendWindow: 60_000
}
const unreachable: CloseCode.End = { _tag: "Unreachable", error: "refused" }
const dropped: CloseCode.End = { _tag: "Closed", code: undefined }
const silent: CloseCode.End = { _tag: "TimedOut", waitingFor: "RESUMED" }
const closed = (code: number): CloseCode.End => ({ _tag: "Closed", code })
const nothing: Recovery.Attempt = { resumed: false, identified: false, connectedAt: undefined }
const resumed: Recovery.Attempt = { resumed: true, identified: false, connectedAt: undefined }
const connected = (at: number, how: Partial<Recovery.Attempt> = {}): Recovery.Attempt => ({
  ...nothing,
  ...how,
  connectedAt: at
})
const retry = (next: Recovery.Next) => {
  if (next._tag !== "Retry") throw new Error(`expected a retry, not ${next._tag}`)
  return next
}
const delays = (recovery: Recovery.Recovery, end: CloseCode.End, attempt: Recovery.Attempt, hasSession: boolean) =>
  Effect.replicateEffect(
    Effect.map(recovery.after(end, attempt, hasSession), (next) => retry(next).delay),
    4
  )

describe("recovery", () => {
  it.effect("starts the first attempt at once, and the others by the resume schedule", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      assert.deepStrictEqual(yield* delays(recovery, unreachable, nothing, true), [0, 100, 200, 400])
    })
  )

  it.effect("starts the schedules over after a stable minute of Connected, but not after a mere connect", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      yield* delays(recovery, dropped, nothing, true)
      assert.strictEqual(retry(yield* recovery.after(dropped, connected(0), true)).delay, 800)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(retry(yield* recovery.after(dropped, connected(0), true)).delay, 1600)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* delays(recovery, dropped, connected(0), true), [0, 0, 0, 0])
      assert.deepStrictEqual(yield* delays(recovery, dropped, nothing, true), [100, 200, 400, 800])
    })
  )

  it.effect("waits by the identify schedule after an IDENTIFY that did not last", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      const spent: Recovery.Attempt = { ...nothing, identified: true }
      assert.deepStrictEqual(yield* delays(recovery, closed(4009), spent, false), [1000, 2000, 4000, 8000])
    })
  )

  it.effect("waits by the resume schedule in an outage between IDENTIFYs", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      const spent: Recovery.Attempt = { ...nothing, identified: true }
      assert.strictEqual(retry(yield* recovery.after(dropped, spent, false)).delay, 1000)
      assert.deepStrictEqual(yield* delays(recovery, unreachable, nothing, false), [100, 200, 400, 800])
      assert.strictEqual(retry(yield* recovery.after(dropped, spent, false)).delay, 2000)
    })
  )

  it.effect("remembers an IDENTIFY over a resumed session", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      yield* recovery.after(dropped, connected(0, { identified: true }), true)
      yield* recovery.after(dropped, connected(0, { resumed: true }), true)
      const next = retry(yield* recovery.after(closed(4009), connected(0, { resumed: true }), true))
      assert.deepStrictEqual(next, { _tag: "Retry", delay: 1000, dropSession: true })
    })
  )

  it.effect("keeps the session in an outage of any length", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      for (let i = 0; i < 20; i++) {
        assert.isFalse(retry(yield* recovery.after(unreachable, nothing, true)).dropSession)
      }
    })
  )

  it.effect("three refused RESUMEs in a row do, whatever outages there are in between", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      const drops: Array<boolean> = []
      for (let i = 0; i < 3; i++) {
        drops.push(retry(yield* recovery.after(silent, resumed, true)).dropSession)
        drops.push(retry(yield* recovery.after(unreachable, nothing, true)).dropSession)
        drops.push(retry(yield* recovery.after(dropped, resumed, true)).dropSession)
      }
      assert.deepStrictEqual(drops, [false, false, false, false, false, false, true, false, false])
    })
  )

  it.effect("connections that break after RESUME are an outage, whatever the code", () =>
    Effect.gen(function* () {
      for (const end of [dropped, closed(1000), closed(1001), closed(4000), closed(4008), closed(4321)]) {
        const recovery = Recovery.make(policy)
        for (let i = 0; i < 20; i++) {
          assert.isFalse(retry(yield* recovery.after(end, resumed, true)).dropSession)
        }
      }
    })
  )

  it.effect("counts refused RESUMEs anew after an answered one", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      for (let i = 0; i < 5; i++) {
        assert.isFalse(retry(yield* recovery.after(silent, resumed, true)).dropSession)
        assert.isFalse(retry(yield* recovery.after(silent, resumed, true)).dropSession)
        assert.isFalse(retry(yield* recovery.after(dropped, connected(0, { resumed: true }), true)).dropSession)
      }
    })
  )

  it.effect("op 9 waits 1 to 5 seconds, whatever the schedule says, and keeps the session only if it may", () =>
    Effect.gen(function* () {
      const waits: Array<number> = []
      for (let i = 0; i < 50; i++) {
        const recovery = Recovery.make(policy)
        const again = retry(yield* recovery.after({ _tag: "InvalidSession", resumable: true }, connected(0), true))
        const anew = retry(yield* recovery.after({ _tag: "InvalidSession", resumable: false }, connected(0), true))
        assert.deepStrictEqual([again.dropSession, anew.dropSession], [false, true])
        waits.push(again.delay, anew.delay)
      }
      assert.isTrue(waits.every((wait) => wait >= 1000 && wait <= 5000))
      assert.isAbove(Math.max(...waits) - Math.min(...waits), 1000)
    })
  )

  it.effect("waits for a whole send window after 4008", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      assert.strictEqual(retry(yield* recovery.after(closed(4008), connected(0), true)).delay, 60_000)
    })
  )

  it.effect("waits until an exhausted budget is full again", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      yield* TestClock.adjust("1 minute")
      const next = yield* recovery.after({ _tag: "SessionLimitExhausted", resetAt: 100_000 }, nothing, false)
      assert.strictEqual(retry(next).delay, 40_000)
    })
  )

  it.effect("gives up when a schedule ends", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make({ ...policy, resume: Schedule.recurs(2) })
      const tags: Array<string> = []
      for (let i = 0; i < 4; i++) tags.push((yield* recovery.after(unreachable, nothing, true))._tag)
      assert.deepStrictEqual(tags, ["Retry", "Retry", "Retry", "GiveUp"])
    })
  )

  it.effect("is fatal after a fatal code", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      assert.deepStrictEqual(yield* recovery.after(closed(4014), connected(0), true), {
        _tag: "Fatal",
        reason: "DisallowedIntents"
      })
    })
  )

  it.effect("tries the resume URL first, and every other time", () =>
    Effect.gen(function* () {
      const recovery = Recovery.make(policy)
      const tried: Array<boolean> = [recovery.useResumeUrl()]
      for (const attempt of [nothing, nothing, connected(0), nothing]) {
        yield* recovery.after(dropped, attempt, true)
        tried.push(recovery.useResumeUrl())
      }
      assert.deepStrictEqual(tried, [true, false, true, true, false])
    })
  )
})
