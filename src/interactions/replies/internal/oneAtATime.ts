/** Calls that are made one after the other, in the order in which they came. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"

/**
 * A semaphore of one permit, which exists only from the moment on in which somebody has to wait: most interactions are
 * answered once, and its effects take a microsecond.
 */
export class OneAtATime {
  /** Whose call is made now, unless it has waited in the line. */
  private caller: Fiber.Fiber<unknown, unknown> | undefined
  private line: Semaphore.Semaphore | undefined

  /** Runs the effect that `call` returns, which is called when it is its turn. Who waits may be interrupted. */
  run<A, E, R>(call: () => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.onExitPrimitive(
      Effect.withFiber((fiber) => {
        if (this.caller === undefined && this.line === undefined) {
          this.caller = fiber
          return call()
        }
        // Without a permit, which the caller is going to give back.
        this.line ??= Semaphore.makeUnsafe(0)
        return this.line.withPermits(1)(Effect.suspend(call))
      }),
      () => {
        if (this.caller !== Fiber.getCurrent()) return undefined
        this.caller = undefined
        return this.line?.release(1)
      }
    )
  }
}
