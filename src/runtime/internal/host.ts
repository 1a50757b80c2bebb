/** What a Runtime's entry needs from the registry that owns it. */
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Pull from "effect/Pull"
import type { Touch } from "../Expiration.ts"
import type { Step as NotedStep } from "../inspected.ts"
import type { Entry } from "./entry.ts"

/** A schedule in use: returns how long its Runtime has left. */
export type Step = (now: number, touch: Touch) => Pull.Pull<[unknown, Duration.Duration], unknown, unknown>

/** What an entry needs from the registry that owns it. */
export interface Host {
  readonly mailboxCapacity: number
  /** The id of the Runtime with a number. */
  readonly idOf: (number: number) => string
  /**
   * Runs an effect that nobody waits for, beginning now; the registry's end waits for it. `onEnd` is called at its end,
   * perhaps in this call.
   */
  readonly fork: (
    effect: Effect.Effect<unknown>,
    context?: Context.Context<never>,
    onEnd?: () => void
  ) => Fiber.Fiber<unknown>
  /** Runs the finalizers of an entry, beginning now. Nothing interrupts them. */
  readonly finalize: (entry: Entry, finalizers: Effect.Effect<unknown>) => void
  readonly now: () => number
  /** How long handlers may go on when their Runtime closes, in milliseconds; then they are interrupted. */
  readonly grace: number
  /** Its fixed deadline has moved. */
  readonly moved: (entry: Entry) => void
  /** Nothing of the entry runs any more, until the next event. */
  readonly idle: (entry: Entry) => void
  /** The entry accepts no more events. */
  readonly closing: (entry: Entry) => void
  /** The entry is gone, and its finalizers have run. */
  readonly closed: (entry: Entry) => void
  /** Notes what happens to the entry, if anybody looks. Calls nothing back. */
  readonly note: ((entry: Entry, step: NotedStep) => void) | undefined
}
