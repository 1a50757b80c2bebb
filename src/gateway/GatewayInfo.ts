/**
 * What Discord says about connecting: where the gateway is, how many shards it recommends, and how many sessions may
 * still be started. Source: Discord, "Get Gateway Bot".
 *
 * The answer is remembered for a short time only, because `remaining` goes stale. Nothing is ever guessed: where
 * Discord cannot be asked, the caller is told.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { DiscordRest } from "../rest/DiscordRest.ts"
import { DiscordRestError, Transport } from "../rest/DiscordRestError.ts"
import * as GatewayError from "./GatewayError.ts"
import * as Elapsed from "../internal/Elapsed.ts"

/** The answer of `GET /gateway/bot`. */
export interface Info {
  /** Where to connect, for example `wss://gateway.discord.gg`. */
  readonly url: string
  /** The recommended number of shards. */
  readonly shards: number
  readonly sessionStartLimit: SessionStartLimit
}

/** How many sessions the bot may start. Source: Discord, "Session Start Limit Object". */
export interface SessionStartLimit {
  /** In 24 hours. */
  readonly total: number
  /** Of those, how many are left. */
  readonly remaining: number
  /** Milliseconds until `remaining` is `total` again. */
  readonly resetAfter: number
  /** How many shards may IDENTIFY in the same 5 seconds. */
  readonly maxConcurrency: number
}

/** The service. */
export class GatewayInfo extends Context.Service<
  GatewayInfo,
  {
    /**
     * The newest answer, at most some seconds old. Fails with `AuthenticationFailed` when Discord refuses the token,
     * and with `GatewayUnavailable` when it could not be asked for as long as the layer tries.
     */
    readonly get: Effect.Effect<Info, GatewayError.GatewayError>
    /** Asks Discord now, whatever is remembered. */
    readonly refresh: Effect.Effect<Info, GatewayError.GatewayError>
  }
>()("fibercord/gateway/GatewayInfo") {}

/** Options of {@link layerWith}. */
export interface Options {
  /** How long an answer is remembered. Default: 30 seconds. */
  readonly timeToLive?: Duration.Input | undefined
  /** When to ask again after a failure that may pass. Default: 0.5 s doubling to 15 s, jittered, for two minutes. */
  readonly retry?: Schedule.Schedule<unknown, DiscordRestError> | undefined
}

const defaultRetry: Schedule.Schedule<unknown> = Schedule.min([
  Schedule.exponential("500 millis"),
  Schedule.spaced("15 seconds")
]).pipe(Schedule.jittered, Schedule.upTo({ duration: "2 minutes" }))

// A proxy in trouble may answer 200 with anything. What is no answer is asked for again.
const Answer = Schema.Struct({
  url: Schema.String,
  shards: Schema.Int,
  session_start_limit: Schema.Struct({
    total: Schema.Int,
    remaining: Schema.Int,
    reset_after: Schema.Finite,
    max_concurrency: Schema.Int
  })
})
const decodeAnswer = Schema.decodeUnknownEffect(Answer)

const toGatewayError = (error: DiscordRestError): GatewayError.GatewayError =>
  error.reason._tag === "Api" && error.reason.status === 401
    ? GatewayError.fail(new GatewayError.AuthenticationFailed())
    : GatewayError.fail(new GatewayError.GatewayUnavailable({ detail: error.message, cause: error }))

const make = Effect.fnUntraced(function* (options: Options) {
  const rest = yield* DiscordRest
  const timeToLive = Duration.toMillis(options.timeToLive ?? "30 seconds")
  const schedule = options.retry ?? defaultRetry
  const one = yield* Semaphore.make(1)
  let known: { readonly info: Info; readonly until: number } | undefined

  const refresh = rest
    .use((api) => api.gateway.getBot())
    .pipe(
      Effect.flatMap((answer) =>
        Effect.mapError(decodeAnswer(answer), (cause) => new DiscordRestError({ reason: new Transport({ cause }) }))
      ),
      Effect.retry({ while: (error) => error.isRetryable, schedule }),
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

  // One question at a time: shards that ask together share the answer.
  const get = one.withPermits(1)(
    Effect.flatMap(Clock.Clock, (clock) =>
      known !== undefined && known.until > Elapsed.millis(clock) ? Effect.succeed(known.info) : refresh
    )
  )
  return GatewayInfo.of({ get, refresh })
})

/** Asks Discord through {@link DiscordRest}. */
export const layerWith = (options: Options): Layer.Layer<GatewayInfo, never, DiscordRest> =>
  Layer.effect(GatewayInfo, make(options))

/** Asks Discord through {@link DiscordRest}, with the defaults of {@link Options}. */
export const layer: Layer.Layer<GatewayInfo, never, DiscordRest> = layerWith({})

/** A fixed answer, for tests and for gateway proxies without a REST API. */
export const layerStatic = (info: Info): Layer.Layer<GatewayInfo> =>
  Layer.succeed(GatewayInfo, { get: Effect.succeed(info), refresh: Effect.succeed(info) })
