/**
 * When and how a shard tries again: what `CloseCode` decides about an end, spaced by two Schedules.
 *
 *  - An attempt that costs no IDENTIFY waits by the Schedule `resume`. The first after a stable time starts at once.
 *  - An attempt that will IDENTIFY waits by the Schedule `identify` if an earlier IDENTIFY did not last.
 *  - Both start over after the shard was Connected for a stable time, but not because a socket opened.
 *  - A session is given up when Discord says so, or has refused RESUME too often. An outage is not a refusal.
 */
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

type Step = (now: number, end: CloseCode.End) => Pull.Pull<[unknown, Duration.Duration], never, unknown>

const delayOf = (step: Step, now: number, end: CloseCode.End): Effect.Effect<number | void> =>
  step(now, end).pipe(
    Effect.map(([, delay]) => Duration.toMillis(delay)),
    Pull.catchDone(() => Effect.void)
  )

// The shortest wait that the end of a connection asks for.
const minimum = ({ invalidSessionWait: [min, max], sendWindow }: Policy, wait: CloseCode.Wait, now: number) => {
  if (wait === "none") return Effect.succeed(0)
  if (wait === "send-window") return Effect.succeed(sendWindow)
  if (wait === "invalid-session") return Random.nextBetween(min, max)
  return Effect.succeed(Math.max(0, wait.until - now))
}

/** What is remembered of one shard's attempts. */
export class Recovery {
  readonly #policy: Policy
  // Made when needed: most shards of a fleet need neither for days.
  #resumes: Step | undefined
  #identifies: Step | undefined
  // Nothing has failed since the last stable time.
  #fresh = true
  // An IDENTIFY was sent, and the next one has not waited for it yet.
  #owing = false
  // Consecutive RESUMEs that were refused.
  #refusals = 0
  // Consecutive attempts that did not become Connected.
  #failures = 0

  constructor(policy: Policy) {
    this.#policy = policy
  }

  /**
   * Whether the next RESUME goes to the session's own URL. After a failure, every other attempt goes to the main URL,
   * in case only the resume host is down.
   */
  useResumeUrl(): boolean {
    return this.#failures % 2 === 0
  }

  /** Records an end and decides what follows. `hasSession` is whether the attempt left the shard with a session. */
  after(end: CloseCode.End, attempt: Attempt, hasSession: boolean): Effect.Effect<Next> {
    return Effect.clockWith((clock) => {
      this.#record(end, attempt, Elapsed.millis(clock))
      const decision = CloseCode.decideEnd(end)
      if (decision._tag === "Fatal") return Effect.succeed(decision)
      const dropSession = hasSession && (decision._tag === "Identify" || this.#refusals >= CloseCode.maxRefusals)
      if (dropSession) this.#refusals = 0
      const now = clock.currentTimeMillisUnsafe()
      const policy = this.#policy
      return Effect.flatMap(this.#wait(dropSession || !hasSession, now, end), (delay): Effect.Effect<Next> => {
        if (delay === undefined) return Effect.succeed({ _tag: "GiveUp" })
        const toRetry = (least: number): Next => ({ _tag: "Retry", delay: Math.max(delay, least), dropSession })
        return Effect.map(minimum(policy, decision.wait, now), toRetry)
      })
    })
  }

  #record(end: CloseCode.End, attempt: Attempt, now: number): void {
    this.#owing ||= attempt.identified
    if (attempt.connectedAt === undefined) {
      this.#failures++
      if (attempt.resumed && CloseCode.isRefusal(end)) this.#refusals++
      return
    }
    this.#failures = 0
    this.#refusals = 0
    if (now - attempt.connectedAt < this.#policy.stableAfter) return
    this.#resumes = undefined
    this.#identifies = undefined
    this.#fresh = true
    this.#owing = false
  }

  /** How long to wait by the Schedules. `undefined` when the one that counts has ended. */
  #wait(willIdentify: boolean, now: number, end: CloseCode.End): Effect.Effect<number | void> {
    return Effect.suspend(() => {
      const { identify, resume } = this.#policy
      const isFresh = this.#fresh
      this.#fresh = false
      if (willIdentify && this.#owing) {
        this.#owing = false
        return this.#step(this.#identifies, identify, (made) => (this.#identifies = made), now, end)
      }
      if (isFresh) return Effect.succeed(0)
      return this.#step(this.#resumes, resume, (made) => (this.#resumes = made), now, end)
    })
  }

  #step(
    known: Step | undefined,
    schedule: Policy["resume"],
    keep: (made: Step) => void,
    now: number,
    end: CloseCode.End
  ): Effect.Effect<number | void> {
    if (known !== undefined) return delayOf(known, now, end)
    return Effect.flatMap(Schedule.toStep(schedule), (made) => {
      keep(made)
      return delayOf(made, now, end)
    })
  }
}

/** Nothing has failed yet. */
export const make = (policy: Policy): Recovery => new Recovery(policy)
