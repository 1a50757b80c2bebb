/**
 * What was done in guilds, by whom and why. A route that changes a guild calls {@link writeFor} when it has done so, or is named
 * in `audited`.
 *
 * Source: Discord, "Audit Logs Resource".
 */
import type { Json } from "./json.ts"
import { inGuild, Permission } from "./permissions.ts"
import type { Call } from "./routes.ts"
import type { GuildRecord, World } from "./world.ts"

/** Types of entries. Source: Discord, "Audit Log Events". */
export const AuditLogEvent = {
  guildUpdate: 1,
  channelCreate: 10,
  channelUpdate: 11,
  channelDelete: 12,
  channelOverwriteCreate: 13,
  channelOverwriteUpdate: 14,
  channelOverwriteDelete: 15,
  memberKick: 20,
  memberPrune: 21,
  memberBanAdd: 22,
  memberBanRemove: 23,
  memberUpdate: 24,
  memberRoleUpdate: 25,
  memberMove: 26,
  memberDisconnect: 27,
  roleCreate: 30,
  roleUpdate: 31,
  roleDelete: 32,
  inviteCreate: 40,
  inviteUpdate: 41,
  inviteDelete: 42,
  webhookCreate: 50,
  webhookUpdate: 51,
  webhookDelete: 52,
  emojiCreate: 60,
  emojiUpdate: 61,
  emojiDelete: 62,
  messageDelete: 72,
  messageBulkDelete: 73,
  messagePin: 74,
  messageUnpin: 75,
  integrationDelete: 82,
  stageInstanceCreate: 83,
  stageInstanceUpdate: 84,
  stageInstanceDelete: 85,
  stickerCreate: 90,
  stickerUpdate: 91,
  stickerDelete: 92,
  guildScheduledEventCreate: 100,
  guildScheduledEventUpdate: 101,
  guildScheduledEventDelete: 102,
  threadCreate: 110,
  threadUpdate: 111,
  threadDelete: 112,
  applicationCommandPermissionUpdate: 121,
  soundboardSoundCreate: 130,
  soundboardSoundUpdate: 131,
  soundboardSoundDelete: 132,
  autoModerationRuleCreate: 140,
  autoModerationRuleUpdate: 141,
  autoModerationRuleDelete: 142,
  autoModerationBlockMessage: 143,
  autoModerationFlagToChannel: 144,
  autoModerationUserCommunicationDisabled: 145,
  onboardingCreate: 166,
  onboardingUpdate: 167,
  voiceChannelStatusCreate: 192,
  voiceChannelStatusDelete: 193
} as const

/** A field that has changed. Values that are `null` are left out. */
export interface Change {
  readonly key: string
  readonly old_value?: unknown
  readonly new_value?: unknown
}

/** What is written down. */
export interface Done {
  readonly type: (typeof AuditLogEvent)[keyof typeof AuditLogEvent]
  /** The id of what was changed; `null` if there is no such thing. */
  readonly target: string | null
  /** The header of the request. */
  readonly reason?: string | undefined
  readonly changes?: ReadonlyArray<Change> | undefined
  /** Numbers are strings here. Source: Discord, "Optional Audit Entry Info". */
  readonly options?: Json | undefined
  /** Who did it. Default: the bot. */
  readonly by?: string | undefined
}

interface Written {
  /** In milliseconds since the Unix epoch. */
  readonly at: number
  readonly entry: Json
}

const logs = new WeakMap<GuildRecord, Array<Written>>()

const logOf = (guild: GuildRecord): Array<Written> => {
  const known = logs.get(guild) ?? []
  logs.set(guild, known)
  return known
}

const guildModeration = 1 << 2

/** Writes an entry: GUILD_AUDIT_LOG_ENTRY_CREATE, which only bots with VIEW_AUDIT_LOG get. */
export const write = (world: World, guild: GuildRecord, done: Done): void => {
  const { by = world.bot.id, changes = [], options, reason, target, type } = done
  const entry: Json = {
    id: world.ids.next(),
    user_id: by,
    target_id: target,
    action_type: type,
    ...(changes.length === 0 ? {} : { changes }),
    ...(options === undefined ? {} : { options }),
    ...(reason === undefined || reason === "" ? {} : { reason })
  }
  logOf(guild).push({ at: world.now(), entry })
  if ((inGuild(world, guild, world.bot) & Permission.viewAuditLog) === 0n || guild.unavailable) return
  world.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", { ...entry, guild_id: guild.id }, guild.id, guildModeration)
}

/** Writes an entry for a request, with its reason. */
export const writeFor = (call: Call, guild: GuildRecord, done: Omit<Done, "reason">): void =>
  write(call.world, guild, { ...done, reason: call.reason })

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/**
 * The fields in which `after` differs from `before`, among those that are named, by default all. For something new `before` is
 * `{}`, for something that is gone `after`.
 */
export const changesOf = (before: Json, after: Json, fields?: ReadonlyArray<string>): ReadonlyArray<Change> =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => key !== "id" && key !== "guild_id" && fields?.includes(key) !== false)
    .filter((key) => !isSame(before[key], after[key]))
    .map((key) => ({
      key,
      ...(before[key] === undefined || before[key] === null ? {} : { old_value: before[key] }),
      ...(after[key] === undefined || after[key] === null ? {} : { new_value: after[key] })
    }))

// Source: Discord, "Audit Logs Resource": entries are kept for 45 days.
const lifetime = 45 * 24 * 3_600_000

/** The entries of a guild, oldest first. */
export const entriesOf = (world: World, guild: GuildRecord): ReadonlyArray<Json> =>
  logOf(guild)
    .filter(({ at }) => world.now() - at < lifetime)
    .map(({ entry }) => entry)
