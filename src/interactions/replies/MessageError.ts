/** Why something could not be done with a message of a channel. */
import * as Schema from "effect/Schema"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"
import { InvalidMessage } from "./ReplyError.ts"

const operation = {
  /** The function that was called, for example `Messages.send`. */
  operation: Schema.String
}

/** The message does not exist any more, or never did. For the bot an ephemeral message does not exist either. */
export class UnknownMessage extends Schema.TaggedError<UnknownMessage>("fibercord/MessageError/UnknownMessage")(
  "UnknownMessage",
  operation
) {
  override get message() {
    return `${this.operation}: there is no such message; it was deleted, or only one user sees it.`
  }
}

/** The channel does not exist any more, or never did. */
export class UnknownChannel extends Schema.TaggedError<UnknownChannel>("fibercord/MessageError/UnknownChannel")(
  "UnknownChannel",
  operation
) {
  override get message() {
    return `${this.operation}: there is no such channel: it was deleted, or the id is not that of a channel.`
  }
}

/** The webhook was deleted, or its token is another one. */
export class UnknownWebhook extends Schema.TaggedError<UnknownWebhook>("fibercord/MessageError/UnknownWebhook")(
  "UnknownWebhook",
  operation
) {
  override get message() {
    return `${this.operation}: there is no webhook with this id and token: it was deleted, or its URL is not complete.`
  }
}

/** There is no user with this id. */
export class UnknownUser extends Schema.TaggedError<UnknownUser>("fibercord/MessageError/UnknownUser")(
  "UnknownUser",
  operation
) {
  override get message() {
    return `${this.operation}: there is no such user: the id is not that of a user.`
  }
}

/** The user takes no direct messages of this bot: by their settings, by a block, or for lack of a common guild. */
export class CannotMessageUser extends Schema.TaggedError<CannotMessageUser>(
  "fibercord/MessageError/CannotMessageUser"
)("CannotMessageUser", operation) {
  override get message() {
    return `${this.operation}: this user takes no direct messages from the bot. Reply where the user is instead.`
  }
}

/** The bot does not see the channel. */
export class MissingAccess extends Schema.TaggedError<MissingAccess>("fibercord/MessageError/MissingAccess")(
  "MissingAccess",
  operation
) {
  override get message() {
    return `${this.operation}: the bot does not see this channel. It needs the permission ViewChannel there.`
  }
}

/** The bot sees the channel, and lacks a permission for what it wanted to do there. */
export class MissingPermissions extends Schema.TaggedError<MissingPermissions>(
  "fibercord/MessageError/MissingPermissions"
)("MissingPermissions", operation) {
  override get message() {
    return `${this.operation}: the bot lacks a permission for this in this channel. MemberPermissions says which ones it has.`
  }
}

/**
 * The bot may not read the message that it wanted to forward: one of a guild that is neither its own nor mentions it,
 * while the application lacks the intent `MessageContent`.
 */
export class UnreadableMessage extends Schema.TaggedError<UnreadableMessage>(
  "fibercord/MessageError/UnreadableMessage"
)("UnreadableMessage", operation) {
  override get message() {
    return `${this.operation}: the bot cannot read this message, so it cannot forward it. The application needs the intent MessageContent.`
  }
}

/** The thread is archived or locked, so that this cannot be done in it. `Threads.edit` with `archived: false` opens it. */
export class ThreadClosed extends Schema.TaggedError<ThreadClosed>("fibercord/MessageError/ThreadClosed")(
  "ThreadClosed",
  operation
) {
  override get message() {
    return `${this.operation}: the thread is archived or locked. Open it with Threads.edit and { archived: false, locked: false }.`
  }
}

/** One of the messages is older than two weeks, so that many cannot be deleted at once: delete it alone. */
export class MessagesTooOld extends Schema.TaggedError<MessagesTooOld>("fibercord/MessageError/MessagesTooOld")(
  "MessagesTooOld",
  operation
) {
  override get message() {
    return `${this.operation}: a message is older than two weeks, so it can only be deleted alone.`
  }
}

/** The interaction's token is no longer valid, and the message cannot be reached without it. */
export class TokenExpired extends Schema.TaggedError<TokenExpired>("fibercord/MessageError/TokenExpired")(
  "TokenExpired",
  operation
) {
  override get message() {
    return `${this.operation}: this message could only be reached with the token of its interaction, which was valid for 15 minutes. Ask for its ids before, or send it with Messages.send.`
  }
}

/** Discord refused something else, or could not be reached. */
export class Rest extends Schema.TaggedError<Rest>("fibercord/MessageError/Rest")("Rest", {
  /** The function that was called, for example `Messages.send`. */
  operation: Schema.String,
  /** What the call failed with. */
  error: DiscordRestError
}) {
  override get message() {
    return `${this.operation}: ${this.error.message}`
  }
}

/** What could not be done with a message. Catch one reason with `Effect.catchReason("MessageError", …)`. */
export class MessageError extends Schema.TaggedError<MessageError>("fibercord/MessageError")("MessageError", {
  /** What went wrong. */
  reason: Schema.Union([
    UnknownMessage,
    UnknownChannel,
    UnknownWebhook,
    UnknownUser,
    CannotMessageUser,
    MissingAccess,
    MissingPermissions,
    UnreadableMessage,
    ThreadClosed,
    MessagesTooOld,
    TokenExpired,
    InvalidMessage,
    Rest
  ])
}) {
  override get message() {
    return this.reason.message
  }

  /** Whether the same may succeed later. */
  get isRetryable(): boolean {
    return this.reason._tag === "Rest" && this.reason.error.isRetryable
  }
}

// Source: Discord, "JSON Error Codes".
const reasons = new Map<unknown, new (fields: { readonly operation: string }) => MessageError["reason"]>([
  [10_003, UnknownChannel],
  [10_008, UnknownMessage],
  [10_013, UnknownUser],
  [10_015, UnknownWebhook],
  [50_001, MissingAccess],
  [50_007, CannotMessageUser],
  [50_013, MissingPermissions],
  [50_027, UnknownWebhook],
  [50_033, UnknownUser],
  [50_034, MessagesTooOld],
  [50_083, ThreadClosed],
  [50_278, CannotMessageUser],
  [160_005, ThreadClosed],
  [160_014, UnreadableMessage]
])

/**
 * The reason for a failed call.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DiscordRest, MessageError } from "fibercord"
 *
 * const crosspost = (channelId: string, messageId: string) =>
 *   DiscordRest.DiscordRest.use((rest) => rest.use((api) => api.channels.crosspostMessage(channelId, messageId))).pipe(
 *     Effect.mapError((error) => MessageError.fromRest("crosspost", error))
 *   )
 * ```
 */
export const fromRest = (operation: string, error: DiscordRestError): MessageError => {
  const Known = reasons.get(error.code)
  return new MessageError({ reason: Known === undefined ? new Rest({ operation, error }) : new Known({ operation }) })
}
