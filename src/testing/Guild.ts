/** A guild of a fake Discord: what is in it, and what happens to it. */
import type * as Effect from "effect/Effect"
import type { AwaitTimeout } from "./FakeDiscordError.ts"
import type { WaitOptions } from "./Message.ts"

/** Fields of Discord's objects that replace those that the fake makes up. */
export type Fields = { readonly [field: string]: unknown }

/** A webhook that somebody has made: who knows its id and its token can use it. */
export interface Webhook {
  readonly id: string
  readonly token: string
}

/**
 * A guild. Everything that happens is dispatched to running sessions as Discord does, to those whose intents allow it.
 * Changing or removing what does not exist is a defect.
 *
 * Source: Discord, "Gateway Events".
 */
export interface Guild {
  readonly id: string
  readonly name: string
  /** Its first channel. */
  readonly channelId: string
  /** The id of the `@everyone` role, which equals the id of the guild. */
  readonly everyone: string
  /** Changes it: GUILD_UPDATE. */
  readonly update: (fields: Fields) => Effect.Effect<void>
  /** An outage begins: GUILD_DELETE with `unavailable`. Until it ends, nothing of this guild is dispatched. */
  readonly outage: Effect.Effect<void>
  /** The outage ends: GUILD_CREATE. */
  readonly recover: Effect.Effect<void>
  /** The bot is removed: GUILD_DELETE. The guild is gone for the bot then. */
  readonly remove: Effect.Effect<void>
  /**
   * What the bot may do in this guild from now on, besides what its roles give: permission bits as a decimal string, for
   * example `"0"`. There is no event for it. `undefined` stands for what the fake was started with.
   */
  readonly setBotPermissions: (permissions: string | undefined) => Effect.Effect<void>
  /**
   * Replaces who can run a command here, as an administrator does: its name or id, or `undefined` for all commands that have
   * no such rules of their own. `type` is 1 for a role, 2 for a user, 3 for a channel; the guild's id stands for everyone, and
   * that minus one for all channels. An empty list takes the rules away: APPLICATION_COMMAND_PERMISSIONS_UPDATE. Waits until the
   * command is registered, at most for the fake's patience.
   */
  readonly setCommandPermissions: (
    command: string | undefined,
    permissions: ReadonlyArray<{ readonly id: string; readonly type: 1 | 2 | 3; readonly permission: boolean }>
  ) => Effect.Effect<void>
  /**
   * Adds a channel, and returns its id: CHANNEL_CREATE. `type` is Discord's, by default a text channel's. `id` is for bots
   * that know their channels by id; by default it is a new one.
   */
  readonly channel: (name: string, fields?: Fields) => Effect.Effect<string>
  /**
   * Waits for a channel or thread that satisfies `wanted`, for example one that the bot makes, and returns the id of the
   * newest one. `type` is Discord's. Default of `timeout`: the fake's patience.
   */
  readonly awaitChannel: (
    wanted: (channel: { readonly id: string; readonly name: string; readonly type: number }) => boolean,
    options?: WaitOptions
  ) => Effect.Effect<string, AwaitTimeout>
  /** Changes a channel: CHANNEL_UPDATE. */
  readonly updateChannel: (id: string, fields: Fields) => Effect.Effect<void>
  /** Deletes a channel with its threads: CHANNEL_DELETE. Those who are in it leave its voice first. */
  readonly deleteChannel: (id: string) => Effect.Effect<void>
  /** Adds a role, and returns its id, which is new unless `id` says which: GUILD_ROLE_CREATE. */
  readonly role: (
    name: string,
    options?: { readonly permissions?: string | undefined; readonly [field: string]: unknown }
  ) => Effect.Effect<string>
  /** Changes a role: GUILD_ROLE_UPDATE. */
  readonly updateRole: (id: string, fields: Fields) => Effect.Effect<void>
  /** Deletes a role, which members lose: GUILD_ROLE_DELETE. */
  readonly deleteRole: (id: string) => Effect.Effect<void>
  /** A user joins: GUILD_MEMBER_ADD. Users are members of every guild until they are removed. */
  readonly addMember: (userId: string, fields?: Fields) => Effect.Effect<void>
  /** Changes a member: GUILD_MEMBER_UPDATE. */
  readonly updateMember: (userId: string, fields: Fields) => Effect.Effect<void>
  /** A member leaves: GUILD_MEMBER_REMOVE. It leaves voice first. */
  readonly removeMember: (userId: string) => Effect.Effect<void>
  /** Somebody bans a user: GUILD_MEMBER_REMOVE if it is a member, and GUILD_BAN_ADD. */
  readonly ban: (userId: string, reason?: string) => Effect.Effect<void>
  /** Somebody lifts a ban: GUILD_BAN_REMOVE. */
  readonly unban: (userId: string) => Effect.Effect<void>
  /** A member joins or moves to a voice channel, or leaves with `undefined`: VOICE_STATE_UPDATE. */
  readonly voice: (userId: string, channelId: string | undefined, fields?: Fields) => Effect.Effect<void>
  /**
   * The voice server changes, or with `null` goes away until there is another: VOICE_SERVER_UPDATE. Nothing is sent if
   * the bot is in no voice channel of this guild.
   */
  readonly voiceServer: (endpoint: string | null) => Effect.Effect<void>
  /** Adds an emoji, and returns its id: GUILD_EMOJIS_UPDATE. */
  readonly emoji: (name: string, fields?: Fields) => Effect.Effect<string>
  /** Deletes an emoji: GUILD_EMOJIS_UPDATE. */
  readonly deleteEmoji: (id: string) => Effect.Effect<void>
  /** Adds a public thread to a channel, and returns its id: THREAD_CREATE. */
  readonly thread: (channelId: string, name: string, fields?: Fields) => Effect.Effect<string>
  /** Changes a thread: THREAD_UPDATE. One that gets archived by `thread_metadata` is no longer active. */
  readonly updateThread: (id: string, fields: Fields) => Effect.Effect<void>
  /** Deletes a thread: THREAD_DELETE. */
  readonly deleteThread: (id: string) => Effect.Effect<void>
  /** Somebody edits a message: MESSAGE_UPDATE. */
  readonly editMessage: (id: string, content: string) => Effect.Effect<void>
  /** Deletes messages of one channel: MESSAGE_DELETE, or MESSAGE_DELETE_BULK for more than one. */
  readonly deleteMessages: (ids: ReadonlyArray<string>) => Effect.Effect<void>
  /**
   * A member reacts to a message: MESSAGE_REACTION_ADD, and `reactions` of the message. `emoji` is a Unicode emoji, or the
   * id of one of this guild's. The same reaction twice does nothing.
   */
  readonly react: (userId: string, messageId: string, emoji: string) => Effect.Effect<void>
  /** A member takes a reaction back: MESSAGE_REACTION_REMOVE. One that there is not does nothing. */
  readonly unreact: (userId: string, messageId: string, emoji: string) => Effect.Effect<void>
  /** A member pins a message: CHANNEL_PINS_UPDATE, and a system message that says so. A second time does nothing. */
  readonly pin: (userId: string, messageId: string) => Effect.Effect<void>
  /** A member takes a pin away: CHANNEL_PINS_UPDATE. */
  readonly unpin: (userId: string, messageId: string) => Effect.Effect<void>
  /**
   * A member makes a scheduled event, and returns its id: GUILD_SCHEDULED_EVENT_CREATE. By default it begins in an hour, in the
   * first voice channel, or elsewhere for an hour if there is none.
   */
  readonly scheduledEvent: (userId: string, fields?: Fields) => Effect.Effect<string>
  /** A member is interested in a scheduled event: GUILD_SCHEDULED_EVENT_USER_ADD. */
  readonly subscribe: (userId: string, eventId: string) => Effect.Effect<void>
  /** A member is no longer interested: GUILD_SCHEDULED_EVENT_USER_REMOVE. */
  readonly unsubscribe: (userId: string, eventId: string) => Effect.Effect<void>
  /**
   * A member makes an invite, and returns its code: INVITE_CREATE. `maxAge` is in seconds (default: a day), `maxUses` a number
   * of uses (default: any); 0 stands for no end.
   */
  readonly invite: (
    userId: string,
    channelId: string,
    terms?: { readonly maxAge?: number | undefined; readonly maxUses?: number | undefined }
  ) => Effect.Effect<string>
  /**
   * A user who is no member joins by an invite, and gets its roles: GUILD_MEMBER_ADD. An invite that there is not, and a user
   * who is banned, are defects.
   */
  readonly join: (userId: string, code: string) => Effect.Effect<void>
  /** A member makes a webhook, which then belongs to no application: WEBHOOKS_UPDATE. */
  readonly webhook: (userId: string, channelId: string, name: string) => Effect.Effect<Webhook>
  /** A member begins to type in a channel (default: the first one): TYPING_START. */
  readonly type: (userId: string, channelId?: string) => Effect.Effect<void>
  /**
   * A member votes for these answers of a message's poll, counted from 1, instead of what it voted for before:
   * MESSAGE_POLL_VOTE_REMOVE and MESSAGE_POLL_VOTE_ADD, and the results of the poll.
   */
  readonly vote: (userId: string, messageId: string, ...answers: ReadonlyArray<number>) => Effect.Effect<void>
}
