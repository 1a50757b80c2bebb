/** A wall clock that somebody sets. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * A clock whose wall time is off by `offset` milliseconds, which may change at any moment. Sleeps and monotonic time
 * are not affected, as on a machine whose clock is set.
 */
export const jumpyClock = (clock: Clock.Clock, offset: () => number): Clock.Clock => {
  const millis = () => clock.currentTimeMillisUnsafe() + offset()
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(offset()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}
