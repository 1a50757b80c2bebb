/**
 * Interactions over HTTP: a route that Discord posts them to, so that a bot needs no gateway. The definitions, their
 * Runtimes and their replies are the same as with one.
 *
 * Each request is verified before anything of it is read: Ed25519 over the timestamp and the body as they came. One that
 * is not Discord's, is older than the tolerance, or has come before, is answered with 401; the initial response to any
 * other is the body of the HTTP response, and everything after it goes by REST.
 *
 * `effect/http` is unstable, and so is this module.
 *
 * Source: Discord, "Receiving and Responding" and "Preparing for Interactions".
 */
import type { APIInteraction } from "../discord/DiscordApi.ts"
import type * as Config from "effect/Config"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ByteSize from "effect/ByteSize"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { InvalidConfig } from "../DiscordConfig.ts"
import { interactionType } from "../discord/numbers.ts"
import type { RawInteraction } from "../interactions/replies/Interaction.ts"
import { Interactions } from "../interactions/router/Interactions.ts"
import { DiscordRest } from "../rest/DiscordRest.ts"
import { deadline, Exchange } from "./internal/exchange.ts"
import { Replays } from "./internal/replays.ts"
import * as Signature from "./internal/signature.ts"

/** Options of {@link layer}. */
export interface Options {
  /** Where Discord posts interactions, as in the portal's “Interactions Endpoint URL”. Default: `"/interactions"`. */
  readonly path?: HttpRouter.PathInput | undefined
  /** The application's public key, 64 hexadecimal digits, as the developer portal shows it. */
  readonly publicKey: string | Redacted.Redacted | Config.Config<string | Redacted.Redacted>
  /**
   * How far a request's timestamp may be from this machine's clock. The same request is refused a second time. Default:
   * 1 minute.
   */
  readonly tolerance?: Duration.Input | undefined
  /** The most bytes that a request may have; more are answered with 413. Default: 1 MiB. */
  readonly maxBodySize?: number | undefined
}

/** Why a request was refused. */
type Problem = "unsigned" | "stale" | "too large" | "unreadable" | "forged" | "replayed" | "malformed"

const statuses: Readonly<Record<Problem, number>> = {
  unsigned: 401,
  stale: 401,
  "too large": 413,
  unreadable: 400,
  forged: 401,
  replayed: 401,
  malformed: 400
}

class Refused extends Data.TaggedError("Refused")<{ readonly problem: Problem }> {}

const refuse = (problem: Problem): Effect.Effect<never, Refused> => Effect.fail(new Refused({ problem }))

const refusals = Metric.counter("fibercord_http_interactions_refused", {
  description: "Requests to the interactions endpoint that were refused, by problem",
  incremental: true
})

const counters = new Map(
  Object.keys(statuses).map((problem) => [problem, Metric.withAttributes(refusals, { problem })] as const)
)

const answerRefused = ({ problem }: Refused): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Metric.update(counters.get(problem) ?? refusals, 1).pipe(
    Effect.andThen(Effect.logDebug(`A request to the interactions endpoint was refused: ${problem}`)),
    Effect.as(HttpServerResponse.text(problem, { status: statuses[problem] }))
  )

const readKey = Effect.fnUntraced(function* (publicKey: Options["publicKey"]) {
  const given = Effect.isEffect(publicKey)
    ? yield* Effect.mapError(
        publicKey,
        ({ message }) => new InvalidConfig({ setting: "publicKey", detail: `cannot be read: ${message}` })
      )
    : publicKey
  return yield* Signature.importKey((typeof given === "string" ? given : Redacted.value(given)).trim())
})

const parse = (body: Uint8Array): Effect.Effect<unknown, Refused> =>
  Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)),
    catch: () => new Refused({ problem: "malformed" })
  })

const isInteraction = (json: unknown): json is APIInteraction =>
  Predicate.isObject(json) &&
  Predicate.hasProperty(json, "type") &&
  typeof json.type === "number" &&
  (["id", "application_id", "token"] as const).every(
    (field) => Predicate.hasProperty(json, field) && typeof json[field] === "string"
  )

/** Reads what Discord has sent, and nothing that it has not. */
const makeReader = Effect.fnUntraced(function* (options: Options) {
  const key = yield* readKey(options.publicKey)
  const tolerance = Duration.toMillis(Duration.fromInputUnsafe(options.tolerance ?? "1 minute"))
  const maxBodySize = ByteSize.bytes(options.maxBodySize ?? 1024 * 1024)
  // A timestamp may be ahead by as much as it may be behind.
  const replays = new Replays(2 * tolerance)

  const readBody = (request: HttpServerRequest.HttpServerRequest) =>
    request.arrayBuffer.pipe(
      Effect.provideService(HttpServerRequest.MaxBodySize, maxBodySize),
      Effect.mapError(({ reason }) => {
        const isTooLarge = reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        return new Refused({ problem: isTooLarge ? "too large" : "unreadable" })
      }),
      Effect.timeoutOrElse({ duration: deadline, orElse: () => refuse("unreadable") }),
      Effect.map((buffer) => new Uint8Array(buffer))
    )

  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const signature = request.headers["x-signature-ed25519"]
    const timestamp = request.headers["x-signature-timestamp"]
    if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp) || !Signature.isSignature(signature)) {
      return yield* refuse("unsigned")
    }
    const now = yield* Clock.currentTimeMillis
    if (Math.abs(now - Number(timestamp) * 1000) > tolerance) return yield* refuse("stale")
    const body = yield* readBody(request)
    if (!(yield* Signature.verify(key, signature, timestamp, body))) return yield* refuse("forged")
    if (!replays.isFirst(signature, now)) return yield* refuse("replayed")
    const json = yield* parse(body)
    return isInteraction(json) ? json : yield* refuse("malformed")
  })
})

const pong = HttpServerResponse.text('{"type":1}', { contentType: "application/json" })

/**
 * Adds the route to the `HttpRouter`. Fails with `InvalidConfig` if the public key cannot be read or is none.
 *
 * | A request | is answered with |
 * |---|---|
 * | of Discord's, PING | PONG |
 * | of Discord's, any other | the initial response as JSON, or 202 and no body if it has files and so goes by REST |
 * | of Discord's, without an answer after 3 seconds | 202 and no body, and the interaction can no longer be answered |
 * | without a signature, forged, older than `tolerance`, or come before | 401 |
 * | signed, and no interaction in JSON | 400 |
 * | larger than `maxBodySize` | 413 |
 *
 * Requests that have come before are known by this process: behind a load balancer another one may take a replay.
 *
 * ```ts
 * HttpRouter.serve(HttpInteractions.layer({ publicKey: Config.String("DISCORD_PUBLIC_KEY") })).pipe(
 *   Layer.provide(Interactions.layer({ interactions })),
 *   Layer.provide([NodeHttpServer.layer(createServer, { port: 3000 }), DiscordRest.layer]),
 *   Layer.provide(DiscordConfig.layerConfig)
 * )
 * ```
 */
export const layer = (
  options: Options
): Layer.Layer<never, InvalidConfig, HttpRouter.HttpRouter | Interactions | DiscordRest> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const router = yield* HttpRouter.HttpRouter
      const interactions = yield* Interactions
      const rest = yield* DiscordRest
      const read = yield* makeReader(options)

      const handle = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
        const interaction = yield* read(request)
        if (interaction.type === interactionType.ping) return pong
        const exchange = new Exchange(interaction as RawInteraction, rest)
        // The request's scope closes when its response has been written, or never will be.
        yield* Effect.addFinalizer((exit) => Effect.sync(() => exchange.end(Exit.isSuccess(exit))))
        interactions.handle(interaction, exchange.sendInitial)
        return yield* exchange.response
      })
      yield* router.add("POST", options.path ?? "/interactions", (request) =>
        Effect.catchTag(handle(request), "Refused", answerRefused)
      )
    })
  )
