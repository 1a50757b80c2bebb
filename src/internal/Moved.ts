/** Waiting for a condition of mutable state, whose owner says when it has changed. */
import * as Effect from "effect/Effect"

/** What is notified of changes, and waited on. */
export class Moved {
  readonly #waiting = new Set<() => void>()

  /** Something has changed: everybody who waits looks again, in this call. */
  readonly notify = (): void => {
    // Whoever has found something may change more, and wait again: those look after the change after this one.
    for (const look of Array.from(this.#waiting)) if (this.#waiting.has(look)) look()
  }

  /** Runs what `look` returns, as soon as it returns something. It is called now, and after each change. */
  until<A, E>(look: () => Effect.Effect<A, E> | undefined): Effect.Effect<A, E> {
    return Effect.callback((resume) => {
      // No fiber looks: it would be woken for each step of each shard.
      const lookAgain = (): void => {
        const found = lookSafely(look)
        if (found === undefined) return
        this.#waiting.delete(lookAgain)
        resume(found)
      }
      // Found out and waited for in one call, so that no change is missed in between.
      this.#waiting.add(lookAgain)
      lookAgain()
      return Effect.sync(() => this.#waiting.delete(lookAgain))
    })
  }
}

// Who says that something has changed is not to blame for who looks.
const lookSafely = <A, E>(look: () => Effect.Effect<A, E> | undefined): Effect.Effect<A, E> | undefined => {
  try {
    return look()
  } catch (error) {
    return Effect.die(error)
  }
}
