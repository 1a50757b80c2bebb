/** Which intents let an event through. Source: Discord, "Gateway", List of Intents and its Caveats. */
import { Intent } from "./protocol.ts"

const named = (intent: number, names: string): ReadonlyArray<readonly [string, number]> =>
  names.split(" ").map((name) => [name, intent])

const inGuilds: ReadonlyMap<string, number> = new Map([
  ...named(
    Intent.guilds,
    "GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE GUILD_ROLE_DELETE"
  ),
  ...named(Intent.guilds, "CHANNEL_CREATE CHANNEL_UPDATE CHANNEL_DELETE CHANNEL_PINS_UPDATE"),
  ...named(Intent.guilds, "THREAD_CREATE THREAD_UPDATE THREAD_DELETE THREAD_LIST_SYNC THREAD_MEMBER_UPDATE"),
  ...named(Intent.guilds | Intent.guildMembers, "THREAD_MEMBERS_UPDATE"),
  ...named(Intent.guilds, "STAGE_INSTANCE_CREATE STAGE_INSTANCE_UPDATE STAGE_INSTANCE_DELETE"),
  ...named(Intent.guilds, "VOICE_CHANNEL_STATUS_UPDATE VOICE_CHANNEL_START_TIME_UPDATE"),
  ...named(Intent.guildMembers, "GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE"),
  ...named(Intent.guildModeration, "GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE"),
  ...named(Intent.guildExpressions, "GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE"),
  ...named(
    Intent.guildExpressions,
    "GUILD_SOUNDBOARD_SOUND_UPDATE GUILD_SOUNDBOARD_SOUND_DELETE GUILD_SOUNDBOARD_SOUNDS_UPDATE"
  ),
  ...named(
    Intent.guildIntegrations,
    "GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE"
  ),
  ...named(Intent.guildWebhooks, "WEBHOOKS_UPDATE"),
  ...named(Intent.guildInvites, "INVITE_CREATE INVITE_DELETE"),
  ...named(Intent.guildVoiceStates, "VOICE_CHANNEL_EFFECT_SEND VOICE_STATE_UPDATE"),
  ...named(Intent.guildPresences, "PRESENCE_UPDATE"),
  ...named(Intent.guildMessages, "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK"),
  ...named(Intent.guildMessageReactions, "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE"),
  ...named(Intent.guildMessageReactions, "MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI"),
  ...named(Intent.guildMessageTyping, "TYPING_START"),
  ...named(Intent.guildScheduledEvents, "GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE"),
  ...named(Intent.guildScheduledEvents, "GUILD_SCHEDULED_EVENT_DELETE GUILD_SCHEDULED_EVENT_USER_ADD"),
  ...named(Intent.guildScheduledEvents, "GUILD_SCHEDULED_EVENT_USER_REMOVE"),
  ...named(
    Intent.autoModerationConfiguration,
    "AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE"
  ),
  ...named(Intent.autoModerationExecution, "AUTO_MODERATION_ACTION_EXECUTION"),
  ...named(Intent.guildMessagePolls, "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE")
])

const inDirectMessages: ReadonlyMap<string, number> = new Map([
  ...named(Intent.directMessages, "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE CHANNEL_PINS_UPDATE"),
  ...named(Intent.directMessageReactions, "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE"),
  ...named(Intent.directMessageReactions, "MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI"),
  ...named(Intent.directMessageTyping, "TYPING_START"),
  ...named(Intent.directMessagePolls, "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE")
])

/** The intents of which one lets an event through. Events without any always go through. */
export const intentsOf = (t: string, guildId: string | undefined): number | undefined =>
  (guildId === undefined ? inDirectMessages : inGuilds).get(t)
