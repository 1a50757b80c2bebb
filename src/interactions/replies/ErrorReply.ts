/**
 * What users are told when an interaction could not be handled. Every interaction ends with a reply; when the handler
 * gives none, it is one of these texts.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { RefuseReason } from "../../runtime/Runtime.ts"
import type { Interaction } from "./Interaction.ts"
import type { Message } from "./Message.ts"

/** What users are told: a message, which may have embeds, components and files. */
export interface ErrorReply extends Message {
  /** Tells it apart from a message. */
  readonly _tag: "ErrorReply"
  /** Whether only the user sees it. */
  readonly ephemeral: boolean
}

const make = (message: string | Message, isEphemeral: boolean): ErrorReply => ({
  ...(typeof message === "string" ? { content: message } : message),
  _tag: "ErrorReply",
  ephemeral: isEphemeral
})

/** A text or a message that only the user who caused the interaction sees. */
export const ephemeral = (message: string | Message): ErrorReply => make(message, true)

/** A text or a message that everybody in the channel sees. */
export const visible = (message: string | Message): ErrorReply => make(message, false)

const isErrorReply = (value: unknown): value is ErrorReply =>
  Predicate.isTagged(value, "ErrorReply") && Predicate.hasProperty(value, "ephemeral")

/**
 * The refusal to act for this user, by a middleware, a handler, or a component that belongs to somebody else. The user
 * sees its reply. It needs no `onError` and is not logged.
 */
export class Denied extends Schema.TaggedError<Denied>("fibercord/Denied")("Denied", {
  /** What the user is told. */
  reply: Schema.declare(isErrorReply)
}) {
  override get message() {
    return this.reply.content ?? "This user may not do that."
  }
}

/** Fails with {@link Denied}: a text or a message that only this user sees. */
export const deny = (message: string | Message): Effect.Effect<never, Denied> =>
  Effect.fail(new Denied({ reply: ephemeral(message) }))

/** What a user is told: a text, or a function of the user's locale, for example `de` or `en-GB`, and the interaction. */
export type Text = string | ((locale: string, interaction: Interaction["Service"]) => string)

/**
 * Why an interaction was not handled:
 * - `Expired`: its Runtime has reached the end of its lifetime;
 * - `Closed`: its Runtime was closed;
 * - `Shutdown`: the bot is stopping;
 * - `Restarted`: its Runtime belongs to a process that is gone or cannot be reached;
 * - `Unknown`: this bot has no such definition;
 * - `Overloaded`: too many events wait, or too many Runtimes are open;
 * - `Denied`: this user may not use the component, or not again;
 * - `Failed`: the handler failed or died; `{reference}` becomes an id that the log has too;
 * - `Silent`: the handler completed without a reply; after a click nothing is shown;
 * - `NoAnswer`: the handler waited for an answer longer than its `timeout`;
 * - `Dismissed`: the user closed the form that the handler waited for;
 * - `Answered`: the question of a durable dialogue has its answer already, or the user has taken part.
 */
export type Reason =
  | RefuseReason
  | "Restarted"
  | "Unknown"
  | "Denied"
  | "Failed"
  | "Silent"
  | "NoAnswer"
  | "Dismissed"
  | "Answered"

/**
 * Why a middleware refuses a user:
 * - `Cooldown`: too early; `{timestamp}` becomes the end of the wait as Discord shows it: "in 5 seconds";
 * - `Busy`: as many as allowed run already;
 * - `MissingPermissions`: the user lacks permissions; `{permissions}` becomes their names;
 * - `BotMissingPermissions`: the bot lacks permissions; `{permissions}` becomes their names;
 * - `MissingEntitlement`: the user has not bought this; a button for the purchase is below the text;
 * - `GuildOnly`: it works in servers only.
 */
export type Refusal =
  | "Cooldown"
  | "Busy"
  | "MissingPermissions"
  | "BotMissingPermissions"
  | "MissingEntitlement"
  | "GuildOnly"

/**
 * The texts of a bot, one for each reason and each refusal. `{reference}` in `Failed` is replaced by the id that the log
 * has too.
 */
export type Texts = Readonly<Record<Reason | Refusal, string>>

/**
 * Replaces texts: the same for everybody, or by the user's locale, for example `de` or `en-GB`, and the interaction. What is
 * empty, or longer than a message may be, does not replace the default.
 */
export type Translations = Partial<Texts> | ((locale: string, interaction: Interaction["Service"]) => Partial<Texts>)

/**
 * English texts.
 *
 * ```ts
 * import { ErrorReply } from "fibercord"
 *
 * const texts = { ...ErrorReply.defaultTexts, Denied: "That is not yours." }
 * ```
 */
export const defaultTexts: Texts = {
  Answered: "This has already been answered.",
  BotMissingPermissions: "I need these permissions to do that: {permissions}.",
  Busy: "This is busy right now. Please try again in a moment.",
  Closed: "This has ended.",
  Expired: "This has expired. Please start again.",
  Cooldown: "You can use this again {timestamp}.",
  Denied: "You can't use this.",
  Dismissed: "You closed the form. Please start again.",
  Failed: "Something went wrong. Please try again. (Reference: {reference})",
  GuildOnly: "This works in servers only.",
  MissingEntitlement: "This needs a purchase.",
  MissingPermissions: "You need these permissions to do that: {permissions}.",
  NoAnswer: "There was no answer in time. Please start again.",
  Overloaded: "I'm too busy right now. Please try again in a moment.",
  Restarted: "I have restarted since then. Please start again.",
  Shutdown: "I'm restarting. Please try again in a moment.",
  Silent: "Done.",
  Unknown: "This is no longer available."
}
