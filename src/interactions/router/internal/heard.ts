/** Which interactions a process has heard of lately, so that one that comes in two ways is handled once. */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { Responder } from "../../replies/internal/responder.ts"

/** What was heard. */
export interface Heard {
  /** Notes an interaction. Returns whether it was noted before. */
  readonly isAgain: (responder: Responder) => boolean
  /** Completes when this interaction has its initial response, or can have none any more; `undefined` if not heard. */
  readonly answered: (id: string) => Deferred.Deferred<void> | undefined
}

// Longer than Discord waits for an initial response, and than a call to another process takes.
const generation = 10_000

/** Remembers interactions for 10 to 20 seconds. */
export const make = (clock: Clock.Clock): Heard => {
  let since = Elapsed.millis(clock)
  let young = new Map<string, Deferred.Deferred<void>>()
  let old = young
  const answered = (id: string) => young.get(id) ?? old.get(id)
  return {
    answered,
    isAgain: (responder) => {
      const now = Elapsed.millis(clock)
      if (now - since >= generation) {
        old = now - since >= 2 * generation ? new Map() : young
        young = new Map()
        since = now
      }
      const { id } = responder.raw
      if (answered(id) !== undefined) return true
      const deferred = Deferred.makeUnsafe<void>()
      young.set(id, deferred)
      responder.onAnswered = () => Deferred.doneUnsafe(deferred, Effect.void)
      return false
    }
  }
}
