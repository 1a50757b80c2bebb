/** Time for measuring spans. It is not affected when somebody sets the machine's clock. */
import type * as Clock from "effect/Clock"

/** Milliseconds since an arbitrary moment. */
export const millis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000
