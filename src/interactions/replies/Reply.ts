/**
 * Replies to the interaction that the current handler handles.
 *
 * Discord accepts one initial response per interaction, within three seconds, and then edits and follow-ups for fifteen
 * minutes. These functions choose the right call: {@link send} gives the initial response, completes a deferral, or
 * follows up; {@link update} changes the message whose component was used; {@link ask} waits for the user's answer. All
 * of them fail with `ReplyError`.
 *
 * Source: Discord, "Receiving and Responding".
 */
import type * as Effect from "effect/Effect"
import { Interaction } from "./Interaction.ts"
import { responderOf } from "./internal/currentInteraction.ts"
import type { Responder } from "./internal/responder.ts"
import type { Message } from "./Message.ts"
import type { ReplyError } from "./ReplyError.ts"

export { answer, ask } from "./Question.ts"
export type { Answer, Asking, Line, Part, Question, Unanswered, Value } from "./Question.ts"
export { NoAnswer } from "./NoAnswer.ts"
export type { AllowedMentions, Message, ReplyDefaults, Row, Upload } from "./Message.ts"
export { ReplyError } from "./ReplyError.ts"

type Replied = Effect.Effect<void, ReplyError, Interaction>

const reply = (f: (responder: Responder) => Effect.Effect<void, ReplyError>): Replied =>
  Interaction.use((interaction) => f(responderOf(interaction)))

/** Sends a new message: the initial response, the deferred one, or else a follow-up. */
export const send = (message: Message): Replied => reply((responder) => responder.send(message))

/** Changes the message whose component was used. Fails with `NoMessage` for a command. */
export const update = (message: Message): Replied => reply((responder) => responder.update(message))

/** Changes the initial response. Fails with `NotAnswered` if there is none. */
export const edit = (message: Message): Replied => reply((responder) => responder.edit(message))

/** Sends another message after the initial response. Fails with `NotAnswered` if there is none. */
export const followUp = (message: Message): Replied => reply((responder) => responder.followUp(message))

/**
 * Defers the message, and shows that the bot is thinking until {@link send} or {@link edit}. Whether the message is
 * ephemeral (default: no) is decided here. Fails with `AlreadyAnswered` if there is a response.
 */
export const defer = (options?: { readonly ephemeral?: boolean | undefined }): Replied =>
  reply((responder) => responder.defer({ update: false, ephemeral: options?.ephemeral, automatic: false }))

/** Defers the update of the message whose component was used; the user sees nothing until {@link update}. */
export const deferUpdate: Replied = reply((responder) => responder.defer({ update: true, automatic: false }))

const remove: Replied = reply((responder) => responder.delete())

export {
  /** Deletes the initial response. Fails with `NotAnswered` if there is none. */
  remove as delete
}
