/**
 * Announces every fact and every change of state, so that whoever waits for a condition looks again. That is how tests
 * wait without sleeping.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** The announcements of one fake. */
export class Signal {
  readonly #listeners = new Set<() => void>()
  #announced = false

  /**
   * Makes every listener look again, after the current turn of the server is complete: whoever waits may act on the
   * server at once.
   */
  notify(): void {
    if (this.#announced) return
    this.#announced = true
    queueMicrotask(() => {
      this.#announced = false
      for (const listener of this.#listeners) listener()
    })
  }

  /** Adds a listener, which the returned function removes. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/**
 * Waits until `read` returns anything but `undefined`, which is tried now and after each announcement. Fails with
 * `orElse` when `limit` has passed. If `read` throws, the waiting fiber dies, and the server is not affected.
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
