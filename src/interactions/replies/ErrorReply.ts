/**
 * What users are told when an interaction could not be handled. Every interaction ends with an answer; where the
 * handler gave none, it is one of these.
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

/** Only the user who caused the interaction sees it. */
export const ephemeral = (content: string): ErrorReply => ({ _tag: "ErrorReply", content, ephemeral: true })

/** Everybody in the channel sees it. */
export const visible = (content: string): ErrorReply => ({ _tag: "ErrorReply", content, ephemeral: false })

/**
 * A handler's refusal to act for this user: of a middleware, or of a component that is somebody else's. It is answered
 * with its reply, needs no `onError`, and is not logged.
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
 * - `Expired`, `Closed`, `Shutdown`: its conversation is over, by its expiration, by hand, or because the bot stops;
 * - `Restarted`: its conversation was in a process that is gone;
 * - `Unknown`: no definition of this bot fits;
 * - `Overloaded`: too many events or conversations at once;
 * - `Denied`: this user may not use the component, or not again;
 * - `Failed`: the handler failed or died;
 * - `Silent`: the handler completed and gave no answer.
 */
export type Reason = RefuseReason | "Restarted" | "Unknown" | "Denied" | "Failed" | "Silent"

/** The texts of a bot, one for each reason. `{reference}` in `Failed` is replaced by the id that the log has too. */
export type Texts = Readonly<Record<Reason, string>>

/** Replaces texts: the same for everybody, or by the user's locale, for example `de` or `en-GB`. */
export type Translations = Partial<Texts> | ((locale: string) => Partial<Texts>)

/** English texts. */
export const defaultTexts: Texts = {
  Closed: "This conversation has ended.",
  Expired: "This conversation has expired. Start again to go on.",
  Denied: "This is not for you.",
  Failed: "Something went wrong. Please try again. (Reference {reference})",
  Overloaded: "Too much is going on at once. Please try again in a moment.",
  Restarted: "The bot has restarted since. Start again to go on.",
  Shutdown: "The bot is restarting. Please try again in a moment.",
  Silent: "Done.",
  Unknown: "This bot does not know this action any more."
}
