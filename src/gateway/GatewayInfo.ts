/**
 * What Discord says about connecting: where the gateway is, how many shards it recommends, and how many sessions may
 * still be started. Source: Discord, "Get Gateway Bot".
 *
 * The answer is cached only briefly, because the number of remaining sessions changes. Nothing is ever guessed: when
 * Discord cannot be asked, the caller gets an error. What hardly ever changes is taken from the last answer, so that
 * shards can start sessions while the REST API is down.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Backoff from "../internal/backoff.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import { DiscordRest } from "../rest/DiscordRest.ts"
import { Api, DiscordRestError } from "../rest/DiscordRestError.ts"
import * as GatewayError from "./GatewayError.ts"

/** What `GET /gateway/bot` returns. */
export interface Info {
  /** Where to connect, for example `wss://gateway.discord.gg`. */
  readonly url: string
  /** The recommended number of shards. */
  readonly shards: number
  readonly sessionStartLimit: SessionStartLimit
}

/** How many sessions the bot may start. Source: Discord, "Session Start Limit Object". */
export interface SessionStartLimit {
  /** How many sessions the bot may start in 24 hours. */
  readonly total: number
  /** How many of them are left. */
  readonly remaining: number
  /** The time until `remaining` is `total` again, in milliseconds. */
  readonly resetAfter: number
  /** How many shards may IDENTIFY within the same 5 seconds. */
  readonly maxConcurrency: number
}

/** The service. */
export class GatewayInfo extends Context.Service<
  GatewayInfo,
  {
    /**
     * The newest answer, from the cache if it is young enough. Fails with `AuthenticationFailed` when Discord refuses
     * the token, and with `GatewayUnavailable` when Discord could not be asked until the retries ended.
     */
    readonly get: Effect.Effect<Info, GatewayError.GatewayError>
    /** Asks Discord now, whatever is cached. Fails like {@link get}. */
    readonly refresh: Effect.Effect<Info, GatewayError.GatewayError>
    /** The newest answer, however old it is; nothing before the first. Asks nobody. */
    readonly last: Effect.Effect<Info | undefined>
  }
>()("fibercord/gateway/GatewayInfo") {}

/** Options of {@link layer}. */
export interface Options {
  /** How long an answer is cached. Default: 30 seconds. */
  readonly timeToLive?: Duration.Input | undefined
  /**
   * When to ask again after a temporary failure. Default: after 0.5 seconds, doubling up to 15 seconds, with jitter,
   * for 2 minutes.
   */
  readonly retry?: Schedule.Schedule<unknown, DiscordRestError> | undefined
}

const defaultRetry = Backoff.exponential("500 millis", "15 seconds").pipe(Schedule.upTo({ duration: "2 minutes" }))

// A proxy in trouble may send status 200 with anything, which counts as a temporary failure.
const Answer = Schema.Struct({
  url: Schema.String,
  // None would leave a bot without shards, and say nothing.
  shards: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  session_start_limit: Schema.Struct({
    total: Schema.Int,
    remaining: Schema.Int,
    reset_after: Schema.Finite,
    max_concurrency: Schema.Int
  })
})
const decodeAnswer = Schema.decodeUnknownEffect(Answer)

const unreadable = (message: string): Api =>
  new Api({ method: "GET", route: "/gateway/bot", status: 200, code: 0, message })

// A longer wait is not made in silence. In milliseconds.
const longestWait = 2 * 60_000

const isWorthwhile = (error: DiscordRestError): boolean => error.isRetryable && waitOf(error) <= longestWait

const waitOf = ({ reason }: DiscordRestError): number => (reason._tag === "RateLimited" ? reason.retryAfter : 0)

// Asked earlier, Discord would only refuse again.
const afterLimits = (schedule: Schedule.Schedule<unknown, DiscordRestError>) =>
  Schedule.modifyDelay(schedule, ({ duration, input }) =>
    Effect.succeed(Duration.max(duration, Duration.millis(waitOf(input))))
  )

const toGatewayError = (error: DiscordRestError): GatewayError.GatewayError =>
  error.reason._tag === "Api" && error.reason.status === 401
    ? GatewayError.fromReason(new GatewayError.AuthenticationFailed())
    : GatewayError.fromReason(new GatewayError.GatewayUnavailable({ detail: error.message, cause: error }))

const make = Effect.fnUntraced(function* (options: Options) {
  const rest = yield* DiscordRest
  const timeToLive = Duration.toMillis(options.timeToLive ?? "30 seconds")
  const schedule = afterLimits(options.retry ?? defaultRetry)
  const one = yield* Semaphore.make(1)
  let known: { readonly info: Info; readonly until: number } | undefined

  const refresh = rest
    .use((api) => api.gateway.getBot())
    .pipe(
      Effect.flatMap((answer) =>
        Effect.mapError(decodeAnswer(answer), ({ message }) => new DiscordRestError({ reason: unreadable(message) }))
      ),
      Effect.retry({ while: isWorthwhile, schedule }),
      Effect.mapError(toGatewayError),
      Effect.flatMap((answer) =>
        Effect.map(Clock.Clock, (clock) => {
          const limit = answer.session_start_limit
          const info: Info = {
            url: answer.url,
            shards: answer.shards,
            sessionStartLimit: {
              total: limit.total,
              remaining: limit.remaining,
              resetAfter: limit.reset_after,
              maxConcurrency: Math.max(1, limit.max_concurrency)
            }
          }
          known = { info, until: Elapsed.millis(clock) + timeToLive }
          return info
        })
      )
    )

  // One request at a time: shards that ask together share the answer.
  const get = one.withPermits(1)(
    Effect.flatMap(Clock.Clock, (clock) =>
      known !== undefined && known.until > Elapsed.millis(clock) ? Effect.succeed(known.info) : refresh
    )
  )
  return GatewayInfo.of({ get, refresh, last: Effect.sync(() => known?.info) })
})

/** Asks Discord through {@link DiscordRest}. */
export const layer = (options: Options = {}): Layer.Layer<GatewayInfo, never, DiscordRest> =>
  Layer.effect(GatewayInfo, make(options))

/**
 * Always gives the same answer, for tests and for gateway proxies without a REST API.
 *
 * ```ts
 * import { GatewayInfo } from "fibercord"
 *
 * const InfoLive = GatewayInfo.layerStatic({
 *   url: "wss://gateway.discord.gg",
 *   shards: 1,
 *   sessionStartLimit: { total: 1000, remaining: 1000, resetAfter: 0, maxConcurrency: 1 }
 * })
 * ```
 */
export const layerStatic = (info: Info): Layer.Layer<GatewayInfo> =>
  Layer.succeed(GatewayInfo, { get: Effect.succeed(info), refresh: Effect.succeed(info), last: Effect.succeed(info) })
