/** What users see: messages, modals and answers, as Discord holds them right now. */
import type { APIApplicationCommandOptionChoice, APIEmbed, APIMessage } from "discord-api-types/v10"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { AwaitTimeout, InvalidCommand, NoAnswer, NoResult, NotUsable } from "./FakeDiscordError.ts"

/** Why a message cannot be read: there is none, or it stayed "thinking" for longer than the fake's patience. */
export type ReadError = NoResult | AwaitTimeout

/** Why something that a user does does not lead to an answer. `AwaitTimeout`: no shard has a session for the guild. */
export type ActionError = NoAnswer | NotUsable | InvalidCommand | NoResult | AwaitTimeout

/** A button on a message. */
export interface Button {
  /** Its label, or the name of its emoji. */
  readonly label: string
  /** Empty for links. */
  readonly customId: string
  /** 1 primary, 2 secondary, 3 success, 4 danger, 5 link, 6 premium. */
  readonly style: number
  readonly disabled: boolean
  readonly url: string | undefined
}

/** A select menu on a message. */
export interface Select {
  readonly customId: string
  /** 3 string, 5 user, 6 role, 7 mentionable, 8 channel. */
  readonly type: number
  readonly placeholder: string
  readonly disabled: boolean
  /** Labels and values of a string select. */
  readonly options: ReadonlyArray<{ readonly label: string; readonly value: string }>
}

/** A message at one moment. */
export interface Snapshot {
  readonly id: string
  readonly channelId: string
  readonly content: string
  /** The content, or the text displays of a message with components v2, joined by newlines. */
  readonly text: string
  readonly embeds: ReadonlyArray<APIEmbed>
  readonly buttons: ReadonlyArray<Button>
  readonly selects: ReadonlyArray<Select>
  /** Only one user sees it. */
  readonly ephemeral: boolean
  /** The bot has deferred, and users see "thinking". */
  readonly pending: boolean
  readonly deleted: boolean
  /** How often it was changed. */
  readonly edits: number
  readonly raw: APIMessage
}

/** How long to wait. Default: the fake's patience (10 seconds). */
export interface WaitOptions {
  readonly timeout?: Duration.Input | undefined
}

/** How to click. */
export interface ClickOptions {
  /** The user still sees the message as it was before its buttons were disabled. Default: false. */
  readonly stale?: boolean | undefined
}

/**
 * A message, seen by one user. Each field reads the server's current state, and waits while the bot is "thinking".
 */
export interface Message {
  readonly id: Effect.Effect<string, ReadError>
  readonly content: Effect.Effect<string, ReadError>
  /** The content, or the text displays of a message with components v2, joined by newlines. */
  readonly text: Effect.Effect<string, ReadError>
  readonly embeds: Effect.Effect<ReadonlyArray<APIEmbed>, ReadError>
  readonly components: Effect.Effect<NonNullable<APIMessage["components"]>, ReadError>
  readonly buttons: Effect.Effect<ReadonlyArray<Button>, ReadError>
  readonly selects: Effect.Effect<ReadonlyArray<Select>, ReadError>
  readonly ephemeral: Effect.Effect<boolean, ReadError>
  readonly raw: Effect.Effect<APIMessage, ReadError>
  /** Whether the bot has deferred and not answered yet. Does not wait. */
  readonly pending: Effect.Effect<boolean, NoResult>
  /** Whether it was deleted. Does not wait. */
  readonly deleted: Effect.Effect<boolean, NoResult>
  /** Everything at this moment. Does not wait. */
  readonly snapshot: Effect.Effect<Snapshot, NoResult>
  /** Waits until the content (or text, for components v2) is this, or fits. */
  readonly awaitContent: (
    wanted: string | ((content: string) => boolean),
    options?: WaitOptions
  ) => Effect.Effect<Snapshot, ReadError>
  /** Waits until the message is as wanted. */
  readonly awaitUntil: (
    wanted: (message: Snapshot) => boolean,
    options?: WaitOptions
  ) => Effect.Effect<Snapshot, ReadError>
  /**
   * Waits for a change (or the deletion) after the moment that this handle stands for: the click that gave it, or else
   * the moment when it was obtained.
   */
  readonly awaitUpdate: (options?: WaitOptions) => Effect.Effect<Snapshot, ReadError>
  /** Clicks the button with this label or custom id, as the user whose view this is. */
  readonly click: (labelOrCustomId: string, options?: ClickOptions) => Effect.Effect<Response, ActionError>
  /** Chooses in the select menu with this placeholder or custom id; of a string select by label or value. */
  readonly select: (
    placeholderOrCustomId: string,
    values: ReadonlyArray<string | { readonly id: string }>
  ) => Effect.Effect<Response, ActionError>
}

/** How a bot has answered. */
export type AnswerKind =
  | "message"
  | "deferred-message"
  | "deferred-update"
  | "update"
  | "choices"
  | "modal"
  | "premium"
  | "activity"
  | "pong"

/**
 * The answer to what a user did. As a message it is the one that the answer is about: a new one, or for updates the one
 * that was clicked.
 */
export interface Response extends Message {
  readonly kind: AnswerKind
  /** Discord's number of the callback type. */
  readonly type: number
  readonly interactionId: string
  /** Milliseconds until the answer. */
  readonly elapsed: number
  /** The modal that was opened. */
  readonly modal: Effect.Effect<Modal, NoResult>
  /** What an autocomplete suggests. */
  readonly choices: Effect.Effect<ReadonlyArray<APIApplicationCommandOptionChoice>, NoResult>
  /** Follow-up messages so far. */
  readonly followUps: Effect.Effect<ReadonlyArray<Message>>
  /** Waits for the follow-up with this number, counted from 1 (the default). */
  readonly awaitFollowUp: (count?: number, options?: WaitOptions) => Effect.Effect<Message, AwaitTimeout>
}

/** A field of a modal. */
export interface Field {
  readonly label: string
  readonly customId: string
  /** The component's type: 4 text input, 3 and 5 to 8 selects, 19 file upload, 21 to 23 radio group and checkboxes. */
  readonly type: number
  readonly required: boolean
  /** What is filled in already. */
  readonly value: string
}

/** What is filled in: by label or custom id. Selects and checkbox groups take arrays, a checkbox a boolean. */
export type FieldValues = { readonly [labelOrCustomId: string]: string | boolean | ReadonlyArray<string> }

/** An open modal. */
export interface Modal {
  readonly title: string
  readonly customId: string
  readonly fields: ReadonlyArray<Field>
  /** Fills in and submits, as the user who got it. */
  readonly submit: (fields: FieldValues) => Effect.Effect<Response, ActionError>
}
