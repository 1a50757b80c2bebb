/** Waiting for a condition of mutable state, whose owner says when it has changed. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/** What is notified of changes, and waited on. */
export class Moved {
  #next: Deferred.Deferred<void> | undefined

  /** Something has changed: everybody who waits looks again, possibly in this call. */
  readonly notify = (): void => {
    const next = this.#next
    // Cleared first: who looks again and waits on waits for the change after this one.
    this.#next = undefined
    if (next !== undefined) Deferred.doneUnsafe(next, Effect.void)
  }

  /** Runs what `look` returns, as soon as it returns something. It is called now, and after each change. */
  until<A, E>(look: () => Effect.Effect<A, E> | undefined): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      const found = look()
      if (found !== undefined) return found
      // Found out and waited for in one call, so that no change is missed in between.
      const next = (this.#next ??= Deferred.makeUnsafe())
      return Effect.flatMap(Deferred.await(next), () => this.until(look))
    })
  }
}
