/**
 * Whether a request may go out now: all requests of a client pass here, and all their answers are noted here. It waits
 * for the edge before Discord, which blocks addresses whatever the route, and for the guard of invalid requests.
 * Discord's own rate limits are kept by `@discordjs/rest`.
 */
import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Forks } from "../../internal/Forks.ts"
import * as Observed from "../../internal/Observed.ts"
import { isInvalid, type Limited, type Scope } from "./answers.ts"
import * as InvalidRequests from "./invalidRequests.ts"
import * as Metrics from "./metrics.ts"
import type { Kind } from "./routes.ts"
import type { SharedCounts } from "./sharedCounts.ts"

/** The wait after a 429 that does not say how long to wait, in milliseconds: doubled each time, up to a minute. */
export const backOff = (failures: number): number => Math.min(1000 * 2 ** (failures - 1), 60_000)

// Whatever answers say, each wait in a row is longer than the last. In milliseconds.
const floorAfter = (earlier: number): number => Math.min(50 * 2 ** earlier, 60_000)

// While a block lasts, one request after the other finds out whether it still does.
const probeEvery = 1000

// How long nothing more is said about blocks, in milliseconds.
const quiet = 10 * 60_000

// How often the count of invalid requests is written to its metric while it only falls.
const refresh = 10_000

/** The metrics of one route. Plain numbers, because every request updates them. */
interface Measures {
  readonly counts: Map<number | undefined, Observed.Count>
  readonly duration: Observed.Distribution
}

/** The gate of one client. */
export class Gate {
  readonly #clock: Clock.Clock
  readonly #context: Context.Context<never>
  readonly #forks: Forks
  readonly #invalid: InvalidRequests.InvalidRequests
  /** The worst stage that was logged since it was last open. */
  #stage: InvalidRequests.Stage = "open"
  #isWatching = false
  /** Blocks of the edge without a success in between, when the newest was noticed, and when to try again. */
  #blocks = 0
  #blockedAt = -Infinity
  #opensAt = -Infinity
  /** When a block was logged last, and whether its end is still to be. */
  #saidAt = -Infinity
  #isSaid = false
  /** By template and method. */
  readonly #measures = new Map<string, Map<string, Measures>>()

  /** `counts` are those of a cluster. */
  constructor(clock: Clock.Clock, context: Context.Context<never>, forks: Forks, counts?: SharedCounts) {
    this.#invalid = new InvalidRequests.InvalidRequests(counts)
    if (counts !== undefined) counts.own = () => this.#invalid.own(this.now())
    this.#clock = clock
    this.#context = Observed.contextFor(context)
    this.#forks = forks
  }

  /** Milliseconds since an arbitrary moment. */
  now(): number {
    return Elapsed.millis(this.#clock)
  }

  /**
   * Returns 0 when a request may be sent now; otherwise how long to wait before asking again, in milliseconds. A user
   * waits for urgent ones: they are not spaced. `now` is for callers that have read the time already.
   */
  pass(isUrgent: boolean, now = this.now()): number {
    if (now < this.#opensAt) return this.#opensAt - now
    const wait = this.#invalid.pass(now, isUrgent)
    if (wait === 0 && this.#blocks > 0) this.#opensAt = now + probeEvery
    return wait
  }

  /**
   * Notes a 429 to a request that was sent at this time, and returns for how long its caller has to wait. `earlier` is
   * how many the same call has had before: whatever answers say, each wait of a call is longer than the last.
   */
  limited({ retryAfter, scope }: Limited, earlier: number, sentAt: number): number {
    Metric.withAttributes(Metrics.rateLimits, { scope }).updateUnsafe(1, this.#context)
    const floor = floorAfter(earlier)
    if (scope !== "edge") return Math.max(retryAfter ?? backOff(earlier + 1), floor)
    const now = this.now()
    // Requests that were under way together are one block.
    if (sentAt >= this.#blockedAt) {
      if (this.#blocks++ === 0) this.#sayBlocked(now)
      this.#blockedAt = now
      this.#opensAt = now + Math.max(retryAfter ?? backOff(this.#blocks), floorAfter(this.#blocks - 1))
    }
    return Math.max(this.#opensAt - now, floor)
  }

  /** Notes the answer to a request that was sent at this time; without a status, there was none. */
  answered(kind: Kind, sentAt: number, status: number | undefined, scope?: Scope): void {
    const now = this.now()
    this.#measure(kind, status, now - sentAt)
    if (status === undefined) return
    if (isInvalid(status, scope)) this.#noteInvalid(now)
    // An edge may answer like this too, so the block may go on.
    const isDoubtful = scope === "edge" || status === 403 || status >= 500
    if (isDoubtful || this.#blocks === 0 || sentAt < this.#blockedAt) return
    this.#blocks = 0
    this.#opensAt = -Infinity
    if (this.#isSaid) this.#log(Effect.logInfo("Discord's edge lets requests through again"))
    this.#isSaid = false
  }

  // One that blocks some requests only begins and ends all the time.
  #sayBlocked(now: number): void {
    if (now - this.#saidAt < quiet) return
    this.#saidAt = now
    this.#isSaid = true
    this.#log(Effect.logWarning(blocked))
  }

  #measure({ method, template }: Kind, status: number | undefined, took: number): void {
    let methods = this.#measures.get(template)
    if (methods === undefined) this.#measures.set(template, (methods = new Map()))
    let measures = methods.get(method)
    if (measures === undefined) {
      const duration = Observed.distribution(this.#context, Metrics.durations, { method, route: template })
      methods.set(method, (measures = { counts: new Map(), duration }))
    }
    let count = measures.counts.get(status)
    if (count === undefined) {
      const attributes = { method, route: template, status: `${status ?? "none"}` }
      measures.counts.set(status, (count = Observed.count(this.#context, Metrics.requests, attributes)))
    }
    count.value++
    measures.duration.add(took)
  }

  #noteInvalid(now: number): void {
    this.#invalid.add(now)
    this.#show(now)
    if (this.#isWatching) return
    this.#isWatching = true
    this.#forks.fork(this.#watch)
  }

  readonly #watch: Effect.Effect<void> = Effect.suspend(() => {
    const now = this.now()
    this.#show(now)
    if (this.#invalid.own(now) > 0) return Effect.andThen(Effect.sleep(refresh), this.#watch)
    this.#isWatching = false
    return Effect.void
  })

  #show(now: number): void {
    Metrics.invalidRequests.updateUnsafe(this.#invalid.own(now), this.#context)
    const total = this.#invalid.total(now)
    const stage = this.#invalid.stage(now)
    // Around a threshold it goes back and forth, which is one story.
    if (stage === this.#stage || (stage === "slow" && this.#stage === "stopped")) return
    this.#stage = stage
    if (stage === "stopped") this.#log(Effect.logError(`${ofLimit(total)}. ${stopped}`))
    else if (stage === "slow") this.#log(Effect.logError(`${ofLimit(total)}. ${slow}`))
    else this.#log(Effect.logInfo(`${ofLimit(total)}: REST requests are no longer slowed down`))
  }

  #log(line: Effect.Effect<void>): void {
    this.#forks.fork(line)
  }
}

const blocked =
  "Discord's edge refuses requests of this address with 429, without any rate limit of Discord's: all REST calls wait, " +
  "and fail with RateLimited when they cannot. Look for calls that are refused again and again, here or in another " +
  "program behind the same address"

const ofLimit = (total: number): string =>
  `Discord refused ${total} requests with 401, 403 or 429 in ten minutes, and bans the address at ${InvalidRequests.limit}`

const advice = "Find out which calls are refused, in the metric fibercord_rest_requests, and stop making them"

const slow = `REST requests are slowed down from now on. ${advice}`

const stopped = `No REST request is sent until there are fewer. ${advice}`
