/** What users see: messages, modals and responses in their current state. */
import type { APIApplicationCommandOptionChoice, APIEmbed, APIMessage } from "../discord/DiscordApi.ts"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { AwaitTimeout, InvalidCommand, NoAnswer, NoResult, NotUsable } from "./FakeDiscordError.ts"
import type { Attachment } from "./User.ts"

/** Why a message cannot be read: there is none, or the bot was "thinking" for longer than the fake's patience. */
export type ReadError = NoResult | AwaitTimeout

/**
 * Why an action of a user has no response. `AwaitTimeout` means that no shard has a session for the guild, or that the test
 * runner gives up before Discord does.
 */
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
  /** Whether only one user sees it. */
  readonly ephemeral: boolean
  /** Whether the bot has deferred its reply, so that users see "thinking". */
  readonly pending: boolean
  readonly deleted: boolean
  /** How often it was changed, including its deletion. */
  readonly edits: number
  readonly raw: APIMessage
}

/** Options of everything that waits. */
export interface WaitOptions {
  /** Longest wait. Default: the fake's patience, which is 1 minute unless set. */
  readonly timeout?: Duration.Input | undefined
}

/** Options of a click. */
export interface ClickOptions {
  /** Clicks although the button is disabled or gone, like a user who still sees the old message. Default: `false`. */
  readonly stale?: boolean | undefined
}

/**
 * A message as one user sees it. Each field is an Effect that reads the current state, after waiting while the bot is
 * "thinking".
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
  /** Whether the bot has deferred its reply and not sent it yet. Does not wait. */
  readonly pending: Effect.Effect<boolean, NoResult>
  /** Whether it was deleted. Does not wait. */
  readonly deleted: Effect.Effect<boolean, NoResult>
  /** The whole message in its current state. Does not wait. */
  readonly snapshot: Effect.Effect<Snapshot, NoResult>
  /** Waits until the content (the text, for components v2) equals or satisfies `wanted`. */
  readonly awaitContent: (
    wanted: string | ((content: string) => boolean),
    options?: WaitOptions
  ) => Effect.Effect<Snapshot, ReadError>
  /** Waits until the message satisfies `wanted`. */
  readonly awaitUntil: (
    wanted: (message: Snapshot) => boolean,
    options?: WaitOptions
  ) => Effect.Effect<Snapshot, ReadError>
  /**
   * Waits for a change or the deletion of the message after the click that returned this handle, or otherwise after the
   * handle was obtained.
   */
  readonly awaitUpdate: (options?: WaitOptions) => Effect.Effect<Snapshot, ReadError>
  /** Clicks the button with this label or custom id, as the user who sees this message. */
  readonly click: (labelOrCustomId: string, options?: ClickOptions) => Effect.Effect<Response, ActionError>
  /**
   * Selects values in the menu with this placeholder or custom id. Values of string selects are given by label or
   * value, of other selects by id.
   */
  readonly select: (
    placeholderOrCustomId: string,
    values: ReadonlyArray<string | { readonly id: string }>
  ) => Effect.Effect<Response, ActionError>
}

/** The kind of a response. */
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
 * The bot's response to an action of a user. Read as a message, it is the message that the response is about: a new
 * one, or, for updates, the one with the component.
 */
export interface Response extends Message {
  readonly kind: AnswerKind
  /** Discord's number for the callback type. */
  readonly type: number
  readonly interactionId: string
  /** Milliseconds from the action to the response. */
  readonly elapsed: number
  /** The modal that was opened. */
  readonly modal: Effect.Effect<Modal, NoResult>
  /** The suggestions of an autocomplete. */
  readonly choices: Effect.Effect<ReadonlyArray<APIApplicationCommandOptionChoice>, NoResult>
  /** The follow-up messages so far. */
  readonly followUps: Effect.Effect<ReadonlyArray<Message>>
  /** Waits for the follow-up message with this number, counted from 1. Default: 1. */
  readonly awaitFollowUp: (count?: number, options?: WaitOptions) => Effect.Effect<Message, AwaitTimeout>
}

/** A field of a modal. */
export interface Field {
  readonly label: string
  readonly customId: string
  /** The component's type: 4 text input, 3 and 5 to 8 selects, 19 file upload, 21 to 23 radio group and checkboxes. */
  readonly type: number
  readonly required: boolean
  /** The prefilled value. */
  readonly value: string
}

/**
 * Values by label or custom id of their fields: arrays for selects and checkbox groups, booleans for checkboxes, and
 * files for uploads.
 */
export type FieldValues = {
  readonly [labelOrCustomId: string]: string | boolean | ReadonlyArray<string> | ReadonlyArray<Attachment>
}

/** An open modal. */
export interface Modal {
  readonly title: string
  readonly customId: string
  readonly fields: ReadonlyArray<Field>
  /** Fills in the fields and submits the modal, as the user who opened it. */
  readonly submit: (fields: FieldValues) => Effect.Effect<Response, ActionError>
}
