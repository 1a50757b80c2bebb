/**
 * What users are told when an interaction could not be handled. Every interaction ends with a reply; when the handler
 * gives none, it is one of these texts.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RefuseReason } from "../../runtime/Runtime.ts"

/** A text for one user or for the channel. */
export interface ErrorReply {
  readonly _tag: "ErrorReply"
  readonly content: string
  readonly ephemeral: boolean
}

/** A text that only the user who caused the interaction sees. */
export const ephemeral = (content: string): ErrorReply => ({ _tag: "ErrorReply", content, ephemeral: true })

/** A text that everybody in the channel sees. */
export const visible = (content: string): ErrorReply => ({ _tag: "ErrorReply", content, ephemeral: false })

/**
 * The refusal to act for this user, by a middleware, a handler, or a component that belongs to somebody else. The user
 * sees its text. It needs no `onError` and is not logged.
 */
export class Denied extends Schema.TaggedError<Denied>("fibercord/Denied")("Denied", {
  content: Schema.String,
  ephemeral: Schema.Boolean
}) {
  override get message() {
    return this.content
  }
}

/** Fails with {@link Denied}: a text that only this user sees. */
export const deny = (content: string): Effect.Effect<never, Denied> =>
  Effect.fail(new Denied({ content, ephemeral: true }))

/**
 * Why an interaction was not handled:
 * - `Expired`, `Closed`, `Shutdown`: its Runtime has ended: it expired, was closed, or the bot is stopping;
 * - `Restarted`: its Runtime belonged to an earlier process;
 * - `Unknown`: this bot has no such definition;
 * - `Overloaded`: too many events wait, or too many Runtimes are open;
 * - `Denied`: this user may not use the component, or not again;
 * - `Failed`: the handler failed or died;
 * - `Silent`: the handler completed without an answer;
 * - `NoAnswer`: the handler waited for an answer longer than its `timeout`;
 * - `Dismissed`: the user closed the form that the handler waited for.
 */
export type Reason = RefuseReason | "Restarted" | "Unknown" | "Denied" | "Failed" | "Silent" | "NoAnswer" | "Dismissed"

/** The texts of a bot, one for each reason. `{reference}` in `Failed` is replaced by the id that the log has too. */
export type Texts = Readonly<Record<Reason, string>>

/** Replaces texts: the same for everybody, or by the user's locale, for example `de` or `en-GB`. */
export type Translations = Partial<Texts> | ((locale: string) => Partial<Texts>)

/** English texts. */
export const defaultTexts: Texts = {
  Closed: "This has ended.",
  Expired: "This has expired. Please start again.",
  Denied: "You can't use this.",
  Dismissed: "You closed the form. Please start again.",
  Failed: "Something went wrong. Please try again. (Reference: {reference})",
  NoAnswer: "There was no answer in time. Please start again.",
  Overloaded: "I'm too busy right now. Please try again in a moment.",
  Restarted: "I have restarted since then. Please start again.",
  Shutdown: "I'm restarting. Please try again in a moment.",
  Silent: "Done.",
  Unknown: "This is no longer available."
}
