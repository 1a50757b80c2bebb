/**
 * Why a call to Discord's REST API failed: one error, whose `reason` is the kind of failure. Catch all of it with
 * `Effect.catchTag("DiscordRestError", …)`, or one reason with `Effect.catchReason("DiscordRestError", "Api", …)`.
 *
 * No reason carries a bot token, an interaction token or a request body.
 */
import * as Schema from "effect/Schema"

const fields = {
  /** HTTP method, for example `POST`. */
  method: Schema.String,
  /** Path of the request below the API version, with interaction and webhook tokens replaced by `:token`. */
  route: Schema.String
}

/** Discord responded with an error. Source: Discord, "Opcodes and Status Codes", JSON error codes. */
export class Api extends Schema.TaggedError<Api>("fibercord/DiscordRestError/Api")("Api", {
  ...fields,
  /** HTTP status, for example 404. */
  status: Schema.Finite,
  /** Discord's JSON error code, for example 10062 (unknown interaction); 0 if the response had none. */
  code: Schema.Union([Schema.Finite, Schema.String]),
  /** Discord's message, with the path of each invalid field. */
  message: Schema.String
}) {}

/** A rate limit refused the call. Occurs only with a `REST` that rejects instead of waiting. */
export class RateLimited extends Schema.TaggedError<RateLimited>("fibercord/DiscordRestError/RateLimited")(
  "RateLimited",
  {
    ...fields,
    /** Milliseconds until the same call may succeed. */
    retryAfter: Schema.Finite,
    /** Whether the bot's global limit was hit, as opposed to the limit of this route. */
    global: Schema.Boolean
  }
) {
  override get message() {
    return `rate limited for ${this.retryAfter} ms (${this.global ? "global" : "this route"})`
  }
}

/** There was no complete response in time. The time includes waits for rate limits. */
export class Timeout extends Schema.TaggedError<Timeout>("fibercord/DiscordRestError/Timeout")("Timeout", {
  /** Milliseconds that the call had. */
  limit: Schema.Finite
}) {
  override get message() {
    return `no answer within ${this.limit} ms`
  }
}

/** The request did not reach Discord, or the response was lost, incomplete or unreadable. */
export class Transport extends Schema.TaggedError<Transport>("fibercord/DiscordRestError/Transport")("Transport", {
  cause: Schema.Defect()
}) {
  override get message() {
    return this.cause instanceof Error ? this.cause.message : String(this.cause)
  }
}

/** The reasons of a `DiscordRestError`. */
export type Reason = Api | RateLimited | Timeout | Transport

/** A failed call to Discord's REST API. */
export class DiscordRestError extends Schema.TaggedError<DiscordRestError>("fibercord/DiscordRestError")(
  "DiscordRestError",
  { reason: Schema.Union([Api, RateLimited, Timeout, Transport]) }
) {
  override get message() {
    const { reason } = this
    switch (reason._tag) {
      case "Api":
        return `${reason.method} ${reason.route} answered ${reason.status} (${reason.code}): ${reason.message}`
      case "RateLimited":
        return `${reason.method} ${reason.route}: ${reason.message}`
      default:
        return `Discord's REST API: ${reason.message}`
    }
  }

  /** Whether the same call may succeed later: after rate limits, timeouts, broken connections and statuses from 500. */
  get isRetryable(): boolean {
    return this.reason._tag === "Api" ? this.reason.status >= 500 : true
  }

  /** Discord's JSON error code, if Discord sent one. */
  get code(): number | string | undefined {
    return this.reason._tag === "Api" ? this.reason.code : undefined
  }
}
