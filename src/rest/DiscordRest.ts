/**
 * Discord's REST API as an Effect service: `@discordjs/core`'s `API` with interruption, a deadline and typed errors.
 *
 * ```ts
 * yield* DiscordRest.use((api) => api.channels.createMessage(channelId, { content: "hi" }))
 * ```
 *
 * `@discordjs/rest` respects the rate limits: a call waits for its bucket, and interaction callbacks are sent
 * immediately. Calls are not retried, because Discord's POSTs are not idempotent. The one exception is an initial
 * response whose connection was reset: it is sent once more. Where a retry is safe, use `Effect.retry({ while: (error)
 * => error.isRetryable, schedule })`.
 */
import { API } from "@discordjs/core/http-only"
import { DefaultUserAgent, DiscordAPIError, type RawFile, REST } from "@discordjs/rest"
import type { RESTPostAPIInteractionCallbackWithResponseResult } from "../discord/DiscordApi.ts"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { Agent, type Dispatcher } from "undici"
import { DiscordConfig } from "../DiscordConfig.ts"
import { DiscordRestError, Timeout } from "./DiscordRestError.ts"
import * as Callback from "./internal/callback.ts"
import { fromAnswer, fromUnknown, isAcknowledged, isReset } from "./internal/failure.ts"

export { DiscordRestError } from "./DiscordRestError.ts"
export type { Reason } from "./DiscordRestError.ts"

/**
 * Options of a call, which the methods of `API` take as their last argument. Passing them on is optional: the signal is
 * applied to every request of the call anyway.
 */
export interface CallOptions {
  readonly signal: AbortSignal
}

/** An initial response as Discord's JSON, with its files. Source: Discord, "Interaction Response Structure". */
export interface InitialResponse {
  /** Source: Discord, "Interaction Callback Type". */
  readonly type: number
  readonly data?: unknown
  readonly files?: ReadonlyArray<RawFile> | undefined
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
     * const rest = yield* DiscordRest.DiscordRest
     * yield* rest.use((api) => api.channels.createMessage(channelId, { content: "hi" }))
     * ```
     */
    readonly use: <A>(f: (api: API, options: CallOptions) => Promise<A>) => Effect.Effect<A, DiscordRestError>
    /**
     * Sends the initial response to an interaction, like `api.interactions.reply` and its siblings, but with less
     * overhead. Returns what Discord created from it if `withResponse` is set (default: `false`) and Discord sends it.
     * `isRepeated` (default: `false`) says that another response may have arrived before: then Discord's refusal of a
     * second one is an error, even after a reset. Fails with `DiscordRestError`.
     */
    readonly respond: (
      interaction: { readonly id: string; readonly token: string },
      response: InitialResponse,
      options?: { readonly withResponse?: boolean | undefined; readonly isRepeated?: boolean | undefined }
    ) => Effect.Effect<Made, DiscordRestError>
  }
>()("fibercord/rest/DiscordRest") {}

/** Options of {@link layer}. */
export interface Options {
  /**
   * Longest time that a call may take, including waits for rate limits. An initial response that is sent again after a
   * reset or a 429 gets the same time again. Default: 1 minute.
   */
  readonly timeout?: Duration.Input | undefined
  /**
   * The `undici` dispatcher that sends the requests, for example a `ProxyAgent`. It is not closed by this layer.
   * Default: an `Agent` that keeps idle connections for 30 seconds and is destroyed when the scope of the layer closes.
   */
  readonly dispatcher?: Dispatcher | undefined
}

type Use = DiscordRest["Service"]["use"]
type Respond = DiscordRest["Service"]["respond"]

// The position of `{ signal }` differs between the methods of API, so it is injected below them.
const withSignal = (rest: REST, signal: AbortSignal): REST =>
  Object.create(rest, {
    request: {
      value: (options: Parameters<REST["request"]>[0]) => rest.request({ ...options, signal: options.signal ?? signal })
    }
  })

const makeUse =
  (rest: REST, token: string, limit: number): Use =>
  (f) =>
    Effect.tryPromise({
      try: (signal) => f(new API(withSignal(rest, signal)), { signal }),
      catch: (cause) => {
        // @discordjs/rest forgets its token on a 401, and later calls would fail for a misleading reason.
        if (cause instanceof DiscordAPIError && cause.status === 401) rest.setToken(token)
        return fromUnknown(cause, limit)
      }
    }).pipe(
      Effect.timeoutOrElse({
        duration: limit,
        orElse: () => Effect.fail(new DiscordRestError({ reason: new Timeout({ limit }) }))
      })
    )

const makeRespond = (rest: REST, dispatcher: Dispatcher, use: Use, limit: number): Respond => {
  const { api, userAgentAppendix, version } = rest.options
  const { origin, pathname } = new URL(`${api}/v${version}`)
  const headers = {
    "content-type": "application/json",
    "user-agent": `${DefaultUserAgent} ${userAgentAppendix}`.trim()
  }
  const posting = { dispatcher, origin, headers, timeout: limit }
  const made = (text: string): Effect.Effect<Made, DiscordRestError> =>
    Effect.try({ try: () => JSON.parse(text), catch: (cause) => fromUnknown(cause, limit) })

  return ({ id, token }, { data, files, type }, options) => {
    const route = `/interactions/${id}/${token}/callback` as const
    const withResponse = options?.withResponse === true
    // @discordjs/rest encodes files, and waits for as long as a 429 asks for.
    const queued = use((api) =>
      api.rest.post(route, {
        auth: false,
        body: { type, data },
        query: new URLSearchParams(withResponse ? { with_response: "true" } : {}),
        ...(files === undefined ? {} : { files: [...files] })
      })
    ) as Effect.Effect<Made, DiscordRestError>
    if (files !== undefined && files.length > 0) return queued
    const path = `${pathname}${route}${withResponse ? "?with_response=true" : ""}`
    const post = Callback.post(posting, path, { type, data })
    // The other end may close an idle connection at the very moment it is used again. Sending the response twice is
    // safe: Discord accepts one, and its refusal of the second means that it has the first.
    const isOurs = (answer: Callback.Answer) => options?.isRepeated !== true && isAcknowledged(answer)
    const postAgain = (cause: unknown) =>
      isReset(cause)
        ? Effect.map(post, (answer) => (isOurs(answer) ? { status: 204, text: "" } : answer))
        : Effect.fail(cause)
    return Effect.matchEffect(Effect.catch(post, postAgain), {
      onFailure: (cause) => Effect.fail(fromUnknown(cause, limit)),
      onSuccess: (answer): Effect.Effect<Made, DiscordRestError> => {
        if (answer.status === 429) return queued
        if (answer.status >= 300) return Effect.fail(fromAnswer(answer, route))
        return withResponse && answer.text !== "" ? made(answer.text) : Effect.undefined
      }
    })
  }
}

// Longer than undici's four seconds, because a new TLS connection would delay the reply more than everything else here.
// The server's own keep-alive hint still takes precedence.
const agent = Effect.acquireRelease(
  Effect.sync(() => new Agent({ keepAliveTimeout: 30_000 })),
  (agent) => Effect.promise(() => agent.destroy())
)

const makeRest = (
  config: DiscordConfig["Service"],
  dispatcher: Dispatcher,
  limit: number
): Effect.Effect<REST, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new REST({
        api: config.apiUrl.replace(/\/+$/, ""),
        agent: dispatcher,
        retries: 0,
        timeout: limit,
        // A handler per interaction token (about 900 B) would otherwise stay for an hour.
        handlerSweepInterval: 60_000
      }).setToken(Redacted.value(config.token))
    ),
    (rest) =>
      Effect.sync(() => {
        rest.clearHashSweeper()
        rest.clearHandlerSweeper()
      })
  )

/** Provides {@link DiscordRest}, with the token and the base URL of {@link DiscordConfig}. */
export const layer = (options: Options = {}): Layer.Layer<DiscordRest, never, DiscordConfig> =>
  Layer.effect(
    DiscordRest,
    Effect.gen(function* () {
      const config = yield* DiscordConfig
      const limit = Duration.toMillis(Duration.fromInputUnsafe(options.timeout ?? "1 minute"))
      const dispatcher = options.dispatcher ?? (yield* agent)
      const rest = yield* makeRest(config, dispatcher, limit)
      const use = makeUse(rest, Redacted.value(config.token), limit)
      return DiscordRest.of({ use, respond: makeRespond(rest, dispatcher, use, limit) })
    })
  )

/**
 * Calls Discord's REST API: `DiscordRest["Service"]["use"]` of the current service, for handlers that make one call.
 *
 * ```ts
 * const kick = (guildId: string, userId: string) =>
 *   DiscordRest.use((api) => api.guilds.removeMember(guildId, userId))
 * ```
 *
 * Interrupting the Effect aborts the request in flight. Fails with {@link DiscordRestError}.
 */
export const use = <A>(
  f: (api: API, options: CallOptions) => Promise<A>
): Effect.Effect<A, DiscordRestError, DiscordRest> => DiscordRest.use((rest) => rest.use(f))
