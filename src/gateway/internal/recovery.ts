/**
 * When and how a shard tries again: what `CloseCode` decides about an end, spaced by two Schedules.
 *
 *  - An attempt that costs no IDENTIFY waits by the Schedule `resume`. The first after a stable time starts at once.
 *  - An attempt that will IDENTIFY waits by the Schedule `identify` if an earlier IDENTIFY did not last.
 *  - Both start over after the shard was Connected for a stable time, but not because a socket opened.
 *  - A session is given up when Discord says so, or has refused RESUME too often. An outage is not a refusal.
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
  /** When READY or RESUMED arrived, in milliseconds of `Elapsed`. */
  connectedAt: number | undefined
}

/** What to do next. */
export type Next =
  | {
      readonly _tag: "Retry"
      /** The wait before the next attempt, in milliseconds. */
      readonly delay: number
      readonly dropSession: boolean
    }
  | { readonly _tag: "Fatal"; readonly reason: CloseCode.FatalReason }
  /** The Schedule has ended. */
  | { readonly _tag: "GiveUp" }

/** What is remembered of one shard's attempts. */
export interface Recovery {
  /** Records an end and decides what follows. `hasSession` is whether the attempt left the shard with a session. */
  readonly after: (end: CloseCode.End, attempt: Attempt, hasSession: boolean) => Effect.Effect<Next>
  /**
   * Whether the next RESUME goes to the session's own URL. After a failure, every other attempt goes to the main URL,
   * in case only the resume host is down.
   */
  readonly useResumeUrl: () => boolean
}

type Step = (now: number, end: CloseCode.End) => Pull.Pull<[unknown, Duration.Duration], never, unknown>

const delayOf = (step: Step, now: number, end: CloseCode.End): Effect.Effect<number | void> =>
  step(now, end).pipe(
    Effect.map(([, delay]) => Duration.toMillis(delay)),
    Pull.catchDone(() => Effect.void)
  )

/** Starts before the first attempt. */
export const make = (policy: Policy): Recovery => {
  // Made when needed: most shards of a fleet need neither for days.
  let resumes: Step | undefined
  let identifies: Step | undefined
  // Nothing has failed since the last stable time.
  let fresh = true
  // An IDENTIFY was sent, and the next one has not waited for it yet.
  let owing = false
  // Consecutive RESUMEs that were refused.
  let refusals = 0
  // Consecutive attempts that did not become Connected.
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
      if (attempt.resumed && CloseCode.isRefusal(end)) refusals++
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
    const dropSession = hasSession && (decision._tag === "Identify" || refusals >= CloseCode.maxRefusals)
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
