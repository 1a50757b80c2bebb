/** A user of the fake Discord, who runs commands, clicks, selects and fills in forms. */
import type * as Effect from "effect/Effect"
import type { AwaitTimeout, InvalidAuthorization, NoResult, NotUsable } from "./FakeDiscordError.ts"
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
  /** A guild or its id, for the first channel of that guild. */
  readonly guild?: string | { readonly id: string } | undefined
  /** Whether it happens in the direct messages between the user and the bot. Default: `false`. */
  readonly direct?: boolean | undefined
  /**
   * Whether it happens in a private channel of the user and others, without the bot. Commands that the user has installed can
   * be there. Default: `false`.
   */
  readonly privateChannel?: boolean | undefined
}

/** A file for an attachment option. */
export interface Attachment {
  /** The name of the file. */
  readonly filename: string
  /** In bytes. Default: 1. */
  readonly size?: number | undefined
  /** Its media type. Default: none. */
  readonly contentType?: string | undefined
  /** Where bots find it. Default: an address of the fake. */
  readonly url?: string | undefined
  /** What is in it. Without it there is no file to download. */
  readonly data?: Uint8Array | undefined
}

/** Options of writing a message. */
export interface SayOptions extends Place {
  /** Files that are attached. Default: none. */
  readonly files?: ReadonlyArray<Attachment> | undefined
  /** The id of the message that this one is a reply to. */
  readonly replyTo?: string | undefined
}

/** The value of an option. Users, roles and channels are given by id, or as anything that has an `id`. */
export type OptionValue = string | number | boolean | { readonly id: string } | Attachment

/** Values by option name. */
export type OptionValues = { readonly [name: string]: OptionValue | undefined }

/** Options of running a command. */
export interface SlashOptions extends Place {
  /** `"sub"` or `"group sub"`. It can also be part of the name: `slash("config set")`. */
  readonly subcommand?: string | undefined
  /**
   * Runs a command that is not registered, with option types that are inferred from the values. Default: `false`.
   */
  readonly unregistered?: boolean | undefined
}

/**
 * A user. An action first waits, within the fake's patience, until a shard has a session for the guild and the command
 * is registered. Then it waits for the bot's initial response, and fails with `NoAnswer` after Discord's three seconds.
 */
export interface User {
  readonly id: string
  readonly username: string
  /** Runs a slash command: `slash("counter", { start: 41 })`, `slash("config set", { key: "a" })`. */
  readonly slash: (name: string, values?: OptionValues, options?: SlashOptions) => Effect.Effect<Response, ActionError>
  /** Types into an option with autocomplete: `focused` is its name, `values` is what was typed so far. */
  readonly autocomplete: (
    name: string,
    values: OptionValues,
    focused: string,
    options?: SlashOptions
  ) => Effect.Effect<Response, ActionError>
  /** Runs a context menu command on a user or a message. */
  readonly contextMenu: (
    name: string,
    target: Message | User,
    options?: SlashOptions
  ) => Effect.Effect<Response, ActionError>
  /**
   * Runs the entry point from the App Launcher. Fails with `InvalidCommand` if Discord launches the Activity itself: then the
   * bot gets no interaction.
   */
  readonly launch: (place?: Place) => Effect.Effect<Response, ActionError>
  /** Clicks the button with this label or custom id. */
  readonly click: (
    message: Message,
    labelOrCustomId: string,
    options?: ClickOptions
  ) => Effect.Effect<Response, ActionError>
  /**
   * Selects values in the menu with this placeholder or custom id. Values of string selects are given by label or
   * value, of other selects by id.
   */
  readonly select: (
    message: Message,
    placeholderOrCustomId: string,
    values: ReadonlyArray<string | { readonly id: string }>
  ) => Effect.Effect<Response, ActionError>
  /** Submits a modal. Fails with `NotUsable` if a value does not fit its field. */
  readonly submit: (modal: Modal, fields: FieldValues) => Effect.Effect<Response, ActionError>
  /**
   * Opens one of Discord's pages of OAuth2, and says yes (or no, with `deny`). Returns the URL to which Discord sends the
   * user. Fails with `InvalidAuthorization` if Discord would show an error instead.
   */
  readonly authorize: (
    url: string,
    options?: { readonly deny?: boolean | undefined }
  ) => Effect.Effect<string, InvalidAuthorization>
  /** Withdraws everything that this user has allowed the application: its tokens end. */
  readonly deauthorize: Effect.Effect<void>
  /** Writes a message: the bot gets MESSAGE_CREATE, without content unless it has the intent. */
  readonly say: (content: string, options?: SayOptions) => Effect.Effect<Message, NotUsable>
  /**
   * Changes the content of a message that this user wrote: MESSAGE_UPDATE. Fails with `NotUsable` for messages of others, and
   * if Discord would refuse the content.
   */
  readonly edit: (message: Message, content: string) => Effect.Effect<void, NotUsable | NoResult>
  /**
   * Reacts to a message: `emoji` is a Unicode emoji, or the id of a guild's. The same reaction twice does nothing. Fails with
   * `NotUsable` where the user may not.
   */
  readonly react: (message: Message, emoji: string) => Effect.Effect<void, NotUsable | NoResult>
  /** Takes a reaction back. One that there is not does nothing. */
  readonly unreact: (message: Message, emoji: string) => Effect.Effect<void, NotUsable | NoResult>
  /** Votes for these answers of a message's poll, counted from 1, instead of what the user voted for before. */
  readonly vote: (message: Message, ...answers: ReadonlyArray<number>) => Effect.Effect<void, NotUsable | NoResult>
  /** The messages that this user sees, oldest first, without deleted ones. */
  readonly messages: (place?: Place) => Effect.Effect<ReadonlyArray<Message>, NotUsable>
  /** Waits for a message that this user sees and that satisfies `wanted`, and returns the newest one. */
  readonly awaitMessage: (
    wanted: (message: Snapshot) => boolean,
    options?: Place & WaitOptions
  ) => Effect.Effect<Message, NotUsable | AwaitTimeout>
}
