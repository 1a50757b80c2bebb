/** Whether this process stood still while a test ran: a deadline says nothing about a process that did not run. */
import * as Effect from "effect/Effect"
import { monitorEventLoopDelay } from "node:perf_hooks"

/** Watches until the scope closes, and returns for how many milliseconds the event loop stood still at most so far. */
export const longestPause = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const delay = monitorEventLoopDelay({ resolution: 10 })
      delay.enable()
      return delay
    }),
    (delay) => Effect.sync(() => delay.disable())
  ),
  (delay) => Effect.sync(() => delay.max / 1e6)
)
