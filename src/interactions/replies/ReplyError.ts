/** Why a reply could not be given. */
import * as Schema from "effect/Schema"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"

/** The interaction has been answered already, and this operation has to be the first answer. */
export class AlreadyAnswered extends Schema.TaggedError<AlreadyAnswered>("fibercord/ReplyError/AlreadyAnswered")(
  "AlreadyAnswered",
  { operation: Schema.String }
) {
  override get message() {
    return `Reply.${this.operation} must be the first answer, but this interaction has already been answered. Use Reply.edit or Reply.followUp.`
  }
}

/** The interaction has no answer yet that could be edited, followed up or deleted. */
export class NotAnswered extends Schema.TaggedError<NotAnswered>("fibercord/ReplyError/NotAnswered")("NotAnswered", {
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} needs an earlier answer, and this interaction has none. Use Reply.send, Reply.update or Reply.defer first.`
  }
}

/** The interaction did not come from a message, so there is nothing to update. */
export class NoMessage extends Schema.TaggedError<NoMessage>("fibercord/ReplyError/NoMessage")("NoMessage", {
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} changes the message whose component was used, but this interaction did not come from a component. Use Reply.send or Reply.edit.`
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

/** The interaction's token, valid for 15 minutes, has ended. */
export class TokenExpired extends Schema.TaggedError<TokenExpired>("fibercord/ReplyError/TokenExpired")(
  "TokenExpired",
  { operation: Schema.String }
) {
  override get message() {
    return `Reply.${this.operation} came more than 15 minutes after its interaction; Discord accepts no answer after that. Send a message to the channel instead.`
  }
}

/** Discord would refuse the message or the form; it was not asked. See `docs/limits.md` for the limits. */
export class InvalidMessage extends Schema.TaggedError<InvalidMessage>("fibercord/ReplyError/InvalidMessage")(
  "InvalidMessage",
  {
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
  operation: Schema.String,
  error: DiscordRestError
}) {
  override get message() {
    return `Reply.${this.operation}: ${this.error.message}`
  }
}

/** A reply that could not be given. `Bot.layer` treats it like a defect unless `onError` names `ReplyError`. */
export class ReplyError extends Schema.TaggedError<ReplyError>("fibercord/ReplyError")("ReplyError", {
  reason: Schema.Union([AlreadyAnswered, NotAnswered, NoMessage, ModalOnModal, TokenExpired, InvalidMessage, Rest])
}) {
  override get message() {
    return this.reason.message
  }
}
