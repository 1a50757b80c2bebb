/** Why a reply could not be given. */
import * as Schema from "effect/Schema"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"

/** The interaction has been answered already, and this operation has to be the first answer. */
export class AlreadyAnswered extends Schema.TaggedError<AlreadyAnswered>("fibercord/ReplyError/AlreadyAnswered")(
  "AlreadyAnswered",
  {
    /** The function that was called, for example `send`. */
    operation: Schema.String
  }
) {
  override get message() {
    return `Reply.${this.operation} must be the first answer, but this interaction has already been answered. Use Reply.edit or Reply.followUp.`
  }
}

/** The interaction has no answer yet that could be edited, followed up or deleted. */
export class NotAnswered extends Schema.TaggedError<NotAnswered>("fibercord/ReplyError/NotAnswered")("NotAnswered", {
  /** The function that was called, for example `send`. */
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} needs an earlier answer, and this interaction has none. Use Reply.send, Reply.update or Reply.defer first.`
  }
}

/** The interaction did not come from a message, or a reply has deleted it, so there is nothing to update. */
export class NoMessage extends Schema.TaggedError<NoMessage>("fibercord/ReplyError/NoMessage")("NoMessage", {
  /** The function that was called, for example `send`. */
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} changes the message whose component was used, but there is none: this interaction did not come from a component, or a reply has deleted the message. Use Reply.send or Reply.edit.`
  }
}

/** The interaction is the submission of a modal, which Discord does not allow to open another modal. */
export class ModalOnModal extends Schema.TaggedError<ModalOnModal>("fibercord/ReplyError/ModalOnModal")(
  "ModalOnModal",
  {}
) {
  override get message() {
    return "A modal cannot be opened in answer to a modal. Answer with a message that has a button, and open it from there."
  }
}

/** The interaction was deferred automatically, and after that Discord allows neither a form nor an Activity. */
export class DeferredAutomatically extends Schema.TaggedError<DeferredAutomatically>(
  "fibercord/ReplyError/DeferredAutomatically"
)("DeferredAutomatically", {
  /** Milliseconds from the arrival of the interaction to the deferral. */
  after: Schema.Finite
}) {
  override get message() {
    return `A form or an Activity must be the first answer, but this interaction was deferred automatically after ${this.after / 1000} s, because it had no answer by then. Open it before slow work, or set autoDefer of the command or component to false or to a longer time, below 3 seconds.`
  }
}

/** Another process answered the interaction. Nothing more can be said to it from here. */
export class AnsweredElsewhere extends Schema.TaggedError<AnsweredElsewhere>("fibercord/ReplyError/AnsweredElsewhere")(
  "AnsweredElsewhere",
  {
    /** The function that was called, for example `send`. */
    operation: Schema.String
  }
) {
  override get message() {
    return `Reply.${this.operation} came too late: another process of this bot has answered the interaction. Stop one of the two, or leave the answers to one of them.`
  }
}

/** The first answer came after Discord's three seconds, and Discord has forgotten the interaction. */
export class TooLate extends Schema.TaggedError<TooLate>("fibercord/ReplyError/TooLate")("TooLate", {
  /** The function that was called, for example `send`. */
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} needs an interaction that was answered within three seconds, and this one was not: Discord has forgotten it. Answer earlier, or call Reply.defer before slow work.`
  }
}

/** The interaction's token, valid for 15 minutes, has ended. */
export class TokenExpired extends Schema.TaggedError<TokenExpired>("fibercord/ReplyError/TokenExpired")(
  "TokenExpired",
  {
    /** The function that was called, for example `send`. */
    operation: Schema.String
  }
) {
  override get message() {
    return `Reply.${this.operation} came more than 15 minutes after its interaction; Discord accepts no answer after that. Send a message to the channel instead.`
  }
}

/** Discord would refuse the message or the form; it was not asked. See `docs/guide/limits.md` for the limits. */
export class InvalidMessage extends Schema.TaggedError<InvalidMessage>("fibercord/ReplyError/InvalidMessage")(
  "InvalidMessage",
  {
    /** What Discord would refuse, each with its place. */
    problems: Schema.Array(
      Schema.Struct({
        /** Where in Discord's JSON: `components[0].components[1].label`. Empty for the whole. */
        path: Schema.String,
        /** What Discord accepts: `at most 80 characters`. */
        rule: Schema.String,
        /** What there is: `81 characters`. */
        actual: Schema.String
      })
    )
  }
) {
  override get message() {
    const lines = this.problems.map(
      ({ actual, path, rule }) => `- ${path === "" ? "" : `${path}: `}expected ${rule}, got ${actual}`
    )
    return ["Discord would refuse this message or form, so it was not sent:", ...lines].join("\n")
  }
}

/** Discord refused the reply, or could not be reached. */
export class Rest extends Schema.TaggedError<Rest>("fibercord/ReplyError/Rest")("Rest", {
  /** The function that was called, for example `send`. */
  operation: Schema.String,
  /** What the call failed with. */
  error: DiscordRestError
}) {
  override get message() {
    return `Reply.${this.operation}: ${this.error.message}`
  }
}

/** A reply that could not be given. `Bot.layer` treats it like a defect unless `onError` names `ReplyError`. */
export class ReplyError extends Schema.TaggedError<ReplyError>("fibercord/ReplyError")("ReplyError", {
  /** What went wrong. */
  reason: Schema.Union([
    AlreadyAnswered,
    NotAnswered,
    NoMessage,
    ModalOnModal,
    DeferredAutomatically,
    AnsweredElsewhere,
    TooLate,
    TokenExpired,
    InvalidMessage,
    Rest
  ])
}) {
  override get message() {
    return this.reason.message
  }
}
