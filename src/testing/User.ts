/** A user of the fake Discord: runs commands, clicks, chooses, fills in. */
import type * as Effect from "effect/Effect"
import type { AwaitTimeout, NotUsable } from "./FakeDiscordError.ts"
import type {
  ActionError,
  ClickOptions,
  FieldValues,
  Message,
  Modal,
  Response,
  Snapshot,
  WaitOptions
} from "./Message.ts"

/** Where something happens. Default: the first channel of the default guild. */
export interface Place {
  /** A channel's id. */
  readonly channel?: string | undefined
  /** A guild, or its id; its first channel. */
  readonly guild?: string | { readonly id: string } | undefined
  /** The direct messages between the user and the bot. */
  readonly direct?: boolean | undefined
}

/** A file for an attachment option. */
export interface Attachment {
  readonly filename: string
  /** In bytes. Default: 1. */
  readonly size?: number | undefined
  readonly contentType?: string | undefined
  readonly url?: string | undefined
}

/** The value of an option: users, roles and channels as anything with an id, or as the id itself. */
export type OptionValue = string | number | boolean | { readonly id: string } | Attachment

/** Values by option name. */
export type OptionValues = { readonly [name: string]: OptionValue | undefined }

/** How a command is run. */
export interface SlashOptions extends Place {
  /** `sub`, or `group sub`. They can also follow the command's name. */
  readonly subcommand?: string | undefined
  /**
   * Runs a command that is not registered: the types of its options follow from the values. For bots whose registration
   * fails. Default: false.
   */
  readonly unregistered?: boolean | undefined
}

/**
 * A user. What it does waits for the bot's first answer, at most for Discord's three seconds (`NoAnswer`); before that
 * it waits, within the fake's patience, until some shard has a session for the guild, and until the command is
 * registered.
 */
export interface User {
  readonly id: string
  readonly username: string
  /** Runs a slash command: `slash("counter", { start: 41 })`, `slash("config set", { key: "a" })`. */
  readonly slash: (name: string, values?: OptionValues, options?: SlashOptions) => Effect.Effect<Response, ActionError>
  /** Types into an option that has autocompletion: `focused` names it, `values` has what is typed so far. */
  readonly autocomplete: (
    name: string,
    values: OptionValues,
    focused: string,
    options?: SlashOptions
  ) => Effect.Effect<Response, ActionError>
  /** Runs a command of the context menu on a user or a message. */
  readonly contextMenu: (
    name: string,
    target: Message | User,
    options?: SlashOptions
  ) => Effect.Effect<Response, ActionError>
  /** Clicks the button with this label or custom id. */
  readonly click: (
    message: Message,
    labelOrCustomId: string,
    options?: ClickOptions
  ) => Effect.Effect<Response, ActionError>
  /** Chooses in the select menu with this placeholder or custom id; of a string select by label or value. */
  readonly select: (
    message: Message,
    placeholderOrCustomId: string,
    values: ReadonlyArray<string | { readonly id: string }>
  ) => Effect.Effect<Response, ActionError>
  /** Submits a modal. Fails with `NotUsable` where a value does not fit its field. */
  readonly submit: (modal: Modal, fields: FieldValues) => Effect.Effect<Response, ActionError>
  /** Writes a message: MESSAGE_CREATE for the bot, without content unless it has the intent. */
  readonly say: (content: string, place?: Place) => Effect.Effect<Message, NotUsable>
  /** The messages that this user sees, oldest first, without deleted ones. */
  readonly messages: (place?: Place) => Effect.Effect<ReadonlyArray<Message>, NotUsable>
  /** Waits for a message that this user sees, the newest that fits. */
  readonly awaitMessage: (
    wanted: (message: Snapshot) => boolean,
    options?: Place & WaitOptions
  ) => Effect.Effect<Message, NotUsable | AwaitTimeout>
}
