/** Waits until all shards of a manager are Connected. */
import * as Effect from "effect/Effect"
import type { GatewayError } from "../GatewayError.ts"
import * as Errors from "./errors.ts"
import * as Generation from "./generation.ts"
import type { Manager } from "./manager.ts"

/**
 * Completes when all shards are Connected at the same time. Fails when one has ended and nothing is under way that would
 * start it again, and when all shards are stopped while none has been started.
 */
export const awaitReady = (self: Manager): Effect.Effect<void, GatewayError> =>
  Effect.suspend(() => {
    const before = self.stops
    return self.moved.until(() => {
      const { current } = self
      if (current !== undefined && Generation.areConnected(current)) return Effect.void
      // Operations end or restart shards, and are followed by another look.
      if (!self.operations.isIdle) return undefined
      const why = current === undefined ? undefined : Generation.whyEnded(current)
      if (why !== undefined) return Effect.fail(why)
      return self.stops.count === before.count
        ? undefined
        : Effect.fail(Errors.overtaken("awaitReady", self.stops.newest))
    })
  })
