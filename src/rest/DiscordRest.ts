/**
 * Discord's REST API as an Effect service: `@discordjs/core`'s `API` with interruption, a deadline and typed errors.
 *
 * Rate limits are kept by `@discordjs/rest`: calls wait for their bucket, interaction callbacks go out at once. Nothing
 * else is retried here, because Discord's POSTs are not idempotent, except that an initial response whose connection was
 * reset goes out once more; retry where it is safe, with
 * `Effect.retry({ while: (error) => error.isRetryable, schedule })`.
 */
import { API } from "@discordjs/core/http-only"
import { DefaultUserAgent, DiscordAPIError, type RawFile, REST } from "@discordjs/rest"
import type { RESTPostAPIInteractionCallbackWithResponseResult } from "discord-api-types/v10"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Agent, type Dispatcher } from "undici"
import { DiscordConfig } from "../DiscordConfig.ts"
import { DiscordRestError, Timeout } from "./DiscordRestError.ts"
import * as Callback from "./internal/callback.ts"
import { fromAnswer, fromUnknown, isAcknowledged, isReset } from "./internal/failure.ts"

export { DiscordRestError } from "./DiscordRestError.ts"
export type { Reason } from "./DiscordRestError.ts"

/** Options of a call: `@discordjs/core` takes them as its last argument. The signal is also injected without it. */
export interface CallOptions {
  readonly signal: AbortSignal
}

/** An initial response, as Discord's JSON, and the files beside it. Source: Discord, "Interaction Response Structure". */
export interface InitialResponse {
  /** Source: Discord, "Interaction Callback Type". */
  readonly type: number
  readonly data?: unknown
  readonly files?: ReadonlyArray<RawFile> | undefined
}

/** What Discord made of an initial response, where that was asked for. */
export type Made = RESTPostAPIInteractionCallbackWithResponseResult | undefined

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
    /**
     * Gives an interaction its initial response, as `api.interactions.reply` and its siblings do, on the shortest way.
     * `withResponse` (default `false`) answers what Discord made of it, where Discord says so.
     */
    readonly respond: (
      interaction: { readonly id: string; readonly token: string },
      response: InitialResponse,
      options?: { readonly withResponse?: boolean | undefined }
    ) => Effect.Effect<Made, DiscordRestError>
  }
>()("fibercord/rest/DiscordRest") {}

/** Options of {@link layerWith}. */
export interface Options {
  /**
   * Longest time that a call may take, waits for rate limits included. An initial response that goes out again, after a
   * reset or a 429, has it again. Default: 1 minute.
   */
  readonly timeout?: Duration.Input | undefined
  /**
   * `undici`'s way to Discord, for example a `ProxyAgent`; it stays its owner's. Default: an `Agent` of this layer, whose
   * connections are kept for 30 idle seconds and closed with it.
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
    // For files, and for the wait that a 429 asks for.
    const inTurn = use((api) =>
      api.rest.post(route, {
        auth: false,
        body: { type, data },
        query: new URLSearchParams(withResponse ? { with_response: "true" } : {}),
        ...(files === undefined ? {} : { files: [...files] })
      })
    ) as Effect.Effect<Made, DiscordRestError>
    if (files !== undefined && files.length > 0) return inTurn
    const path = `${pathname}${route}${withResponse ? "?with_response=true" : ""}`
    const post = Callback.post(posting, path, { type, data })
    // A kept connection may be closed by its other end just then. Discord takes one initial response, so a second one
    // does no harm; that it has the first is what it says to it.
    const postAgain = (cause: unknown) =>
      isReset(cause)
        ? Effect.map(post, (answer) => (isAcknowledged(answer) ? { status: 204, text: "" } : answer))
        : Effect.fail(cause)
    return Effect.matchEffect(Effect.catch(post, postAgain), {
      onFailure: (cause) => Effect.fail(fromUnknown(cause, limit)),
      onSuccess: (answer): Effect.Effect<Made, DiscordRestError> => {
        if (answer.status === 429) return inTurn
        if (answer.status >= 300) return Effect.fail(fromAnswer(answer, route))
        return withResponse && answer.text !== "" ? made(answer.text) : Effect.undefined
      }
    })
  }
}

// Longer than undici's four seconds, for a new TLS connection costs its user more than anything here; a server that says
// how long it keeps connections is believed.
const agent = Effect.acquireRelease(
  Effect.sync(() => new Agent({ keepAliveTimeout: 30_000 })),
  (agent) => Effect.promise(() => agent.destroy())
)

/** Builds the service with options. */
export const layerWith = (options: Options): Layer.Layer<DiscordRest, never, DiscordConfig> =>
  Layer.effect(
    DiscordRest,
    Effect.gen(function* () {
      const config = yield* DiscordConfig
      const token = Redacted.value(config.token)
      const limit = Duration.toMillis(Duration.fromInputUnsafe(options.timeout ?? "1 minute"))
      const dispatcher = options.dispatcher ?? (yield* agent)
      const rest = yield* Effect.acquireRelease(
        Effect.sync(() =>
          new REST({
            api: config.apiUrl.replace(/\/+$/, ""),
            agent: dispatcher,
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
      const use = makeUse(rest, token, limit)
      return DiscordRest.of({ use, respond: makeRespond(rest, dispatcher, use, limit) })
    })
  )

/** The service with its defaults. */
export const layer: Layer.Layer<DiscordRest, never, DiscordConfig> = layerWith({})
