/**
 * The time that a process has spent listening. While it stands still, because it was stopped or its machine slept, nothing
 * is received, and what arrives waits to be read all at once: such time says nothing about what is still on its way.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Elapsed from "../../internal/Elapsed.ts"

/**
 * Milliseconds of listening since an arbitrary moment, until the scope closes. `tick` is how often it is looked for pauses:
 * one that is longer than twice as much counts as one tick.
 */
export const make = Effect.fnUntraced(function* (tick: number): Effect.fn.Return<() => number, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  let last = Elapsed.millis(clock)
  let stoodStill = 0
  // Whatever asks first after a pause finds it, a timer or something that was read.
  const now = (): number => {
    const at = Elapsed.millis(clock)
    if (at - last > 2 * tick) stoodStill += at - last - tick
    last = at
    return at - stoodStill
  }
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(tick), Effect.sync(now))))
  return now
})
