import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { VirtualClock } from "../../src/testing/index.ts"

describe("time that is moved", () => {
  it.live("never gets to infinity, and says so at once", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock.VirtualClock
      const exit = yield* Effect.exit(clock.advance(Infinity))
      assert.isTrue(exit._tag === "Failure" && Cause.pretty(exit.cause).includes("never gets to infinity"))
      assert.strictEqual(yield* clock.ahead, 0)
    }).pipe(Effect.provide(VirtualClock.layer))
  )
})
