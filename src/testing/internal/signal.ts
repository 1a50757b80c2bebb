/**
 * Announces every fact and every change of state, so that whoever waits for a condition looks again. That is how tests
 * wait without sleeping.
 */
import * as Effect from "effect/Effect"
import { deadline } from "./runner.ts"

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

/** How a wait ended without what it waited for. */
export interface GaveUp {
  /** Milliseconds. */
  readonly waited: number
  /** Whether the test runner would not have waited longer. */
  readonly isCutShort: boolean
}

/**
 * Waits until `read` returns anything but `undefined`, which is tried now and after each announcement. Fails with
 * `orElse` when `limit` has passed, or before the test runner gives up. If `read` throws, the waiting fiber dies, and the
 * server is not affected.
 */
export const until = <A, E>(
  signal: Signal,
  read: () => A | undefined,
  limit: number,
  orElse: (end: GaveUp) => E,
  by: number | undefined = deadline()
): Effect.Effect<A, E> =>
  Effect.callback<A, E>((resume) => {
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
    const stopWatch = watch(by, (waited) => {
      stop()
      resume(Effect.suspend(() => Effect.fail(orElse({ waited, isCutShort: true }))))
    })
    return Effect.sync(() => {
      stop()
      stopWatch()
    })
  }).pipe(
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () => Effect.suspend(() => Effect.fail(orElse({ waited: limit, isCutShort: false })))
    })
  )

// The runner's time is that of the machine, also where the test's is virtual.
const watch = (by: number | undefined, act: (waited: number) => void): (() => void) => {
  if (by === undefined) return () => undefined
  const left = Math.max(0, by - Date.now())
  const timer = setTimeout(() => act(left), left)
  return () => clearTimeout(timer)
}
