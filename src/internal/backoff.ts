/** The schedule of everything that is tried again until it works. */
import type * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"

/** Waits `first`, then twice as long each time up to `cap`, each wait with jitter. It never ends. */
export const exponential = (first: Duration.Input, cap: Duration.Input): Schedule.Schedule<unknown> =>
  Schedule.min([Schedule.exponential(first), Schedule.spaced(cap)]).pipe(Schedule.jittered)
