/** Time for measuring spans: it goes on evenly when somebody sets the machine's clock. */
import type * as Clock from "effect/Clock"

/** Milliseconds since some moment. */
export const millis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000
