/** The objects that Discord sends. */
import * as entitlements from "./entitlements.ts"
import { isSeen } from "./botAccess.ts"
import { usualFields } from "./channelFields.ts"
import { array, type Json } from "./json.ts"
import { inChannel } from "./permissions.ts"
import type { Session } from "./session.ts"
import { soundsOf } from "./soundboard.ts"
import type { ChannelRecord, GuildRecord, InteractionRecord, RoleRecord, UserRecord, World } from "./world.ts"

// Source: Discord, "Interaction Structure": ATTACH_FILES, EMBED_LINKS and MENTION_EVERYONE, with the bot also
// USE_EXTERNAL_EMOJIS.
const privatePermissions = "180224"
/** The permissions of users and of the bot in direct messages. */
export const directPermissions = "442368"

const joinedAt = "2020-01-01T00:00:00.000000+00:00"

/** A user object. */
export const user = (record: UserRecord): Json => ({
  id: record.id,
  username: record.username,
  discriminator: record.bot ? "0001" : "0",
  global_name: record.bot ? null : record.username,
  avatar: null,
  avatar_decoration_data: null,
  banner: null,
  accent_color: null,
  collectibles: null,
  primary_guild: null,
  public_flags: 0,
  bot: record.bot
})

/** A partial member, without its user. */
const partialMember = (record: UserRecord): Json => ({
  avatar: null,
  banner: null,
  communication_disabled_until: null,
  flags: 0,
  joined_at: joinedAt,
  nick: null,
  pending: false,
  premium_since: null,
  roles: record.roles,
  deaf: false,
  mute: false
})

/** A member, with its user. */
export const member = (record: UserRecord): Json => ({ ...partialMember(record), user: user(record) })

/** A member of a guild, with what a test has set. */
export const memberOf = (guild: GuildRecord, record: UserRecord): Json => ({
  ...member(record),
  ...guild.memberFields.get(record.id)
})

/** A member of a guild in a message or an interaction's resolved data, which have the user beside it. */
export const memberBesideUser = (guild: GuildRecord, record: UserRecord): Json => {
  const { user: _, ...rest } = memberOf(guild, record) as Readonly<Record<string, unknown>>
  return rest
}

/** The roles of a member, without `@everyone`. */
export const rolesOf = (guild: GuildRecord, record: UserRecord): ReadonlyArray<Json> => {
  const ids = array(memberOf(guild, record)["roles"])
  return guild.roles.filter(({ id }) => ids.includes(id)).map(role)
}

/** A role object. */
export const role = (record: RoleRecord): Json => ({
  id: record.id,
  name: record.name,
  permissions: record.permissions,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  position: record.name === "@everyone" ? 0 : 1,
  managed: false,
  mentionable: false,
  flags: 0,
  ...record.fields
})

/** A channel object. */
export const channel = (record: ChannelRecord): Json => ({
  id: record.id,
  type: record.type,
  // A direct message channel has recipients in place of a name.
  ...(record.type === 1 ? {} : { name: record.name }),
  flags: 0,
  ...(record.guildId === undefined ? {} : { guild_id: record.guildId }),
  ...usualFields(record.type, record.guildId !== undefined),
  ...record.fields
})

/** The active threads that the bot sees. */
const activeThreads = (world: World, record: GuildRecord): ReadonlyArray<Json> =>
  record.threads.filter((thread) => isSeen(world, thread)).map(channel)

/** The data of GUILD_CREATE. */
export const guildCreate = (world: World, record: GuildRecord): Json => ({
  id: record.id,
  name: record.name,
  owner_id: record.ownerId,
  icon: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  description: null,
  features: [],
  application_id: null,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  vanity_url_code: null,
  incidents_data: null,
  emojis: record.emojis,
  stickers: record.stickers,
  afk_channel_id: null,
  afk_timeout: 300,
  default_message_notifications: 0,
  explicit_content_filter: 0,
  mfa_level: 0,
  nsfw_level: 0,
  preferred_locale: "en-US",
  premium_progress_bar_enabled: false,
  premium_tier: 0,
  system_channel_flags: 0,
  system_channel_id: null,
  verification_level: 0,
  roles: record.roles.map(role),
  channels: record.channels.map(channel),
  threads: activeThreads(world, record),
  // Only the bot's own member and those in voice channels are sure to be here, as with Discord.
  members: world
    .members(record.id)
    .filter(({ id }) => id === world.bot.id || record.voice.has(id))
    .map((user) => memberOf(record, user)),
  presences: [],
  voice_states: [...record.voice.values()].map((state) => ({ ...state, guild_id: undefined })),
  stage_instances: [...record.stages.values()],
  guild_scheduled_events: [...record.scheduledEvents.values()].filter(({ status }) => status === 1 || status === 2),
  soundboard_sounds: [...soundsOf(record).values()],
  joined_at: joinedAt,
  large: record.members.size > 50,
  member_count: record.members.size,
  unavailable: false,
  ...record.fields
})

/** The members of a guild, who are all online. */
export const everybody = (world: World, record: GuildRecord): Json => {
  const all = world.members(record.id)
  return {
    members: all.map((each) => memberOf(record, each)),
    presences: all.map(({ id }) => ({ user: { id }, status: "online", activities: [], client_status: {} }))
  }
}

// These are in GUILD_CREATE only. Source: Discord, "Guild Create".
const extras: ReadonlySet<string> = new Set([
  "channels",
  "guild_scheduled_events",
  "joined_at",
  "large",
  "member_count",
  "members",
  "presences",
  "soundboard_sounds",
  "stage_instances",
  "threads",
  "unavailable",
  "voice_states"
])

/** A guild object. */
export const guild = (world: World, record: GuildRecord): Json =>
  Object.fromEntries(Object.entries(guildCreate(world, record)).filter(([field]) => !extras.has(field)))

/** The data of READY. */
export const ready = (world: World, session: Session, guilds: ReadonlyArray<GuildRecord>, resumeUrl: string): Json => ({
  v: 10,
  user: { ...user(world.bot), verified: true, mfa_enabled: false, email: null, flags: 0 },
  guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
  session_id: session.id,
  session_type: "normal",
  resume_gateway_url: resumeUrl,
  shard: [session.shardId, session.shardCount],
  application: { id: world.settings.applicationId, flags: 0, flags_new: "0" },
  private_channels: [],
  presences: [],
  relationships: [],
  user_settings: {},
  _trace: ["[fake]"]
})

/** The data of INTERACTION_CREATE. */
export const interaction = (world: World, record: InteractionRecord, data: Json): Json => {
  const { guildId, source, user: by } = record
  const where = world.channels.get(record.channelId)
  const shared = {
    id: record.id,
    application_id: world.settings.applicationId,
    type: record.type,
    token: record.token,
    version: 1,
    data,
    channel_id: record.channelId,
    locale: by.locale,
    entitlements: entitlements.of(world, by.id, guildId),
    attachment_size_limit: 10_485_760,
    ...(source === undefined ? {} : { message: source.raw })
  }
  if (guildId === undefined) {
    return {
      ...shared,
      channel: where === undefined ? { id: record.channelId, type: 1 } : channel(where),
      user: user(by),
      app_permissions: where?.type === 3 ? privatePermissions : directPermissions,
      authorizing_integration_owners: record.owners,
      context: where?.type === 3 ? 2 : 1
    }
  }
  const guild = world.guilds.get(guildId)
  const permissions = String(where === undefined ? 0n : inChannel(world, where, by))
  return {
    ...shared,
    channel: { ...(where === undefined ? {} : channel(where)), permissions },
    guild_id: guildId,
    guild: { id: guildId, locale: "en-US", features: [] },
    guild_locale: "en-US",
    member: { ...(guild === undefined ? member(by) : memberOf(guild, by)), permissions },
    app_permissions: String(where === undefined ? 0n : inChannel(world, where, world.bot)),
    authorizing_integration_owners: record.owners,
    context: 0
  }
}
