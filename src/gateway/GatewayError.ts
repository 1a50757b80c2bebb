/**
 * Why the gateway cannot do what it was asked: one error, whose `reason` says what happened and whose message says what
 * to do about it. Catch it with `Effect.catchTag("GatewayError", …)`, or one reason of it with
 * `Effect.catchReason("GatewayError", "DisallowedIntents", …)`.
 *
 * What a shard recovers from by itself is no error: it is a stage in `ShardManager.runners` and `changes`.
 */
import * as Schema from "effect/Schema"
import * as Intents from "./Intents.ts"
import { ShardId } from "./ShardId.ts"

/** Discord did not accept the token: close code 4004, or 401 from `GET /gateway/bot`. */
export class AuthenticationFailed extends Schema.TaggedError<AuthenticationFailed>(
  "fibercord/GatewayError/AuthenticationFailed"
)("AuthenticationFailed", {}) {
  override get message() {
    return "Discord refused the token: check it, and that it has not been reset"
  }
}

/** Close code 4010: this shard is not one of those that Discord expects. */
export class InvalidShard extends Schema.TaggedError<InvalidShard>("fibercord/GatewayError/InvalidShard")(
  "InvalidShard",
  { shard: ShardId, total: Schema.Int }
) {
  override get message() {
    const rule =
      "ids run from 0 to the total minus one, and a large bot's total must be a multiple of what it was given"
    return `Discord refused shard ${this.shard} of ${this.total}: ${rule}`
  }
}

/** Close code 4011: more than 2500 guilds would be on this shard. */
export class ShardingRequired extends Schema.TaggedError<ShardingRequired>("fibercord/GatewayError/ShardingRequired")(
  "ShardingRequired",
  { total: Schema.Int }
) {
  override get message() {
    return `the bot is in too many guilds for ${this.total} shard(s): use more, or "auto"`
  }
}

/** Close code 4012: Discord no longer speaks this API version. */
export class InvalidApiVersion extends Schema.TaggedError<InvalidApiVersion>(
  "fibercord/GatewayError/InvalidApiVersion"
)("InvalidApiVersion", {}) {
  override get message() {
    return "Discord does not accept API version 10 any more: update fibercord"
  }
}

/** Close code 4013: the bit field holds bits that are not intents. */
export class InvalidIntents extends Schema.TaggedError<InvalidIntents>("fibercord/GatewayError/InvalidIntents")(
  "InvalidIntents",
  { intents: Schema.Int }
) {
  override get message() {
    return `${this.intents} is not a valid set of intents: give them by name`
  }
}

/** Close code 4014: an intent is privileged and not granted to the application. */
export class DisallowedIntents extends Schema.TaggedError<DisallowedIntents>(
  "fibercord/GatewayError/DisallowedIntents"
)("DisallowedIntents", { intents: Schema.Int }) {
  override get message() {
    const names = Intents.toNames(this.intents).filter((name) => Intents.privileged.includes(name))
    const advice = "switch on these privileged intents in Discord's developer portal, or do not ask for them"
    return `${advice}: ${names.join(", ")}`
  }
}

/**
 * No IDENTIFY is left in the daily budget, the reserve aside. Discord ends every session and resets the token of a bot
 * that goes on, so fibercord does not. Source: Discord, "Session Start Limit Object".
 */
export class SessionLimitExhausted extends Schema.TaggedError<SessionLimitExhausted>(
  "fibercord/GatewayError/SessionLimitExhausted"
)("SessionLimitExhausted", {
  /** How many sessions may still be started, the reserve included. */
  remaining: Schema.Int,
  /** How many the bot may start in 24 hours. */
  total: Schema.Int,
  /** When the budget is full again, in milliseconds since 1970. */
  resetAt: Schema.Finite
}) {
  override get message() {
    const until = new Date(this.resetAt).toISOString()
    const left = `only ${this.remaining} of ${this.total} session starts are left until ${until}`
    return `${left}: find out what identifies so often, then wait`
  }
}

/** The gateway, or `GET /gateway/bot`, could not be reached for as long as the policy tries. */
export class GatewayUnavailable extends Schema.TaggedError<GatewayUnavailable>(
  "fibercord/GatewayError/GatewayUnavailable"
)("GatewayUnavailable", {
  /** What was tried last. */
  detail: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return `the gateway could not be reached (${this.detail}): check the network, and Discord's status page`
  }
}

/** An option of fibercord has a value that cannot work. */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>("fibercord/GatewayError/InvalidOptions")(
  "InvalidOptions",
  {
    /** The option, for example `shards`. */
    option: Schema.String,
    /** What is wrong with it. */
    detail: Schema.String
  }
) {
  override get message() {
    return `option ${this.option}: ${this.detail}`
  }
}

/** The shard is not running here, or stopped while the call waited for it. */
export class ShardNotRunning extends Schema.TaggedError<ShardNotRunning>("fibercord/GatewayError/ShardNotRunning")(
  "ShardNotRunning",
  { shard: ShardId }
) {
  override get message() {
    return `shard ${this.shard} is not running here: initialize it, or ask the process that runs it`
  }
}

/** A payload is over Discord's limit for one frame, or not one that a bot may send. It was not sent. */
export class PayloadRejected extends Schema.TaggedError<PayloadRejected>("fibercord/GatewayError/PayloadRejected")(
  "PayloadRejected",
  {
    /** Its opcode. */
    op: Schema.Finite,
    /** Its size in bytes; Discord closes with 4002 above 4096. */
    bytes: Schema.Finite,
    detail: Schema.String
  }
) {
  override get message() {
    return `payload with op ${this.op} (${this.bytes} bytes) was not sent: ${this.detail}`
  }
}

/** Discord did not answer a request in time. */
export class RequestTimedOut extends Schema.TaggedError<RequestTimedOut>("fibercord/GatewayError/RequestTimedOut")(
  "RequestTimedOut",
  {
    /** What was asked for. */
    detail: Schema.String,
    /** Milliseconds that it was given. */
    limit: Schema.Finite
  }
) {
  override get message() {
    const advice = "ask again, or check the intents and permissions that it needs"
    return `no answer for ${this.detail} within ${this.limit} ms: ${advice}`
  }
}

/** What can be wrong. */
export const Reason = Schema.Union([
  AuthenticationFailed,
  InvalidShard,
  ShardingRequired,
  InvalidApiVersion,
  InvalidIntents,
  DisallowedIntents,
  SessionLimitExhausted,
  GatewayUnavailable,
  InvalidOptions,
  ShardNotRunning,
  PayloadRejected,
  RequestTimedOut
])

/** What can be wrong. */
export type Reason = typeof Reason.Type

/** The one error of the gateway. */
export class GatewayError extends Schema.TaggedError<GatewayError>("fibercord/GatewayError")("GatewayError", {
  reason: Reason
}) {
  override get message() {
    return this.reason.message
  }
}

/** Wraps a reason. */
export const fail = (reason: Reason): GatewayError => new GatewayError({ reason })
