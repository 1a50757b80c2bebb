/**
 * Why the gateway could not do what was asked: one error, whose `reason` says what happened and whose message says what
 * to do about it. Catch it with `Effect.catchTag("GatewayError", …)`, or a single reason with
 * `Effect.catchReason("GatewayError", "DisallowedIntents", …)`.
 *
 * Trouble that a shard recovers from by itself is not an error: it shows as a stage in `ShardManager.runners` and
 * `ShardManager.changes`.
 */
import * as Schema from "effect/Schema"
import { gatewayVersion } from "../discord/gatewayNumbers.ts"
import { instant } from "../internal/instant.ts"
import { DiscordRestError } from "../rest/DiscordRestError.ts"
import * as Intents from "./Intents.ts"
import { ShardId } from "./ShardId.ts"

/** Discord did not accept the token: close code 4004, or 401 from `GET /gateway/bot`. */
export class AuthenticationFailed extends Schema.TaggedError<AuthenticationFailed>(
  "fibercord/GatewayError/AuthenticationFailed"
)("AuthenticationFailed", {}) {
  override get message() {
    return "Discord refused the token: check that it is complete and has not been reset"
  }
}

/** Close code 4010: the shard is not one that Discord expects. */
export class InvalidShard extends Schema.TaggedError<InvalidShard>("fibercord/GatewayError/InvalidShard")(
  "InvalidShard",
  {
    /** The id of the shard. */
    shard: ShardId,
    /** The number of shards that it was started with. */
    total: Schema.Int
  }
) {
  override get message() {
    const rule =
      "ids run from 0 to the total minus one, and the total of a very large bot must be a multiple of Discord's number"
    return `Discord refused shard ${this.shard} of ${this.total}: ${rule}`
  }
}

/** Close code 4011: the shard would serve more than 2500 guilds. */
export class ShardingRequired extends Schema.TaggedError<ShardingRequired>("fibercord/GatewayError/ShardingRequired")(
  "ShardingRequired",
  {
    /** The number of shards that it was started with. */
    total: Schema.Int
  }
) {
  override get message() {
    return `the bot is in too many guilds for ${this.total} shard(s): use more shards, or "auto"`
  }
}

/** Close code 4012: Discord no longer supports the API version. */
export class InvalidApiVersion extends Schema.TaggedError<InvalidApiVersion>(
  "fibercord/GatewayError/InvalidApiVersion"
)("InvalidApiVersion", {}) {
  override get message() {
    return `Discord no longer supports version ${gatewayVersion} of the gateway: update fibercord`
  }
}

/** Close code 4013: the bit field contains bits that are not intents. */
export class InvalidIntents extends Schema.TaggedError<InvalidIntents>("fibercord/GatewayError/InvalidIntents")(
  "InvalidIntents",
  {
    /** The bit field of intents. */
    intents: Schema.Int
  }
) {
  override get message() {
    return `${this.intents} is not a valid bit field of intents: list the intents by name instead`
  }
}

/** Close code 4014: an intent is privileged, and has not been granted to the application. */
export class DisallowedIntents extends Schema.TaggedError<DisallowedIntents>(
  "fibercord/GatewayError/DisallowedIntents"
)("DisallowedIntents", {
  /** The bit field of all intents that were asked for. */
  intents: Schema.Int
}) {
  override get message() {
    const names = Intents.toNames(this.intents).filter((name) => Intents.privileged.includes(name))
    const advice = "enable these privileged intents in Discord's developer portal, or remove them"
    return `${advice}: ${names.join(", ")}`
  }
}

/** A part of the bot needs intents that it does not have: `GatewayEvents.requireIntents`. No shard was started. */
export class MissingIntents extends Schema.TaggedError<MissingIntents>("fibercord/GatewayError/MissingIntents")(
  "MissingIntents",
  {
    /** The intents that are missing, and who needs them. */
    missing: Schema.Array(Schema.Struct({ intents: Schema.Array(Schema.String), by: Schema.String }))
  }
) {
  override get message() {
    const needs = this.missing.map(({ by, intents }) => `${by} needs ${intents.join(" and ")}`)
    return `intents are missing, so no shard was started: ${needs.join("; ")}. Add them to \`intents\``
  }
}

/**
 * Only the reserve of the daily IDENTIFY budget is left. Discord ends all sessions of a bot that exceeds the budget and
 * resets its token, so fibercord stops before that. Source: Discord, "Session Start Limit Object".
 */
export class SessionLimitExhausted extends Schema.TaggedError<SessionLimitExhausted>(
  "fibercord/GatewayError/SessionLimitExhausted"
)("SessionLimitExhausted", {
  /** How many sessions may still be started, including the reserve. */
  remaining: Schema.Int,
  /** How many sessions the bot may start in 24 hours. */
  total: Schema.Int,
  /** When the budget is full again, in milliseconds since 1970. */
  resetAt: Schema.Finite
}) {
  override get message() {
    const left = `only ${this.remaining} of ${this.total} session starts are left until ${instant(this.resetAt)}`
    return `${left}: find out why the bot starts so many sessions, then wait`
  }
}

/** The gateway or `GET /gateway/bot` stayed out of reach for as long as the retry policy allows. */
export class GatewayUnavailable extends Schema.TaggedError<GatewayUnavailable>(
  "fibercord/GatewayError/GatewayUnavailable"
)("GatewayUnavailable", {
  /** How the last attempt failed. */
  detail: Schema.String,
  /** What the last attempt failed with. */
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return this.cause instanceof DiscordRestError && this.cause.reason._tag === "RateLimited"
      ? `Discord does not say where the gateway is (${this.detail}): find out what uses the limit up, and wait`
      : `the gateway could not be reached (${this.detail}): check the network and Discord's status page`
  }
}

/** An option has a value that cannot work. */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>("fibercord/GatewayError/InvalidOptions")(
  "InvalidOptions",
  {
    /** The name of the option, for example `shards`. */
    option: Schema.String,
    /** What is wrong with it. */
    detail: Schema.String
  }
) {
  override get message() {
    return `invalid option ${this.option}: ${this.detail}`
  }
}

/** The shard does not run in this process, or stopped while the call waited for it. */
export class ShardNotRunning extends Schema.TaggedError<ShardNotRunning>("fibercord/GatewayError/ShardNotRunning")(
  "ShardNotRunning",
  {
    /** The id of the shard. */
    shard: ShardId
  }
) {
  override get message() {
    const advice = "start it with initialize, or use the process that runs it"
    return `shard ${this.shard} is not running in this process: ${advice}`
  }
}

/** An operation on the shards gave way to one that stops all of them. What it had begun is undone. */
export class Overtaken extends Schema.TaggedError<Overtaken>("fibercord/GatewayError/Overtaken")("Overtaken", {
  /** What was called, for example `initialize`. */
  operation: Schema.String,
  /** What overtook it, for example `shutdownAll`. */
  by: Schema.String
}) {
  override get message() {
    return `${this.operation} was overtaken by ${this.by}, which stops all shards: call it again if they are to run`
  }
}

/**
 * Another process runs the shard now, with the same `SessionStore`: it has taken the session over. This
 * process leaves the shard to it, and its other shards go on.
 */
export class TakenOver extends Schema.TaggedError<TakenOver>("fibercord/GatewayError/TakenOver")("TakenOver", {
  /** The id of the shard. */
  shard: ShardId,
  /** The number of shards. */
  total: Schema.Int,
  /** The name of the other process in the `SessionStore`. */
  by: Schema.String,
  /** What is to be done, if the `SessionStore` knows. */
  advice: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    const advice = this.advice ?? "stop this process, or restart the shard to take it back"
    return `another process (${this.by}) runs shard ${this.shard} of ${this.total} now: ${advice}`
  }
}

/**
 * A payload was not sent, because it is too large, is no JSON, is about a guild whose id is none, or has an opcode that a
 * bot may not send by hand.
 */
export class PayloadRejected extends Schema.TaggedError<PayloadRejected>("fibercord/GatewayError/PayloadRejected")(
  "PayloadRejected",
  {
    /** The opcode of the payload. */
    op: Schema.Finite,
    /** The size of the payload in bytes. Discord accepts at most 4096. */
    bytes: Schema.Finite,
    /** Why it was not sent. */
    detail: Schema.String
  }
) {
  override get message() {
    return `the payload with op ${this.op} (${this.bytes} bytes) was not sent: ${this.detail}`
  }
}

/** Discord did not answer a request in time. */
export class RequestTimedOut extends Schema.TaggedError<RequestTimedOut>("fibercord/GatewayError/RequestTimedOut")(
  "RequestTimedOut",
  {
    /** What was requested. */
    detail: Schema.String,
    /** How long the request waited, in milliseconds. */
    limit: Schema.Finite
  }
) {
  override get message() {
    const advice = "try again, or check the intents and permissions that the request needs"
    return `Discord did not answer the request for ${this.detail} within ${this.limit} ms: ${advice}`
  }
}

/** Every reason of a {@link GatewayError}. */
export const Reason = Schema.Union([
  AuthenticationFailed,
  InvalidShard,
  ShardingRequired,
  InvalidApiVersion,
  InvalidIntents,
  DisallowedIntents,
  MissingIntents,
  SessionLimitExhausted,
  GatewayUnavailable,
  InvalidOptions,
  ShardNotRunning,
  Overtaken,
  TakenOver,
  PayloadRejected,
  RequestTimedOut
])

/** Every reason of a {@link GatewayError}. */
export type Reason = typeof Reason.Type

/** Shards cannot be started, cannot go on, or cannot do what was asked for: its `reason` says why. */
export class GatewayError extends Schema.TaggedError<GatewayError>("fibercord/GatewayError")("GatewayError", {
  /** What went wrong. */
  reason: Reason
}) {
  override get message() {
    return this.reason.message
  }
}

/**
 * Makes the error for a reason. Fail with it: `Effect.fail(GatewayError.fromReason(reason))`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { GatewayError, ShardId } from "fibercord"
 *
 * const failed = Effect.fail(GatewayError.fromReason(new GatewayError.ShardNotRunning({ shard: ShardId.make(0) })))
 * ```
 */
export const fromReason = (reason: Reason): GatewayError => new GatewayError({ reason })
