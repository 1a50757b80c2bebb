/** A clock that pauses, and counts its timers. */
import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** A clock that jumps while its timers stand still, as when a process or its machine sleeps. */
export const sleepyClock = (clock: Clock.Clock) => {
  let offset = 0
  let sleeping = 0
  let slept = 0
  const millis = () => clock.currentTimeMillisUnsafe() + offset
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
  const monotonic = () => clock.monotonicTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: monotonic,
    monotonicTimeNanos: Effect.sync(monotonic),
    sleep: (duration: Duration.Duration) =>
      Effect.ensuring(
        Effect.suspend(() => {
          sleeping++
          slept++
          return clock.sleep(duration)
        }),
        Effect.sync(() => {
          sleeping--
        })
      ),
    /** How many timers there are, each of which keeps a process from ending. */
    sleeping: () => sleeping,
    /** How many timers there have been. */
    slept: () => slept,
    jump: (by: number) => {
      offset += by
    }
  }
}
