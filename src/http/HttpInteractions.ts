/**
 * Interactions over HTTP: a route to which Discord posts them, for bots without a gateway connection. Definitions,
 * Runtimes and replies work the same way as over the gateway.
 *
 * Every request is verified before it is parsed, by its Ed25519 signature over the timestamp and the raw body. Requests
 * that Discord did not sign, that are older than the tolerance, or that were received before, get a 401. For all others
 * the initial response is the body of the HTTP response; everything after it goes through REST.
 *
 * `effect/http` is unstable, and so is this module.
 *
 * Source: Discord, "Receiving and Responding" and "Preparing for Interactions".
 */
import type { APIInteraction } from "../discord/DiscordApi.ts"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import type { InvalidConfig } from "../DiscordConfig.ts"
import { interactionType } from "../discord/numbers.ts"
import type { RawInteraction } from "../interactions/replies/Interaction.ts"
import { Interactions } from "../interactions/router/Interactions.ts"
import { DiscordRest } from "../rest/DiscordRest.ts"
import { deadline, Exchange } from "./internal/exchange.ts"
import { Replays } from "./internal/replays.ts"
import * as SignedRequests from "./internal/signedRequests.ts"
import { parse, refusals, refuse } from "./internal/signedRequests.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The path of the developer portal's “Interactions Endpoint URL”. Default: `"/interactions"`. */
  readonly path?: HttpRouter.PathInput | undefined
  /** The application's public key, 64 hexadecimal digits, as the developer portal shows it, or a `Config` of it. */
  readonly publicKey: SignedRequests.PublicKey
  /**
   * How far a request's timestamp may be from this machine's clock, in either direction. Default: 1 minute.
   */
  readonly tolerance?: Duration.Input | undefined
  /** Largest body of a request, in bytes; larger ones get a 413. Default: 1 MiB. */
  readonly maxBodySize?: number | undefined
}

const answerRefused = refusals(
  "the interactions endpoint",
  Metric.counter("fibercord_http_interactions_refused", {
    description: "Requests to the interactions endpoint that were refused, by problem",
    incremental: true
  })
)

const isInteraction = (json: unknown): json is APIInteraction =>
  Predicate.isObject(json) &&
  Predicate.hasProperty(json, "type") &&
  typeof json.type === "number" &&
  (["id", "application_id", "token"] as const).every(
    (field) => Predicate.hasProperty(json, field) && typeof json[field] === "string"
  )

/** Reads an interaction and when it came, or fails with the reason why it is not a valid request from Discord. */
const makeReader = Effect.fnUntraced(function* (options: Options) {
  const tolerance = Duration.toMillis(Duration.fromInputUnsafe(options.tolerance ?? "1 minute"))
  const { maxBodySize = 1024 * 1024, publicKey } = options
  const read = yield* SignedRequests.makeReader({ publicKey, tolerance, maxBodySize, deadline })
  // A timestamp may be ahead by as much as it may be behind, and both ends are accepted.
  const replays = new Replays(2 * tolerance + 1)

  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const { body, now, signature } = yield* read(request)
    if (!replays.isFirst(signature, now)) return yield* refuse("replayed")
    const json = yield* parse(body)
    return isInteraction(json) ? { interaction: json, now } : yield* refuse("malformed")
  })
})

const pong = HttpServerResponse.text('{"type":1}', { contentType: "application/json" })

/**
 * Adds the route to the `HttpRouter`. Fails with `InvalidConfig` if the public key cannot be read or is not one.
 *
 * | Request | Response |
 * |---|---|
 * | PING | PONG |
 * | any other interaction | the initial response as JSON; 202 without a body if it has files and goes through REST |
 * | an interaction without an initial response after 3 seconds | 202 without a body; a later response is refused |
 * | unsigned, forged, older than `tolerance`, or received before | 401 |
 * | signed, but not an interaction in JSON | 400 |
 * | larger than `maxBodySize` | 413 |
 *
 * Each process remembers the requests that it received: behind a load balancer, another process accepts a replay.
 *
 * ```ts
 * import { NodeHttpServer } from "@effect/platform-node"
 * import { Config, Layer } from "effect"
 * import { HttpRouter } from "effect/http"
 * import { Command, DiscordConfig, DiscordRest, Interactions, Reply } from "fibercord"
 * import { HttpInteractions } from "fibercord/http"
 * import { createServer } from "node:http"
 *
 * const ping = Command.slash("ping", { description: "Is it there?" }, () => Reply.send({ content: "pong" }))
 *
 * const BotLive = HttpRouter.serve(HttpInteractions.layer({ publicKey: Config.String("DISCORD_PUBLIC_KEY") })).pipe(
 *   Layer.provide(Interactions.layer({ interactions: [ping] })),
 *   Layer.provide([NodeHttpServer.layer(createServer, { port: 3000 }), DiscordRest.layer()]),
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
        const { interaction, now } = yield* read(request)
        if (interaction.type === interactionType.ping) return pong
        // Its body may have been slow.
        const waited = (yield* Clock.currentTimeMillis) - now
        const exchange = new Exchange(interaction as RawInteraction, rest, Math.max(0, waited))
        // The scope of a request closes when its response has been written or can no longer be written.
        yield* Effect.addFinalizer((exit) => Effect.sync(() => exchange.end(Exit.isSuccess(exit))))
        interactions.handle(interaction, exchange.sendInitial, exchange.answeredElsewhere)
        return yield* exchange.response
      })
      yield* router.add("POST", options.path ?? "/interactions", (request) =>
        Effect.catchTag(handle(request), "Refused", answerRefused)
      )
    })
  )
