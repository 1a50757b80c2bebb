/** Whether this process stood still while a test ran: a deadline says nothing about a process that did not run. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
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

/**
 * Runs what depends on deadlines. It may fail if the event loop stood still for more than `millis` meanwhile, because then
 * others had more time than it: it holds on a machine that is not busy.
 */
export const unlessPaused = <A, E, R>(millis: number, body: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const paused = yield* longestPause
    const exit = yield* Effect.exit(body)
    const longest = yield* paused
    if (Exit.isSuccess(exit) || longest <= millis || Cause.hasInterruptsOnly(exit.cause)) yield* exit
    else yield* Effect.log(`The process stood still for ${Math.round(longest)} ms, and so this failed:`, exit.cause)
  }).pipe(Effect.scoped)
