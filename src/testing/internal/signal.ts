/**
 * "Something has changed": every fact and every change of state is announced here, and everybody who waits for a
 * condition looks again. That is how a test waits without sleeping.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** The announcements of one fake. */
export class Signal {
  readonly #listeners = new Set<() => void>()
  #announced = false

  /**
   * Tells every listener to look again, once the server has done all that it does in this turn: whoever waits may act on
   * the server at once.
   */
  notify(): void {
    if (this.#announced) return
    this.#announced = true
    queueMicrotask(() => {
      this.#announced = false
      for (const listener of this.#listeners) listener()
    })
  }

  /** Adds a listener; the result removes it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/**
 * Waits until `read` gives something else than `undefined`: at once, or after a later announcement. Fails with `orElse`
 * when `limit` has passed. A throw in `read` is a defect of whoever waits, not of the server.
 */
export const until = <A, E>(
  signal: Signal,
  read: () => A | undefined,
  limit: Duration.Input,
  orElse: () => E
): Effect.Effect<A, E> =>
  Effect.callback<A>((resume) => {
    const look = (): boolean => {
      try {
        const found = read()
        if (found === undefined) return false
        resume(Effect.succeed(found))
      } catch (defect) {
        resume(Effect.die(defect))
      }
      return true
    }
    if (look()) return
    const stop = signal.listen(() => {
      if (look()) stop()
    })
    return Effect.sync(stop)
  }).pipe(Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.suspend(() => Effect.fail(orElse())) }))
