/**
 * Why a bot is not, or no longer, in a voice channel: one error, whose `reason` says what happened. Catch it with
 * `Effect.catchTag("VoiceError", …)`, or a single reason with `Effect.catchReason("VoiceError", "Kicked", …)`.
 */
import * as Schema from "effect/Schema"

/** The id of the guild. */
const guildId = Schema.String
/** The id of the channel. */
const channelId = Schema.String

/** The bot already has a connection in this guild. Discord allows one. */
export class AlreadyJoined extends Schema.TaggedError<AlreadyJoined>("fibercord/VoiceError/AlreadyJoined")(
  "AlreadyJoined",
  {
    guildId,
    /** Where it is, or wants to be. */
    channelId
  }
) {
  override get message() {
    return `the bot is already in channel ${this.channelId} of guild ${this.guildId}: use that connection's move`
  }
}

/** The bot may not see the channel, or not connect to it. Discord says nothing then; its REST API was asked. */
export class NoPermission extends Schema.TaggedError<NoPermission>("fibercord/VoiceError/NoPermission")(
  "NoPermission",
  {
    guildId,
    channelId,
    /** Those of `ViewChannel` and `Connect` that are missing. */
    missing: Schema.Array(Schema.String)
  }
) {
  override get message() {
    return `the bot lacks ${this.missing.join(" and ")} in channel ${this.channelId}: grant it to a role of the bot, or in the channel`
  }
}

/** Discord did not respond in time. It says nothing if the channel is full, no voice channel, or does not exist. */
export class TimedOut extends Schema.TaggedError<TimedOut>("fibercord/VoiceError/TimedOut")("TimedOut", {
  guildId,
  channelId,
  /** How long it had, in milliseconds. */
  limit: Schema.Finite
}) {
  override get message() {
    return `Discord did not let the bot into channel ${this.channelId} within ${this.limit} ms: is it full, or no voice channel?`
  }
}

/** Somebody disconnected the bot, its channel was deleted, or it was removed from the guild. */
export class Kicked extends Schema.TaggedError<Kicked>("fibercord/VoiceError/Kicked")("Kicked", { guildId }) {
  override get message() {
    return `the bot was disconnected from the voice channel of guild ${this.guildId} by somebody: join again only if it is wanted there`
  }
}

/** Somebody moved the bot, and it was joined with `moved: "end"`. */
export class Moved extends Schema.TaggedError<Moved>("fibercord/VoiceError/Moved")("Moved", {
  guildId,
  /** The id of the channel that it was in. */
  from: Schema.String,
  /** The id of the channel that it is in now. */
  to: Schema.String
}) {
  override get message() {
    return `the bot was moved from channel ${this.from} to ${this.to}`
  }
}

/** The voice server was lost, and the schedule of reconnections is exhausted. */
export class Disconnected extends Schema.TaggedError<Disconnected>("fibercord/VoiceError/Disconnected")(
  "Disconnected",
  {
    guildId,
    /** What happened last. */
    detail: Schema.String
  }
) {
  override get message() {
    return `the voice connection in guild ${this.guildId} was lost (${this.detail}): join again`
  }
}

/** The connection was closed by its owner. */
export class Closed extends Schema.TaggedError<Closed>("fibercord/VoiceError/Closed")("Closed", { guildId }) {
  override get message() {
    return `the voice connection in guild ${this.guildId} was closed, so nothing can be done with it: join again`
  }
}

/**
 * The reasons of a `VoiceError`.
 *
 * ```ts
 * import type { VoiceError } from "fibercord/voice"
 *
 * const wasRemoved = (reason: VoiceError.Reason) => reason._tag === "Kicked" || reason._tag === "Moved"
 * ```
 */
export type Reason = AlreadyJoined | NoPermission | TimedOut | Kicked | Moved | Disconnected | Closed

/**
 * A bot is not, or no longer, in a voice channel.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ErrorReply } from "fibercord"
 * import { Voice } from "fibercord/voice"
 *
 * const join = (guildId: string, channelId: string) =>
 *   Voice.join({ guildId, channelId }).pipe(
 *     Effect.catchReason("VoiceError", "NoPermission", ({ missing }) =>
 *       ErrorReply.deny(`I need ${missing.join(" and ")} in that channel.`)
 *     )
 *   )
 * ```
 */
export class VoiceError extends Schema.TaggedError<VoiceError>("fibercord/VoiceError")("VoiceError", {
  /** What went wrong. */
  reason: Schema.Union([AlreadyJoined, NoPermission, TimedOut, Kicked, Moved, Disconnected, Closed])
}) {
  override get message() {
    return `Voice: ${this.reason.message}`
  }
}

/**
 * The error with this reason.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { VoiceError } from "fibercord/voice"
 *
 * // What code that takes a connection does when it is gone, for a test of that code.
 * const gone = Effect.fail(VoiceError.fromReason(new VoiceError.Kicked({ guildId: "1000000000000000001" })))
 * ```
 */
export const fromReason = (reason: Reason): VoiceError => new VoiceError({ reason })
