/**
 * Discord's REST API as an Effect service: `@discordjs/core`'s `API` with interruption, a deadline and typed errors.
 *
 * Rate limits are kept by `@discordjs/rest`: calls wait for their bucket, interaction callbacks go out at once. Nothing
 * is retried here, because Discord's POSTs are not idempotent; retry where it is safe, with
 * `Effect.retry({ while: (error) => error.isRetryable, schedule })`.
 */
import { API } from "@discordjs/core/http-only"
import { DiscordAPIError, HTTPError, RateLimitError, REST } from "@discordjs/rest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { DiscordConfig } from "../DiscordConfig.ts"
import { Api, DiscordRestError, RateLimited, Timeout, Transport } from "./DiscordRestError.ts"

export { DiscordRestError } from "./DiscordRestError.ts"
export type { Reason } from "./DiscordRestError.ts"

/** Options of a call: `@discordjs/core` takes them as its last argument. The signal is also injected without it. */
export interface CallOptions {
  readonly signal: AbortSignal
}

/** The service. */
export class DiscordRest extends Context.Service<
  DiscordRest,
  {
    /**
     * Runs one or more calls of the API. Interrupting the Effect aborts the request in flight. Fails with
     * `DiscordRestError`; a throw inside `f` that is not the API's own becomes its `Transport` reason.
     *
     * ```ts
     * rest.use((api) => api.channels.createMessage(channelId, { content: "hi" }))
     * ```
     */
    readonly use: <A>(f: (api: API, options: CallOptions) => Promise<A>) => Effect.Effect<A, DiscordRestError>
  }
>()("fibercord/rest/DiscordRest") {}

/** Options of {@link layerWith}. */
export interface Options {
  /** Longest time that a call may take, waits for rate limits included. Default: 1 minute. */
  readonly timeout?: Duration.Input | undefined
}

// A token in a path is a credential: an interaction's is valid for 15 minutes, a webhook's for ever.
const tokenInPath = /\/(interactions|webhooks)\/(\d+)\/[^/?]+/

const routeOf = (url: string): string => {
  const path = url.replace(/^https?:\/\/[^/]+/, "").replace(/^.*?\/v\d+(?=\/)/, "")
  return path.replace(/\?.*$/, "").replace(tokenInPath, "/$1/$2/:token")
}

const isAbort = (cause: unknown): boolean => cause instanceof Error && cause.name === "AbortError"

const fromUnknown = (cause: unknown, limit: number): DiscordRestError => {
  if (cause instanceof DiscordAPIError) {
    const { code, message, method, status, url } = cause
    return new DiscordRestError({ reason: new Api({ code, message, method, route: routeOf(url), status }) })
  }
  if (cause instanceof HTTPError) {
    const { message, method, status, url } = cause
    return new DiscordRestError({ reason: new Api({ code: 0, message, method, route: routeOf(url), status }) })
  }
  if (cause instanceof RateLimitError) {
    const { global, method, retryAfter, url } = cause
    return new DiscordRestError({ reason: new RateLimited({ global, method, retryAfter, route: routeOf(url) }) })
  }
  // An interrupted call never looks at its error, so an abort seen here is the deadline of @discordjs/rest.
  return new DiscordRestError({ reason: isAbort(cause) ? new Timeout({ limit }) : new Transport({ cause }) })
}

// The position of `{ signal }` differs between the methods of API, so it is injected below them.
const withSignal = (rest: REST, signal: AbortSignal): REST =>
  Object.create(rest, {
    request: {
      value: (options: Parameters<REST["request"]>[0]) => rest.request({ ...options, signal: options.signal ?? signal })
    }
  })

/** Builds the service with options. */
export const layerWith = (options: Options): Layer.Layer<DiscordRest, never, DiscordConfig> =>
  Layer.effect(
    DiscordRest,
    Effect.gen(function* () {
      const config = yield* DiscordConfig
      const token = Redacted.value(config.token)
      const limit = Duration.toMillis(Duration.fromInputUnsafe(options.timeout ?? "1 minute"))
      const rest = yield* Effect.acquireRelease(
        Effect.sync(() =>
          new REST({
            api: config.apiUrl.replace(/\/+$/, ""),
            retries: 0,
            timeout: limit,
            // A handler per interaction token (about 900 B) would otherwise stay for an hour.
            handlerSweepInterval: 60_000
          }).setToken(token)
        ),
        (rest) =>
          Effect.sync(() => {
            rest.clearHashSweeper()
            rest.clearHandlerSweeper()
          })
      )
      const use = <A>(f: (api: API, options: CallOptions) => Promise<A>) =>
        Effect.tryPromise({
          try: (signal) => f(new API(withSignal(rest, signal)), { signal }),
          catch: (cause) => {
            // @discordjs/rest forgets its token on a 401; without it later calls would fail for a misleading reason.
            if (cause instanceof DiscordAPIError && cause.status === 401) rest.setToken(token)
            return fromUnknown(cause, limit)
          }
        }).pipe(
          Effect.timeoutOrElse({
            duration: limit,
            orElse: () => Effect.fail(new DiscordRestError({ reason: new Timeout({ limit }) }))
          })
        )
      return DiscordRest.of({ use })
    })
  )

/** The service with its defaults. */
export const layer: Layer.Layer<DiscordRest, never, DiscordConfig> = layerWith({})
