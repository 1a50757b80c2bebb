/** Waits for what arrives at a client. */
import * as Effect from "effect/Effect"

/** Who waits for something, and is told whenever something has arrived. */
export class Arrivals {
  readonly #listeners = new Set<() => void>()

  /** Something has arrived. */
  notify(): void {
    for (const listener of this.#listeners) listener()
  }

  /** What `read` finds, as soon as it finds something. */
  until<A>(read: () => A | undefined): Effect.Effect<A> {
    return Effect.callback<A>((resume) => {
      const look = () => {
        const found = read()
        if (found === undefined) return
        this.#listeners.delete(look)
        resume(Effect.succeed(found))
      }
      this.#listeners.add(look)
      look()
      return Effect.sync(() => this.#listeners.delete(look))
    })
  }
}
