/**
 * Why a call to Discord's REST API failed: one error, whose `reason` is the kind of failure. Catch all of it with
 * `Effect.catchTag("DiscordRestError", …)`, or one reason with `Effect.catchReason("DiscordRestError", "Api", …)`.
 *
 * No reason carries a bot token, an interaction token or a request body.
 */
import * as Schema from "effect/Schema"
import { textOf } from "../internal/thrown.ts"

const fields = {
  /** HTTP method, for example `POST`. */
  method: Schema.String,
  /** Path of the request below the API version, with interaction and webhook tokens replaced by `:token`. */
  route: Schema.String
}

/**
 * Discord, or whoever responded in its place, did not do what was asked for. That includes a successful response that is
 * not Discord's JSON. Source: Discord, "Opcodes and Status Codes", JSON error codes.
 */
export class Api extends Schema.TaggedError<Api>("fibercord/DiscordRestError/Api")("Api", {
  ...fields,
  /** HTTP status, for example 404. */
  status: Schema.Finite,
  /** Discord's JSON error code, for example 10062 (unknown interaction); 0 if the response had none. */
  code: Schema.Union([Schema.Finite, Schema.String]),
  /** Discord's message, with the path of each invalid field. */
  message: Schema.String
}) {}

/**
 * A rate limit would hold the call back for longer than it has time: one of Discord's, a block of this address by
 * Discord's edge, or the guard before the limit of invalid requests.
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("fibercord/DiscordRestError/RateLimited")(
  "RateLimited",
  {
    ...fields,
    /** Milliseconds until the same call may succeed. */
    retryAfter: Schema.Finite,
    /** Whether it holds all calls back, as opposed to those of this route. */
    global: Schema.Boolean
  }
) {
  override get message() {
    return `rate limited for ${this.retryAfter} ms (${this.global ? "all calls" : "this route"}): try again after that`
  }
}

/** There was no complete response in time. The time includes waits for rate limits. */
export class Timeout extends Schema.TaggedError<Timeout>("fibercord/DiscordRestError/Timeout")("Timeout", {
  /** Milliseconds that the call had. */
  limit: Schema.Finite
}) {
  override get message() {
    return `no response within ${this.limit} ms, waits for rate limits included: try again, or raise \`timeout\` of the layer`
  }
}

/** The request did not reach Discord, or the response was lost, incomplete or unreadable. */
export class Transport extends Schema.TaggedError<Transport>("fibercord/DiscordRestError/Transport")("Transport", {
  /** What the client failed with. */
  cause: Schema.Defect()
}) {
  override get message() {
    return textOf(this.cause)
  }
}

// undici: a dispatcher that cannot send this, and a proxy that answers CONNECT with 4xx.
const isRefused = (cause: unknown): boolean =>
  cause instanceof Error &&
  (cause instanceof TypeError ||
    (cause as { readonly code?: unknown }).code === "UND_ERR_INVALID_ARG" ||
    /^Proxy response \(4\d\d\)/.test(cause.message))

/**
 * The reasons of a `DiscordRestError`.
 *
 * ```ts
 * import { DiscordRestError } from "fibercord"
 *
 * const waitOf = (reason: DiscordRestError.Reason) => (reason._tag === "RateLimited" ? reason.retryAfter : 0)
 * ```
 */
export type Reason = Api | RateLimited | Timeout | Transport

/**
 * A failed call to Discord's REST API.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DiscordRest } from "fibercord"
 *
 * const topicOf = (channelId: string) =>
 *   DiscordRest.DiscordRest.use((rest) => rest.use((api) => api.channels.get(channelId))).pipe(
 *     Effect.map((channel) => ("topic" in channel ? (channel.topic ?? "") : "")),
 *     Effect.catchReason("DiscordRestError", "Api", (reason) =>
 *       Effect.succeed(reason.code === 10_003 ? "There is no such channel." : reason.message)
 *     ),
 *     Effect.retry({ times: 3, while: (error) => error.isRetryable })
 *   )
 * ```
 */
export class DiscordRestError extends Schema.TaggedError<DiscordRestError>("fibercord/DiscordRestError")(
  "DiscordRestError",
  {
    /** What went wrong. */
    reason: Schema.Union([Api, RateLimited, Timeout, Transport])
  }
) {
  override get message() {
    const { reason } = this
    switch (reason._tag) {
      case "Api":
        return `${reason.method} ${reason.route} answered ${reason.status} (${reason.code}): ${reason.message}`
      case "RateLimited":
        return `${reason.method} ${reason.route}: ${reason.message}`
      case "Timeout":
        return `Discord's REST API: ${reason.message}`
      case "Transport":
        return `Discord's REST API gave no response (${reason.message}): check the network and Discord's status page`
    }
  }

  /**
   * Whether the same call may succeed later: after rate limits, timeouts, broken connections, statuses from 500, and
   * successful answers that are not Discord's. Not after a call that was never sent, because the dispatcher or the proxy
   * refuses it.
   */
  get isRetryable(): boolean {
    const { reason } = this
    if (reason._tag === "Api") return reason.status >= 500 || reason.status < 300
    return reason._tag !== "Transport" || !isRefused(reason.cause)
  }

  /** Discord's JSON error code, if Discord sent one. */
  get code(): number | string | undefined {
    return this.reason._tag === "Api" ? this.reason.code : undefined
  }
}
