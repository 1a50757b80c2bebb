/**
 * Answers to the interaction that the current handler handles.
 *
 * Discord accepts one initial response per interaction, within three seconds, and then edits and follow-ups for fifteen
 * minutes. These functions make the call that fits: {@link send} gives the initial response, fills a deferral, or
 * follows up; {@link update} changes the message whose component was used; {@link ask} waits for an answer. Those that
 * send or change a message return it as {@link Sent}. All of them fail with `ReplyError`.
 *
 * Source: Discord, "Receiving and Responding".
 */
import type * as Effect from "effect/Effect"
import { Interaction } from "./Interaction.ts"
import { responderOf } from "./internal/currentInteraction.ts"
import type { Responder } from "./internal/responder.ts"
import type { Message } from "./Message.ts"
import type { ReplyError } from "./ReplyError.ts"
import type { Sent } from "./Sent.ts"

export { answer, ask } from "./Question.ts"
export type { Answer, Asking, Line, Part, Question, Unanswered, Value } from "./Question.ts"
export { NoAnswer } from "./NoAnswer.ts"
export type {
  AllowedMentions,
  KeptAttachment,
  Message,
  Poll,
  PollAnswer,
  ReplyDefaults,
  Row,
  Upload
} from "./Message.ts"
export { ReplyError } from "./ReplyError.ts"
export type { Sent } from "./Sent.ts"

type Replied<A = Sent> = Effect.Effect<A, ReplyError, Interaction>

const reply = <A>(f: (responder: Responder) => Effect.Effect<A, ReplyError>): Replied<A> =>
  Interaction.use((interaction) => f(responderOf(interaction)))

/**
 * Sends a new message: the initial response, the one that a deferral promised, or else one more message. A message that
 * is ephemeral while the promised one is not, or the other way round, is sent as a message of its own, and the promised
 * one is deleted.
 */
export const send = (message: Message): Replied => reply((responder) => responder.send(message))

/**
 * Changes the message whose component was used. Fails with `NoMessage` if there is none, as for a command. With
 * `ephemeral: true` it changes no message that others see, but sends a new one.
 */
export const update = (message: Message): Replied => reply((responder) => responder.update(message))

/**
 * Changes the initial response. Fails with `NotAnswered` if there is none. With `ephemeral: true` it changes no message
 * that others see, but sends a new one.
 */
export const edit = (message: Message): Replied => reply((responder) => responder.edit(message))

/**
 * Sends one more message after the initial response; after a deferral, the promised one, like {@link send}. Fails with
 * `NotAnswered` if there is no initial response.
 */
export const followUp = (message: Message): Replied => reply((responder) => responder.followUp(message))

/**
 * Promises a message, and shows that the bot is thinking until {@link send} or {@link edit}. `ephemeral` (default: what
 * the definition's and the bot's `replies` say, else `false`) decides whether that message is ephemeral unless it says
 * otherwise. After an automatic deferral nothing new is shown, but `ephemeral` counts. Fails with `AlreadyAnswered` after
 * an answer.
 */
export const defer = (options?: { readonly ephemeral?: boolean | undefined }): Replied<void> =>
  reply((responder) => responder.defer({ update: false, ephemeral: options?.ephemeral }))

/**
 * Promises a change of the message whose component was used; the user sees nothing until {@link update}. Fails with
 * `NoMessage` if there is none, and with `AlreadyAnswered` after an answer.
 */
export const deferUpdate: Replied<void> = reply((responder) => responder.defer({ update: true }))

/**
 * Launches the Activity of the application for the user. Must be the initial response; messages can follow. Fails with
 * `AlreadyAnswered` after an answer, and with `DeferredAutomatically` after an automatic deferral. Discord refuses it for an
 * application without Activities.
 */
export const launchActivity: Replied<void> = reply((responder) => responder.launchActivity())

const remove: Replied<void> = reply((responder) => responder.delete())

export {
  /**
   * Deletes the initial response. Fails with `NotAnswered` if there is none. `send` works after it as before.
   *
   * ```ts
   * import { Effect } from "effect"
   * import { Reply } from "fibercord"
   *
   * const forAMoment = Effect.gen(function* () {
   *   yield* Reply.send({ content: "This is deleted in five seconds." })
   *   yield* Effect.sleep("5 seconds")
   *   yield* Reply.delete
   * })
   * ```
   */
  remove as delete
}
