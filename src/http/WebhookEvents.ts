/**
 * Webhook Events: a route to which Discord posts what happens to the application outside of its guilds, such as a
 * purchase, an installation, or messages of the Social SDK. It is a second endpoint beside that of interactions, with
 * its own URL in the developer portal, and needs no gateway.
 *
 * Every request is verified by its Ed25519 signature before it is parsed. Discord gets its 204 at once, and the handler
 * runs afterwards, in the background of the layer.
 *
 * Discord sends an event again until it gets a 204 within 3 seconds, for up to 10 minutes, so one may come several
 * times. A process handles each once: it remembers what it has accepted for twice the `tolerance`, and 100,000 events at
 * most. Another process does not know of it. Events may come in any order.
 *
 * `effect/http` is unstable, and so is this module.
 *
 * Source: Discord, "Webhook Events".
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type * as DiscordApi from "../discord/DiscordApi.ts"
import type { InvalidConfig } from "../DiscordConfig.ts"
import { Replays } from "./internal/replays.ts"
import * as SignedRequests from "./internal/signedRequests.ts"
import { parse, refusals, refuse } from "./internal/signedRequests.ts"

/** A message in a lobby of the Social SDK. Source: Discord, "Lobby Message Structure". */
export interface LobbyMessage {
  /** The id of the message. */
  readonly id: string
  /** Discord's type of message. */
  readonly type: number
  /** What it says. */
  readonly content: string
  /** The id of the lobby. */
  readonly lobby_id: string
  /** The id of the channel that stands for the lobby. */
  readonly channel_id: string
  /** Who wrote it. */
  readonly author: DiscordApi.APIUser
  /** What the game has added to it. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Discord's flags of messages, as a bit field. */
  readonly flags: number
  /** Only in a session of the Social SDK. */
  readonly application_id?: string
  /** Only of an update. */
  readonly edited_timestamp?: string | null
  /** Only of an update. */
  readonly timestamp?: string
}

/**
 * A direct message of the Social SDK: one of Discord's, or one between provisional accounts, which exists in the game
 * only and has fewer fields. Source: Discord, "Message Object" and "Passthrough Message Object" in "Webhook Events".
 */
export interface GameDirectMessage extends Partial<
  Omit<DiscordApi.APIMessage, "id" | "channel_id" | "content" | "author">
> {
  /** The id of the message. */
  readonly id: string
  /** The id of the channel of direct messages. */
  readonly channel_id: string
  /** What it says. */
  readonly content: string
  /** Who wrote it. */
  readonly author: DiscordApi.APIUser
  /** The id of the user to whom it was sent. */
  readonly recipient_id?: string
  /** The id of the lobby, if it belongs to one. */
  readonly lobby_id?: string
  /** The channel of direct messages. */
  readonly channel?: DiscordApi.APIChannel
}

/** The data of each event by its name. Source: Discord, "Event Types" in "Webhook Events". */
export interface Events {
  readonly APPLICATION_AUTHORIZED: DiscordApi.APIWebhookEventApplicationAuthorizedData
  readonly APPLICATION_DEAUTHORIZED: DiscordApi.APIWebhookEventApplicationDeauthorizedData
  readonly ENTITLEMENT_CREATE: DiscordApi.APIWebhookEventEntitlementCreateData
  readonly ENTITLEMENT_UPDATE: DiscordApi.APIWebhookEventEntitlementUpdateData
  readonly ENTITLEMENT_DELETE: DiscordApi.APIWebhookEventEntitlementDeleteData
  /** Discord does not send it to applications yet. */
  readonly QUEST_USER_ENROLLMENT: unknown
  readonly LOBBY_MESSAGE_CREATE: LobbyMessage
  readonly LOBBY_MESSAGE_UPDATE: LobbyMessage
  readonly LOBBY_MESSAGE_DELETE: { readonly id: string; readonly lobby_id: string }
  readonly GAME_DIRECT_MESSAGE_CREATE: GameDirectMessage
  readonly GAME_DIRECT_MESSAGE_UPDATE: GameDirectMessage
  readonly GAME_DIRECT_MESSAGE_DELETE: GameDirectMessage
}

/** The name of an event. */
export type EventName = keyof Events

/** What is known of an event beside its data. */
export interface Event {
  readonly type: EventName
  /** When it happened, as ISO 8601. */
  readonly timestamp: string
  readonly applicationId: string
}

/**
 * Handles an event. It has to recover from its own failures, because Discord knows nothing of them and does not send
 * the event again; defects are logged. A `Scope` that it needs is closed when it ends.
 */
export type Handler<N extends EventName, R = never> = (
  data: Events[N],
  event: Event
) => Effect.Effect<unknown, never, R>

/** A handler for each event that is wanted. Others are acknowledged and ignored. */
export type Handlers = { readonly [N in EventName]?: Handler<N, unknown> | undefined }

type Needs<F> = [F] extends [never] ? never : F extends Effect.Effect<unknown, never, infer R> ? R : never

/** The services that handlers need. */
export type Requirements<H> = Exclude<
  { readonly [N in keyof H]: H[N] extends (...args: never) => infer F ? Needs<F> : never }[keyof H],
  Scope.Scope
>

/** Options of {@link layer}. */
export interface Options<H extends Handlers> {
  /** A handler for each type of event that the bot is sent. */
  readonly handlers: H
  /** The path of the developer portal's “Webhook Events URL”. Default: `"/webhook-events"`. */
  readonly path?: HttpRouter.PathInput | undefined
  /** The application's public key, 64 hexadecimal digits, as the developer portal shows it. */
  readonly publicKey: SignedRequests.PublicKey
  /**
   * How far a request's timestamp may be from this machine's clock, in either direction. Discord does not document
   * whether a repeated delivery has a new timestamp, so it is longer than the 10 minutes of repeats. Default: 11
   * minutes.
   */
  readonly tolerance?: Duration.Input | undefined
  /** Largest body of a request, in bytes; larger ones get a 413. Default: 1 MiB. */
  readonly maxBodySize?: number | undefined
  /**
   * How many handlers may run at the same time. Further events get a 503, and Discord sends them again later. Default:
   * 1000.
   */
  readonly maxRunning?: number | undefined
  /** How long handlers that run may continue when the layer closes. Default: 5 seconds. */
  readonly drain?: Duration.Input | undefined
}

const answerRefused = refusals(
  "the endpoint of webhook events",
  Metric.counter("fibercord_http_webhook_events_refused", {
    description: "Requests to the endpoint of webhook events that were refused, by problem",
    incremental: true
  })
)

const received = Metric.counter("fibercord_http_webhook_events", {
  description: "Webhook events, by what was done with them",
  incremental: true
})

const counters = {
  handled: Metric.withAttributes(received, { outcome: "handled" }),
  repeated: Metric.withAttributes(received, { outcome: "repeated" }),
  ignored: Metric.withAttributes(received, { outcome: "ignored" })
}

// How long Discord waits for the response.
const deadline = Duration.seconds(3)

// Discord asks for a content type even of a response without content.
const acknowledged = HttpServerResponse.empty({ status: 204, headers: { "content-type": "application/json" } })

const pingType = 0

const isPing = (json: unknown): boolean => Predicate.hasProperty(json, "type") && json.type === pingType

interface Body {
  readonly application_id: string
  readonly event: { readonly type: string; readonly timestamp: string; readonly data?: unknown }
}

const isEvent = (json: unknown): json is Body =>
  Predicate.hasProperty(json, "application_id") &&
  typeof json.application_id === "string" &&
  Predicate.hasProperty(json, "event") &&
  Predicate.hasProperty(json.event, "type") &&
  typeof json.event.type === "string" &&
  Predicate.hasProperty(json.event, "timestamp") &&
  typeof json.event.timestamp === "string"

// Events have no id. What is the same to the microsecond of its timestamp and to the last field is the same event.
const identify = (event: Body["event"]): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(event)))),
    (hash) => Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("")
  )

/** Runs handlers until the scope closes. Says no when there are too many, or when it is too late for another one. */
const makeRunner = Effect.fnUntraced(function* (maxRunning: number, drain: Duration.Duration) {
  const context = yield* Effect.context<unknown>()
  const fibers = yield* FiberSet.make()
  let isOpen = true
  let running = 0
  yield* Effect.addFinalizer(() => {
    isOpen = false
    return Effect.timeoutOption(FiberSet.awaitEmpty(fibers), drain)
  })
  return {
    hasRoom: () => isOpen && running < maxRunning,
    run: (type: string, handler: Effect.Effect<unknown, never, unknown>) => {
      running++
      return FiberSet.run(
        fibers,
        Effect.scoped(handler).pipe(
          Effect.tapCause((cause) => Effect.logError(`The handler of the webhook event ${type} failed`, cause)),
          Effect.ensuring(Effect.sync(() => running--)),
          Effect.provideContext(context)
        )
      )
    }
  }
})

const handlerOf = (handlers: Handlers, type: string): Handler<EventName, unknown> | undefined =>
  Object.hasOwn(handlers, type) ? (handlers[type as EventName] as Handler<EventName, unknown>) : undefined

const make = Effect.fnUntraced(function* (options: Options<Handlers>) {
  const router = yield* HttpRouter.HttpRouter
  const tolerance = Duration.toMillis(Duration.fromInputUnsafe(options.tolerance ?? "11 minutes"))
  const { handlers, maxBodySize = 1024 * 1024, maxRunning = 1000, publicKey } = options
  const read = yield* SignedRequests.makeReader({ publicKey, tolerance, maxBodySize, deadline })
  const runner = yield* makeRunner(maxRunning, Duration.fromInputUnsafe(options.drain ?? "5 seconds"))
  // A timestamp may be ahead by as much as it may be behind, and both ends are accepted.
  const seen = new Replays(2 * tolerance + 1)

  const receive = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const { body, now } = yield* read(request)
    const json = yield* parse(body)
    if (isPing(json)) return acknowledged
    if (!isEvent(json)) return yield* refuse("malformed")
    const { application_id: applicationId, event } = json
    const { data, timestamp } = event
    const handler = handlerOf(handlers, event.type)
    if (handler === undefined) {
      yield* Metric.update(counters.ignored, 1)
      return acknowledged
    }
    const id = yield* identify(event)
    // No waits from here on: what is marked as seen is handled. What finds no room is not marked, and comes again.
    if (!runner.hasRoom()) return yield* refuse("overloaded")
    if (!seen.isFirst(id, now)) {
      yield* Metric.update(counters.repeated, 1)
      return acknowledged
    }
    const type = event.type as EventName
    yield* runner.run(
      type,
      Effect.suspend(() => handler(data as never, { type, timestamp, applicationId }))
    )
    yield* Metric.update(counters.handled, 1)
    return acknowledged
  })
  yield* router.add("POST", options.path ?? "/webhook-events", (request) =>
    Effect.catchTag(receive(request), "Refused", answerRefused)
  )
})

/**
 * Adds the route to the `HttpRouter`. Fails with `InvalidConfig` if the public key cannot be read or is not one.
 *
 * | Request | Response |
 * |---|---|
 * | PING | 204 |
 * | an event | 204, and its handler runs afterwards; nothing runs if it was received before, or has no handler |
 * | an event, with `maxRunning` handlers running or the layer closing | 503 |
 * | unsigned, forged, or older than `tolerance` | 401 |
 * | signed, but not an event in JSON | 400 |
 * | larger than `maxBodySize` | 413 |
 *
 * ```ts
 * import { Config, Effect } from "effect"
 * import { WebhookEvents } from "fibercord/http"
 *
 * const Events = WebhookEvents.layer({
 *   publicKey: Config.String("DISCORD_PUBLIC_KEY"),
 *   handlers: {
 *     ENTITLEMENT_CREATE: ({ sku_id, user_id }) => Effect.log(`${user_id} bought ${sku_id}`),
 *     APPLICATION_DEAUTHORIZED: ({ user }) => Effect.log(`${user.id} has left`)
 *   }
 * })
 * ```
 */
export const layer = <const H extends Handlers>(
  options: Options<H>
): Layer.Layer<never, InvalidConfig, HttpRouter.HttpRouter | Requirements<H>> =>
  Layer.effectDiscard(make(options)) as Layer.Layer<never, InvalidConfig, HttpRouter.HttpRouter | Requirements<H>>
