/** Why a reply could not be given. */
import * as Schema from "effect/Schema"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"

/** The operation must be the initial response, but the interaction already has one. */
export class AlreadyAnswered extends Schema.TaggedError<AlreadyAnswered>("fibercord/ReplyError/AlreadyAnswered")(
  "AlreadyAnswered",
  { operation: Schema.String }
) {
  override get message() {
    const problem = "must be the initial response, but this interaction already has one"
    return `Reply.${this.operation} ${problem}. Use Reply.edit or Reply.followUp.`
  }
}

/** The interaction has no initial response yet that could be edited, followed up or deleted. */
export class NotAnswered extends Schema.TaggedError<NotAnswered>("fibercord/ReplyError/NotAnswered")("NotAnswered", {
  operation: Schema.String
}) {
  override get message() {
    const problem = "needs an initial response, and this interaction has none yet"
    return `Reply.${this.operation} ${problem}. Use Reply.send, Reply.update or Reply.defer first.`
  }
}

/** The interaction did not come from a component, so there is no message to update. */
export class NoMessage extends Schema.TaggedError<NoMessage>("fibercord/ReplyError/NoMessage")("NoMessage", {
  operation: Schema.String
}) {
  override get message() {
    const problem = "changes the message whose component was used, but this interaction did not come from a component"
    return `Reply.${this.operation} ${problem}. Use Reply.send or Reply.edit.`
  }
}

/** The interaction is the submission of a modal, which Discord does not allow to open another modal. */
export class ModalOnModal extends Schema.TaggedError<ModalOnModal>("fibercord/ReplyError/ModalOnModal")(
  "ModalOnModal",
  {}
) {
  override get message() {
    return "A modal cannot open another modal. Reply with a message that has a button, and open the modal from there."
  }
}

/** The interaction's token has expired: it is valid for 15 minutes. */
export class TokenExpired extends Schema.TaggedError<TokenExpired>("fibercord/ReplyError/TokenExpired")(
  "TokenExpired",
  { operation: Schema.String }
) {
  override get message() {
    const problem = "was called more than 15 minutes after its interaction, and Discord accepts no replies after that"
    return `Reply.${this.operation} ${problem}. Send a message to the channel instead.`
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
  reason: Schema.Union([AlreadyAnswered, NotAnswered, NoMessage, ModalOnModal, TokenExpired, Rest])
}) {
  override get message() {
    return this.reason.message
  }
}
