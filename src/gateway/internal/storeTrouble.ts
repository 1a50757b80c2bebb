/**
 * What is logged of a store that fails: that it does, with the first cause; then once a minute how often, with the last
 * one; and that it works again. A store that is away fails for every shard in every second.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Elapsed from "../../internal/Elapsed.ts"

// Milliseconds.
const repeatAfter = 60_000
// A store that works now and then does not work.
const calmAfter = 5000

/** The trouble of one store. */
export class StoreTrouble {
  /** When its uses began to fail. Undefined while it works. */
  #since: number | undefined
  #lastAt = 0
  #loggedAt = 0
  /** How many uses have failed in all, and since the last line. */
  #failed = 0
  #unsaid = 0

  /** Notes that a use has failed. */
  failed(what: string, cause: Cause.Cause<unknown>): Effect.Effect<void> {
    return Effect.clockWith((clock) => this.#noteFailure(Elapsed.millis(clock), what, cause))
  }

  /** Notes that a use has succeeded. */
  get succeeded(): Effect.Effect<void> {
    return this.#since === undefined
      ? Effect.void
      : Effect.clockWith((clock) => this.#noteSuccess(Elapsed.millis(clock)))
  }

  #noteFailure(now: number, what: string, cause: Cause.Cause<unknown>): Effect.Effect<void> {
    this.#lastAt = now
    if (this.#since === undefined) {
      this.#since = this.#loggedAt = now
      this.#failed = 1
      this.#unsaid = 0
      return Effect.logWarning(`The session store could not ${what}`, cause)
    }
    this.#failed++
    this.#unsaid++
    const passed = now - this.#loggedAt
    if (passed < repeatAfter) return Effect.void
    const often = `${this.#unsaid} uses failed in the last ${seconds(passed)}`
    this.#loggedAt = now
    this.#unsaid = 0
    return Effect.logWarning(`The session store still does not work: ${often}. It could not ${what}`, cause)
  }

  #noteSuccess(now: number): Effect.Effect<void> {
    if (this.#since === undefined || now - this.#lastAt < calmAfter) return Effect.void
    const often = this.#failed === 1 ? "one use failed" : `${this.#failed} uses failed`
    const time = this.#failed === 1 ? "" : ` in ${seconds(this.#lastAt - this.#since)}`
    this.#since = undefined
    return Effect.logInfo(`The session store works again: ${often}${time}`)
  }
}

const seconds = (millis: number): string => `${Math.round(millis / 1000)} seconds`
