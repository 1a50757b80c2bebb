/**
 * When a Runtime ends: expiration strategies are `Schedule`s.
 *
 * A strategy's schedule is stepped once when the Runtime opens. The delay it returns is how long the Runtime has left;
 * after that time the Runtime closes. A strategy that resets is stepped again whenever the Runtime has handled its last
 * waiting event, and the new delay counts from then. A schedule that completes instead of returning a delay closes the
 * Runtime at once, and so does one that fails, with an error in the log.
 *
 * So `Schedule.spaced("5 minutes")` that resets means five quiet minutes; with `Schedule.upTo({ times: 10 })` it means
 * five quiet minutes or ten events, whichever comes first; and `Schedule.cron("0 0 * * *")` means midnight.
 *
 * A Runtime never closes while one of its handlers runs. A fixed lifetime that ends meanwhile closes it after that
 * handler, and events that wait behind it are refused; a strategy that resets waits until all of them are handled.
 *
 * Source: JDA-Commands, `ExpirationStrategy`.
 */
import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"

/** The input of each step of a schedule: the Runtime was opened, or has handled all events that arrived. */
export type Touch = "Opened" | "Handled"

/** One schedule, and whether handled events step it again. */
export interface Strategy {
  readonly schedule: Schedule.Schedule<unknown, Touch, unknown>
  readonly resetOnEvent: boolean
  /** The delay of every step in milliseconds, if it is always the same. The schedule need not be stepped then. */
  readonly constant: number | undefined
}

/** When a Runtime ends: at the earliest moment that one of its strategies sets, or never if there is none. */
export interface Expiration {
  readonly strategies: ReadonlyArray<Strategy>
}

/**
 * Any schedule. `resetOnEvent` (default `false`) steps it again after handled events; otherwise it is stepped once.
 *
 * ```ts
 * import { Schedule } from "effect"
 * import { Expiration } from "fibercord"
 *
 * const atMidnight = Expiration.make(Schedule.cron("0 0 * * *"))
 * ```
 */
export const make = (
  schedule: Schedule.Schedule<unknown, Touch, unknown>,
  options?: { readonly resetOnEvent?: boolean | undefined }
): Expiration => ({
  strategies: [{ schedule, resetOnEvent: options?.resetOnEvent ?? false, constant: undefined }]
})

const constant = (schedule: Schedule.Schedule<unknown>, delay: Duration.Input, resetOnEvent: boolean): Expiration => ({
  strategies: [{ schedule, resetOnEvent, constant: Duration.toMillis(Duration.fromInputUnsafe(delay)) }]
})

/** A fixed lifetime, counted from the opening of the Runtime. Events do not prolong it. */
export const afterCreation = (lifetime: Duration.Input): Expiration =>
  constant(Schedule.duration(lifetime), lifetime, false)

/**
 * Closes after a quiet time, counted from the end of the last handled event. A waiting or running event keeps it open.
 */
export const inactivity = (quiet: Duration.Input): Expiration => constant(Schedule.spaced(quiet), quiet, true)

/** Stays open until `Runtime.close`, or until the process drains. */
export const explicit: Expiration = { strategies: [] }

/** Whichever of the two comes first. */
export const either = (self: Expiration, that: Expiration): Expiration => ({
  strategies: [...self.strategies, ...that.strategies]
})

/**
 * The default of every bot: 14 minutes and a half after creation. An interaction's token is valid for 15 minutes, and only
 * with it can the components of an ephemeral message still be disabled.
 */
export const standard: Expiration = afterCreation("870 seconds")
