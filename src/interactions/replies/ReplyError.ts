/** Why a reply could not be given. */
import * as Schema from "effect/Schema"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"

/** The interaction has its initial response already, so this kind of answer is too late. */
export class AlreadyAnswered extends Schema.TaggedError<AlreadyAnswered>("fibercord/ReplyError/AlreadyAnswered")(
  "AlreadyAnswered",
  { operation: Schema.String }
) {
  override get message() {
    return `Reply.${this.operation} must be the first answer, and this interaction has been answered. Use Reply.edit or Reply.followUp.`
  }
}

/** There is no response yet that could be edited, followed or deleted. */
export class NotAnswered extends Schema.TaggedError<NotAnswered>("fibercord/ReplyError/NotAnswered")("NotAnswered", {
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} needs an answer before it. Use Reply.send, Reply.update or Reply.defer first.`
  }
}

/** The interaction came from no message, so there is none to update. */
export class NoMessage extends Schema.TaggedError<NoMessage>("fibercord/ReplyError/NoMessage")("NoMessage", {
  operation: Schema.String
}) {
  override get message() {
    return `Reply.${this.operation} changes the message whose component was used, and this interaction came from none. Use Reply.send or Reply.edit.`
  }
}

/** The interaction is the submission of a modal, which Discord does not let open another one. */
export class ModalOnModal extends Schema.TaggedError<ModalOnModal>("fibercord/ReplyError/ModalOnModal")(
  "ModalOnModal",
  {}
) {
  override get message() {
    return "A modal cannot be opened as the answer to a modal. Answer with a message that has a button which opens it."
  }
}

/** The interaction's token, valid for 15 minutes, has ended. */
export class TokenExpired extends Schema.TaggedError<TokenExpired>("fibercord/ReplyError/TokenExpired")(
  "TokenExpired",
  { operation: Schema.String }
) {
  override get message() {
    return `Reply.${this.operation} came more than 15 minutes after its interaction, when Discord accepts no answer any more.`
  }
}

/** Discord refused the reply, or was not reached. */
export class Rest extends Schema.TaggedError<Rest>("fibercord/ReplyError/Rest")("Rest", {
  operation: Schema.String,
  error: DiscordRestError
}) {
  override get message() {
    return `Reply.${this.operation}: ${this.error.message}`
  }
}

/** A reply that was not given. `Bot.layer` answers it like a defect unless `onError` names `ReplyError`. */
export class ReplyError extends Schema.TaggedError<ReplyError>("fibercord/ReplyError")("ReplyError", {
  reason: Schema.Union([AlreadyAnswered, NotAnswered, NoMessage, ModalOnModal, TokenExpired, Rest])
}) {
  override get message() {
    return this.reason.message
  }
}
