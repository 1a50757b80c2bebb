/**
 * When and how a shard tries again: what `CloseCode` decides about an end, spaced by two Schedules.
 *
 *  - An attempt that will not spend an IDENTIFY waits by `resume`; the first after a stable time starts at once.
 *  - An attempt that will IDENTIFY, after one that did not last, waits by `identify`.
 *  - Both start over when a connection was Connected for a stable time, never because a socket opened.
 *  - A session is given up when Discord says so, or when RESUME was refused too often. An outage is no refusal.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as CloseCode from "../CloseCode.ts"
import * as Elapsed from "../../internal/Elapsed.ts"

/** Durations are milliseconds. */
export interface Policy {
  readonly resume: Schedule.Schedule<unknown, CloseCode.End>
  readonly identify: Schedule.Schedule<unknown, CloseCode.End>
  readonly stableAfter: number
  readonly invalidSessionWait: readonly [min: number, max: number]
  readonly sendWindow: number
}

/** What an attempt did before it ended. */
export interface Attempt {
  /** RESUME was sent. */
  resumed: boolean
  /** IDENTIFY was sent. */
  identified: boolean
  /** When READY or RESUMED came, in milliseconds of `elapsed`. */
  connectedAt: number | undefined
}

/** What to do next. */
export type Next =
  | {
      readonly _tag: "Retry"
      /** Milliseconds. */
      readonly delay: number
      readonly dropSession: boolean
    }
  | { readonly _tag: "Fatal"; readonly reason: CloseCode.FatalReason }
  /** The user's schedule is over. */
  | { readonly _tag: "GiveUp" }

/** The memory of one shard's attempts. */
export interface Recovery {
  /** Takes note of an end and says what follows. `hasSession` is as the attempt left it. */
  readonly after: (end: CloseCode.End, attempt: Attempt, hasSession: boolean) => Effect.Effect<Next>
  /**
   * Whether the next RESUME goes to the session's own URL. Every other attempt without success goes to the main one,
   * in case the resume host is what does not work.
   */
  readonly useResumeUrl: () => boolean
}

type Step = (now: number, end: CloseCode.End) => Pull.Pull<[unknown, Duration.Duration], never, unknown>

const delayOf = (step: Step, now: number, end: CloseCode.End): Effect.Effect<number | void> =>
  step(now, end).pipe(
    Effect.map(([, delay]) => Duration.toMillis(delay)),
    Pull.catchDone(() => Effect.void)
  )

/** Starts with nothing tried yet. */
export const make = (policy: Policy): Recovery => {
  // Made when they are needed: most shards of a fleet need none for days.
  let resumes: Step | undefined
  let identifies: Step | undefined
  // Nothing has failed since the last stable time.
  let fresh = true
  // An IDENTIFY was spent that has not been waited for.
  let owing = false
  // RESUMEs in a row that were not answered with RESUMED.
  let refusals = 0
  // Attempts in a row that did not become Connected.
  let failures = 0

  const minimum = (wait: CloseCode.Wait, now: number): Effect.Effect<number> => {
    if (wait === "none") return Effect.succeed(0)
    if (wait === "send-window") return Effect.succeed(policy.sendWindow)
    if (wait === "invalid-session")
      return Random.nextBetween(policy.invalidSessionWait[0], policy.invalidSessionWait[1])
    return Effect.succeed(Math.max(0, wait.until - now))
  }

  const after = Effect.fnUntraced(function* (end: CloseCode.End, attempt: Attempt, hasSession: boolean) {
    const clock = yield* Clock.Clock
    const now = clock.currentTimeMillisUnsafe()
    owing = owing || attempt.identified
    if (attempt.connectedAt === undefined) {
      failures++
      if (attempt.resumed) refusals++
    } else {
      failures = 0
      refusals = 0
      if (Elapsed.millis(clock) - attempt.connectedAt >= policy.stableAfter) {
        resumes = undefined
        identifies = undefined
        fresh = true
        owing = false
      }
    }

    const decision = CloseCode.decideEnd(end)
    if (decision._tag === "Fatal") return decision satisfies Next
    const dropSession = hasSession && (decision._tag === "Identify" || refusals >= decision.refusals)
    if (dropSession) refusals = 0

    const willIdentify = dropSession || !hasSession
    let delay: number | void = 0
    if (willIdentify && owing) {
      owing = false
      identifies ??= yield* Schedule.toStep(policy.identify)
      delay = yield* delayOf(identifies, now, end)
    } else if (!fresh) {
      resumes ??= yield* Schedule.toStep(policy.resume)
      delay = yield* delayOf(resumes, now, end)
    }
    fresh = false
    if (delay === undefined) return { _tag: "GiveUp" } satisfies Next
    return { _tag: "Retry", delay: Math.max(delay, yield* minimum(decision.wait, now)), dropSession } satisfies Next
  })

  return { after, useResumeUrl: () => failures % 2 === 0 }
}
