/**
 * Discord's REST API as an Effect service: `@discordjs/core`'s `API` with interruption, a deadline and typed errors.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DiscordRest } from "fibercord"
 *
 * const say = (channelId: string) =>
 *   DiscordRest.use((api) => api.channels.createMessage(channelId, { content: "hi" }))
 * ```
 *
 * Rate limits are respected: a call waits for its bucket, and fails with `RateLimited` when the wait is longer than the
 * time it has left. After a 429 from the edge in front of Discord, all calls wait: for as long as it says, otherwise 1
 * second, doubled with each one in a row up to 1 minute. An address that gets 10,000 responses with 401, 403 or 429
 * (shared limits not counted) within ten minutes is banned: from 5,000 on, calls are spaced, and from 9,000 on, none is
 * sent until there are fewer.
 *
 * GET, PUT, DELETE, and PATCH without files are sent up to three times when Discord responds with 502, 503 or 504, or the
 * connection breaks. Other calls are not retried, because Discord's POSTs are not idempotent. Initial responses are,
 * within their three seconds, because Discord accepts only one. Where a retry is safe, use
 * `Effect.retry({ while: (error) => error.isRetryable, schedule })`.
 */
import type { API } from "@discordjs/core/http-only"
import type { RawFile } from "@discordjs/rest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Dispatcher } from "undici"
import type { RESTPostAPIInteractionCallbackWithResponseResult } from "../discord/DiscordApi.ts"
import { DiscordConfig } from "../DiscordConfig.ts"
import * as Forks from "../internal/Forks.ts"
import * as Inspection from "../internal/Inspection.ts"
import type { DiscordRestError } from "./DiscordRestError.ts"
import { requests, secrets } from "./inspected.ts"
import type { RestOwners } from "./RestOwners.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import * as Calls from "./internal/calls.ts"
import { Gate } from "./internal/gate.ts"
import * as Respond from "./internal/respond.ts"
import * as Sender from "./internal/sender.ts"

export { DiscordRestError } from "./DiscordRestError.ts"
export type { Reason } from "./DiscordRestError.ts"

/**
 * Options of a call, which the methods of `API` take as their last argument. Passing them on is optional: the signal is
 * applied to every request of the call anyway.
 */
export interface CallOptions {
  /** Ends the call: it is aborted when the Effect is interrupted, or takes too long. */
  readonly signal: AbortSignal
}

/** An initial response as Discord's JSON, with its files. Source: Discord, "Interaction Response Structure". */
export interface InitialResponse {
  /** Source: Discord, "Interaction Callback Type". */
  readonly type: number
  /** The data that belong to the type. Default: none. */
  readonly data?: unknown
  /** Files that are uploaded with it. Default: none. */
  readonly files?: ReadonlyArray<RawFile> | undefined
}

/** Options of `respond`. */
export interface RespondOptions {
  /** Whether Discord sends what it created from the response. Default: `false`. */
  readonly withResponse?: boolean | undefined
  /**
   * Whether another response may have arrived before: then Discord's refusal of a second one is an error, even after a
   * reset. Default: `false`.
   */
  readonly isRepeated?: boolean | undefined
  /** What is left of the three seconds for which Discord waits; at least 500 milliseconds. Default: all of them. */
  readonly within?: Duration.Input | undefined
}

/** The message or activity that Discord created from an initial response, if it was asked for. */
export type Made = RESTPostAPIInteractionCallbackWithResponseResult | undefined

/** The service: calls of Discord's REST API, with the bot's token. */
export class DiscordRest extends Context.Service<
  DiscordRest,
  {
    /**
     * Runs one or more calls of the API; the module's {@link use} does the same in one line. Interrupting the Effect
     * aborts the request in flight. Fails with `DiscordRestError`; anything else that `f` throws becomes its
     * `Transport` reason.
     *
     * ```ts
     * import { Effect } from "effect"
     * import { DiscordRest } from "fibercord"
     *
     * const say = Effect.fn("say")(function* (channelId: string) {
     *   const rest = yield* DiscordRest.DiscordRest
     *   yield* rest.use((api) => api.channels.createMessage(channelId, { content: "hi" }))
     * })
     * ```
     */
    readonly use: <A>(f: (api: API, options: CallOptions) => Promise<A>) => Effect.Effect<A, DiscordRestError>
    /**
     * Sends the initial response to an interaction, like `api.interactions.reply` and its siblings, but with less
     * overhead, and within the time in which Discord accepts it: after a 5xx or a 429 it is sent again, and when a second
     * passes without an answer it is sent once more over a new connection. Returns what Discord created from it if
     * `withResponse` is set and Discord sends it. Fails with `DiscordRestError`.
     */
    readonly respond: (
      interaction: { readonly id: string; readonly token: string },
      response: InitialResponse,
      options?: RespondOptions
    ) => Effect.Effect<Made, DiscordRestError>
    /**
     * Sends one request as it is, once, within the rate limits of this client, and returns Discord's answer as it is,
     * whatever its status; only a 429 is waited for. It is for those who pass requests on, and needs
     * `AsyncLocalStorage`, which Workers have with `nodejs_compat` only. Fails with `DiscordRestError`: `RateLimited`,
     * `Timeout` or `Transport`.
     */
    readonly request: (request: RestRequest) => Effect.Effect<RestAnswer, DiscordRestError>
  }
>()("fibercord/rest/DiscordRest") {}

/** Options of {@link layer}. */
export interface Options {
  /**
   * Longest time that a call may take, including waits for rate limits and repeats. Initial responses have three seconds
   * at most. Default: 1 minute.
   */
  readonly timeout?: Duration.Input | undefined
  /**
   * The `undici` dispatcher that sends the requests, for example a `ProxyAgent`. It is not closed by this layer.
   * Default: an `Agent` that keeps idle connections for 30 seconds and is destroyed when the scope of the layer closes.
   * Where `undici` does not run (Bun, Workers), requests go out by `fetch`, and a dispatcher is ignored with a warning.
   */
  readonly dispatcher?: Dispatcher | undefined
  /**
   * How many requests a second this process sends at most, initial responses not counted. Discord raises the limit of
   * very large bots; several processes of one bot share it. Default: Discord's 50.
   */
  readonly globalRequestsPerSecond?: number | undefined
  /**
   * Where rate limits are kept: `"here"`, or `"elsewhere"` by a proxy between all processes of a bot and Discord. Then
   * calls are sent immediately, and still wait after a 429. Default: `"here"`.
   */
  readonly limits?: "here" | "elsewhere" | undefined
  /**
   * Which process of a cluster sends what: see `RestOwners`. Then each of them has an equal share of
   * `globalRequestsPerSecond`. Default: this process sends everything itself.
   */
  readonly owners?: RestOwners | undefined
}

// What a timer of Node can wait for at most.
const longest = 2 ** 31 - 1

const make = Effect.fnUntraced(function* (options: Options) {
  const config = yield* DiscordConfig
  const context = yield* Effect.context<never>()
  const isTraced = Inspection.isTraced(context)
  const clock = yield* Clock.Clock
  const noted = Inspection.ringOf(context, requests, clock)
  yield* Inspection.show(secrets, () => Redacted.value(config.token))
  const limit = Math.min(Duration.toMillis(Duration.fromInputUnsafe(options.timeout ?? "1 minute")), longest)
  const sender = yield* Sender.make(options.dispatcher)
  const forks = yield* Forks.make("The REST client could not say what it does")
  const gate = new Gate(clock, context, forks, options.owners?.counts)
  const calls = yield* Effect.acquireRelease(
    Effect.sync(() =>
      Calls.make({
        gate,
        limit,
        context,
        isTraced,
        noted,
        limits: options.limits ?? "here",
        owners: options.owners,
        makeRequest: sender.makeRequest,
        token: Redacted.value(config.token),
        rest: {
          api: config.apiUrl.replace(/\/+$/, ""),
          agent: sender.dispatcher,
          // A handler per interaction token (about 900 B) would otherwise stay for an hour.
          handlerSweepInterval: 60_000,
          globalRequestsPerSecond: options.limits === "elsewhere" ? Infinity : (options.globalRequestsPerSecond ?? 50)
        }
      })
    ),
    ({ rest }) =>
      Effect.sync(() => {
        rest.clearHashSweeper()
        rest.clearHandlerSweeper()
      })
  )
  const respond = Respond.make({ rest: calls.rest, gate, sender, limit, isTraced, noted })
  return DiscordRest.of({ use: calls.use, request: calls.request, respond })
})

/** Provides {@link DiscordRest}, with the token and the base URL of {@link DiscordConfig}. */
export const layer = (options: Options = {}): Layer.Layer<DiscordRest, never, DiscordConfig> =>
  Layer.effect(DiscordRest, make(options))

/**
 * Calls Discord's REST API: `DiscordRest["Service"]["use"]` of the current service, for handlers that make one call.
 *
 * ```ts
 * import { DiscordRest } from "fibercord"
 *
 * const kick = (guildId: string, userId: string) =>
 *   DiscordRest.use((api) => api.guilds.removeMember(guildId, userId))
 * ```
 *
 * Interrupting the Effect aborts the request in flight. Fails with {@link DiscordRestError}.
 */
export const use = <A>(
  f: (api: API, options: CallOptions) => Promise<A>
): Effect.Effect<A, DiscordRestError, DiscordRest> => DiscordRest.use((rest) => rest.use(f))
