/** Which intents bring which gateway events. Source: Discord, "List of Intents". */
import type { IntentName } from "../Intents.ts"

const of = (intents: ReadonlyArray<IntentName>, events: ReadonlyArray<string>) =>
  Object.fromEntries(events.map((event) => [event, intents]))

/** The intents of an event, one of which is enough. Events that are not listed need none. */
export const eventIntents: Readonly<Record<string, ReadonlyArray<IntentName>>> = {
  ...of(
    ["Guilds"],
    [
      "GUILD_CREATE",
      "GUILD_UPDATE",
      "GUILD_DELETE",
      "GUILD_ROLE_CREATE",
      "GUILD_ROLE_UPDATE",
      "GUILD_ROLE_DELETE",
      "CHANNEL_CREATE",
      "CHANNEL_UPDATE",
      "CHANNEL_DELETE",
      "THREAD_CREATE",
      "THREAD_UPDATE",
      "THREAD_DELETE",
      "THREAD_LIST_SYNC",
      "THREAD_MEMBER_UPDATE",
      "STAGE_INSTANCE_CREATE",
      "STAGE_INSTANCE_UPDATE",
      "STAGE_INSTANCE_DELETE",
      "VOICE_CHANNEL_STATUS_UPDATE",
      "VOICE_CHANNEL_START_TIME_UPDATE"
    ]
  ),
  ...of(["Guilds", "DirectMessages"], ["CHANNEL_PINS_UPDATE"]),
  ...of(["Guilds", "GuildMembers"], ["THREAD_MEMBERS_UPDATE"]),
  ...of(["GuildMembers"], ["GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"]),
  ...of(["GuildModeration"], ["GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_BAN_ADD", "GUILD_BAN_REMOVE"]),
  ...of(
    ["GuildExpressions"],
    [
      "GUILD_EMOJIS_UPDATE",
      "GUILD_STICKERS_UPDATE",
      "GUILD_SOUNDBOARD_SOUND_CREATE",
      "GUILD_SOUNDBOARD_SOUND_UPDATE",
      "GUILD_SOUNDBOARD_SOUND_DELETE",
      "GUILD_SOUNDBOARD_SOUNDS_UPDATE"
    ]
  ),
  ...of(
    ["GuildIntegrations"],
    ["GUILD_INTEGRATIONS_UPDATE", "INTEGRATION_CREATE", "INTEGRATION_UPDATE", "INTEGRATION_DELETE"]
  ),
  ...of(["GuildWebhooks"], ["WEBHOOKS_UPDATE"]),
  ...of(["GuildInvites"], ["INVITE_CREATE", "INVITE_DELETE"]),
  ...of(["GuildVoiceStates"], ["VOICE_CHANNEL_EFFECT_SEND", "VOICE_STATE_UPDATE"]),
  ...of(["GuildPresences"], ["PRESENCE_UPDATE"]),
  ...of(["GuildMessages", "DirectMessages"], ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"]),
  ...of(["GuildMessages"], ["MESSAGE_DELETE_BULK"]),
  ...of(
    ["GuildMessageReactions", "DirectMessageReactions"],
    ["MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI"]
  ),
  ...of(["GuildMessageTyping", "DirectMessageTyping"], ["TYPING_START"]),
  ...of(
    ["GuildScheduledEvents"],
    [
      "GUILD_SCHEDULED_EVENT_CREATE",
      "GUILD_SCHEDULED_EVENT_UPDATE",
      "GUILD_SCHEDULED_EVENT_DELETE",
      "GUILD_SCHEDULED_EVENT_USER_ADD",
      "GUILD_SCHEDULED_EVENT_USER_REMOVE"
    ]
  ),
  ...of(
    ["AutoModerationConfiguration"],
    ["AUTO_MODERATION_RULE_CREATE", "AUTO_MODERATION_RULE_UPDATE", "AUTO_MODERATION_RULE_DELETE"]
  ),
  ...of(["AutoModerationExecution"], ["AUTO_MODERATION_ACTION_EXECUTION"]),
  ...of(["GuildMessagePolls", "DirectMessagePolls"], ["MESSAGE_POLL_VOTE_ADD", "MESSAGE_POLL_VOTE_REMOVE"])
}
