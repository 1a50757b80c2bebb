/**
 * Discord's REST API for other programs, as an HTTP server: whatever they send goes to Discord within the rate limits
 * of one `DiscordRest`, and Discord's answer comes back as it is. So several programs of one bot, in any language, keep
 * its limits together, and none of them gets a 429.
 *
 * A program uses it by its base URL, `http://host:port/api`. fibercord itself does so with `DISCORD_API_URL`, and
 * `limits: "elsewhere"` of `DiscordRest.layer`.
 *
 * **It adds the bot's token for everybody who can reach it**: it belongs on loopback or in a private network.
 *
 * `effect/http` is unstable, and so is this module.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { DiscordConfig } from "../DiscordConfig.ts"
import { DiscordRest, type DiscordRestError } from "../rest/DiscordRest.ts"
import type { RestAnswer } from "../rest/RestRequest.ts"
import { Backlog } from "./internal/backlog.ts"
import { Problem, refuse, Refused, toResponse } from "./internal/refusal.ts"
import { type Limits, read } from "./internal/request.ts"

/**
 * The body of what the proxy answers in its own name, in the form of Discord's errors. `proxy` says why, with this
 * status:
 *
 * | `proxy` | Status | |
 * |---|---|---|
 * | `path` | 404 | the path is not below `/api/v10`, or has `.` or `..` in it |
 * | `method` | 405 | Discord has no such method |
 * | `token` | 403 | the request has the token of another bot |
 * | `browser` | 403 | a page in a browser sent the request |
 * | `host` | 403 | the request came by a public name that is none of `hosts` |
 * | `tooLarge` | 413 | the body is larger than `maxBodySize` |
 * | `body` | 400 | the body could not be read |
 * | `overloaded` | 503 | more requests, or bytes, are under way than `maxRequests` and `maxBytes` |
 * | `rateLimited` | 503 or 429 | a rate limit holds it back for longer than it has time |
 * | `timeout` | 504 | there was no answer in time |
 * | `unreachable` | 502 | Discord could not be reached, or the connection broke |
 *
 * ```ts
 * import { Effect, Option, Schema } from "effect"
 * import { Proxy } from "fibercord/proxy"
 *
 * const decode = Schema.decodeUnknownOption(Proxy.ProxyError)
 *
 * // Why the proxy itself refused a request; none for a response of Discord's.
 * const refusalOf = (response: Response) =>
 *   Effect.map(
 *     Effect.promise(() => response.json()),
 *     (body) => Option.map(decode(body), ({ message, proxy }) => `${proxy}: ${message}`)
 *   )
 * ```
 */
export const ProxyError = Schema.Struct({
  code: Schema.Literal(0),
  message: Schema.String,
  proxy: Problem,
  /** Of `rateLimited`: seconds. */
  retry_after: Schema.optionalKey(Schema.Finite),
  /** Of `rateLimited`: whether it holds all requests back. */
  global: Schema.optionalKey(Schema.Boolean)
})

/** What the proxy answers in its own name. */
export interface ProxyError extends Schema.Schema.Type<typeof ProxyError> {}

/** Options of {@link layer}. */
export interface Options {
  /**
   * Longest time that a request may take, waits for rate limits included, and not more than its
   * default. Default: the `timeout` of `DiscordRest.layer`.
   */
  readonly timeout?: Duration.Input | undefined
  /** Largest body of a request, in bytes. Default: 32 MiB. */
  readonly maxBodySize?: number | undefined
  /** How many requests may be under way, those that wait for a rate limit included. Default: 5000. */
  readonly maxRequests?: number | undefined
  /** How many bytes the bodies of all requests under way may have together. Default: 256 MiB. */
  readonly maxBytes?: number | undefined
  /**
   * What becomes of a request that a rate limit holds back: `"wait"` holds it as long as it has time, and answers with
   * 503 if that is not enough; `"tell"` answers immediately, with a 429 like Discord's. Default: `"wait"`.
   */
  readonly rateLimits?: "wait" | "tell" | undefined
  /**
   * The public names, such as `proxy.example.org`, by which programs may call it. Pages in a browser can make any name of
   * theirs mean this machine, so others are refused. Addresses, names without a dot, and those that are not public (below
   * `internal`, `local`, `localhost`, `svc`, `home.arpa` or `test`) need no mention. Default: none.
   */
  readonly hosts?: ReadonlyArray<string> | undefined
}

const mebibyte = 1024 * 1024

const refusalOf = ({ message, reason }: DiscordRestError): Refused => {
  switch (reason._tag) {
    case "RateLimited": {
      const { global, retryAfter } = reason
      return new Refused({ problem: "rateLimited", message: "You are being rate limited.", retryAfter, global })
    }
    case "Timeout":
      return new Refused({ problem: "timeout", message })
    default:
      return new Refused({ problem: "unreachable", message: "Discord could not be reached" })
  }
}

const fromAnswer = ({ body, headers, status }: RestAnswer): HttpServerResponse.HttpServerResponse =>
  body.byteLength === 0
    ? HttpServerResponse.empty({ status, headers })
    : HttpServerResponse.uint8Array(body, { status, headers })

/** Answers one request. */
const makeHandler = Effect.fnUntraced(function* (options: Options) {
  const rest = yield* DiscordRest
  const { token } = yield* DiscordConfig
  const { maxBodySize = 32 * mebibyte, maxBytes = 256 * mebibyte, maxRequests = 5000, rateLimits = "wait" } = options
  const timeout = options.timeout === undefined ? Infinity : Duration.toMillis(options.timeout)
  const hosts = new Set(options.hosts?.map((host) => host.toLowerCase()))
  const limits: Limits = { token: Redacted.value(token), hosts, maxBodySize, timeout, rateLimits }
  const backlog = new Backlog(maxRequests, maxBytes)
  const overloaded = refuse("overloaded", "Too many requests are waiting in this proxy", 1000)

  const forward = Effect.fnUntraced(function* (incoming: HttpServerRequest.HttpServerRequest) {
    const place = backlog.enter()
    if (place === undefined) return yield* overloaded
    yield* Effect.addFinalizer(() => Effect.sync(() => backlog.leave(place)))
    const request = yield* read(incoming, limits, (bytes) => (backlog.hold(place, bytes) ? Effect.void : overloaded))
    return fromAnswer(yield* Effect.mapError(rest.request(request), refusalOf))
  }, Effect.scoped)

  return (incoming: HttpServerRequest.HttpServerRequest) =>
    forward(incoming).pipe(
      Effect.catchTag("Refused", (refused) =>
        Effect.as(Effect.logDebug(`The proxy refused a request: ${refused.problem}`), toResponse(refused, rateLimits))
      )
    )
})

const isOurs = /^(?:https?:\/\/[^/]+)?\/api(?:[/?#]|$)/i

/**
 * Answers everything below `/api` of the `HttpRouter`; other routes stay what they are. Requests under way when its
 * server closes are answered before that, as long as the server waits.
 *
 * ```ts
 * import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { HttpRouter } from "effect/http"
 * import { DiscordConfig, DiscordRest } from "fibercord"
 * import { Proxy } from "fibercord/proxy"
 * import { createServer } from "node:http"
 *
 * HttpRouter.serve(Proxy.layer()).pipe(
 *   Layer.provide(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 8080 })),
 *   Layer.provide(DiscordRest.layer()),
 *   Layer.provide(DiscordConfig.layerConfig),
 *   Layer.launch,
 *   NodeRuntime.runMain
 * )
 * ```
 *
 * | Request | What happens |
 * |---|---|
 * | without `Authorization`, or with the bot's own token | the bot's token is added |
 * | the same, to a webhook by its token, an interaction's callback, or `/oauth2/token` | nothing is added |
 * | with `Bearer` or `Basic` | it is passed on with that |
 * | with the token of another bot | 403 |
 *
 * The method, path, query and body are passed on as they are, with `Content-Type`, `X-Audit-Log-Reason` and
 * `Accept-Language`. What the proxy answers in its own name is a {@link ProxyError}.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<never, never, HttpRouter.HttpRouter | DiscordRest | DiscordConfig> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const router = yield* HttpRouter.HttpRouter
      const handle = yield* makeHandler(options)
      // Not as a route, whose parameters may have 100 characters at most: tokens of interactions have more.
      yield* router.addGlobalMiddleware((next) =>
        Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
          isOurs.test(request.originalUrl) ? Effect.interruptible(handle(request)) : next
        )
      )
    })
  )
