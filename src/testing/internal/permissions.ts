/**
 * What a member of a guild may do, in the guild and in its channels. The bot is a member like others.
 *
 * Source: Discord, "Permissions".
 */
import { array, type Json, objects, string } from "./json.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import type { ChannelRecord, GuildRecord, RoleRecord, UserRecord, World } from "./world.ts"

/** Source: Discord, "Bitwise Permission Flags". */
export const Permission = {
  createInstantInvite: 1n << 0n,
  kickMembers: 1n << 1n,
  banMembers: 1n << 2n,
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  manageGuild: 1n << 5n,
  addReactions: 1n << 6n,
  viewAuditLog: 1n << 7n,
  prioritySpeaker: 1n << 8n,
  stream: 1n << 9n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  sendTtsMessages: 1n << 12n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  useExternalEmojis: 1n << 18n,
  viewGuildInsights: 1n << 19n,
  connect: 1n << 20n,
  speak: 1n << 21n,
  muteMembers: 1n << 22n,
  deafenMembers: 1n << 23n,
  moveMembers: 1n << 24n,
  useVad: 1n << 25n,
  changeNickname: 1n << 26n,
  manageNicknames: 1n << 27n,
  manageRoles: 1n << 28n,
  manageWebhooks: 1n << 29n,
  manageGuildExpressions: 1n << 30n,
  useApplicationCommands: 1n << 31n,
  requestToSpeak: 1n << 32n,
  manageEvents: 1n << 33n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  useExternalStickers: 1n << 37n,
  sendMessagesInThreads: 1n << 38n,
  useEmbeddedActivities: 1n << 39n,
  moderateMembers: 1n << 40n,
  viewCreatorMonetizationAnalytics: 1n << 41n,
  useSoundboard: 1n << 42n,
  createGuildExpressions: 1n << 43n,
  createEvents: 1n << 44n,
  useExternalSounds: 1n << 45n,
  sendVoiceMessages: 1n << 46n,
  setVoiceChannelStatus: 1n << 48n,
  sendPolls: 1n << 49n,
  useExternalApps: 1n << 50n,
  pinMessages: 1n << 51n,
  bypassSlowmode: 1n << 52n
} as const

const everything = Object.values(Permission).reduce((set, bit) => set | bit, 0n)

/** What a bot is invited with that may do everything, but is not above the overwrites of channels. */
export const allButAdministrator = String(everything & ~Permission.administrator)

const bitsOf = (set: unknown): bigint => BigInt(string(set) ?? "0")

/** The owner of a guild. */
export const ownerOf = (guild: GuildRecord): string => String(guild.fields["owner_id"] ?? guild.ownerId)

/** Ids of the roles of a member, without `@everyone`. */
export const roleIdsOf = (guild: GuildRecord, user: UserRecord): ReadonlySet<unknown> =>
  new Set(array(guild.memberFields.get(user.id)?.["roles"] ?? user.roles))

const ofRole = ({ fields, permissions }: RoleRecord): bigint => bitsOf(fields?.["permissions"] ?? permissions)

// What a member has without its roles. A test says what the bot has; others have what @everyone has, and a test adds more.
const unranked = (world: World, guild: GuildRecord, user: UserRecord): bigint => {
  if (user.id === world.bot.id) return bitsOf(guild.botPermissions ?? user.permissions)
  const everyone = guild.roles.find(({ id }) => id === guild.id)
  return bitsOf(user.permissions) | (everyone === undefined ? 0n : ofRole(everyone))
}

const base = (world: World, guild: GuildRecord, user: UserRecord): bigint => {
  if (!guild.members.has(user.id)) return 0n
  if (ownerOf(guild) === user.id) return everything
  const ids = roleIdsOf(guild, user)
  const set = guild.roles
    .filter(({ id }) => id !== guild.id && ids.has(id))
    .reduce((all, role) => all | ofRole(role), unranked(world, guild, user))
  return (set & Permission.administrator) === 0n ? set : everything
}

/** Whether a member is timed out now. The owner and administrators lose nothing by it. */
export const isTimedOut = (world: World, guild: GuildRecord, user: UserRecord): boolean =>
  Date.parse(String(guild.memberFields.get(user.id)?.["communication_disabled_until"])) > world.now()

// Source: Discord, "Permissions For Timed Out Members".
const narrowed = (world: World, guild: GuildRecord, user: UserRecord, set: bigint): bigint =>
  isTimedOut(world, guild, user) ? set & (Permission.viewChannel | Permission.readMessageHistory) : set

/** What a member may do in a guild. Who is no member may do nothing. */
export const inGuild = (world: World, guild: GuildRecord, user: UserRecord): bigint => {
  const set = base(world, guild, user)
  return (set & Permission.administrator) === 0n ? narrowed(world, guild, user, set) : set
}

// Source: Discord, "Permission Overwrites".
const overwritten = (guild: GuildRecord, user: UserRecord, place: ChannelRecord, from: bigint): bigint => {
  const overwrites = objects(place.fields?.["permission_overwrites"])
  const roles = roleIdsOf(guild, user)
  const apply = (set: bigint, fits: (overwrite: Json) => boolean): bigint => {
    const ones = overwrites.filter(fits)
    const denied = ones.reduce((all, { deny }) => all | bitsOf(deny), 0n)
    return ones.reduce((all, { allow }) => all | bitsOf(allow), set & ~denied)
  }
  const ofEveryone = apply(from, ({ id }) => id === guild.id)
  const ofRoles = apply(ofEveryone, ({ id }) => id !== guild.id && roles.has(id))
  return apply(ofRoles, ({ id }) => id === user.id)
}

const voiceTypes: ReadonlySet<number> = new Set([2, 13])

/** Whether a channel is one of voice: a voice or a stage channel. */
export const isVoice = ({ type }: ChannelRecord): boolean => voiceTypes.has(type)

const ofSenders =
  Permission.mentionEveryone | Permission.sendTtsMessages | Permission.attachFiles | Permission.embedLinks

const ofConnected =
  Permission.manageChannels |
  Permission.prioritySpeaker |
  Permission.requestToSpeak |
  Permission.speak |
  Permission.stream |
  Permission.useEmbeddedActivities |
  Permission.useExternalSounds |
  Permission.useSoundboard |
  Permission.useVad

// Source: Discord, "Implicit Permissions".
const implied = (channel: ChannelRecord, from: bigint): bigint => {
  if ((from & Permission.viewChannel) === 0n) return 0n
  const sent = (from & Permission.sendMessages) === 0n ? from & ~ofSenders : from
  return isVoice(channel) && (sent & Permission.connect) === 0n ? sent & ~ofConnected : sent
}

// Source: Discord, "Inherited Permissions (Threads)": who sends in threads sends there, and nobody else.
const inherited = (set: bigint): bigint =>
  (set & Permission.sendMessagesInThreads) === 0n ? set & ~Permission.sendMessages : set | Permission.sendMessages

/** What a user may do in a channel of a guild. A thread has the overwrites of its parent. */
export const inChannel = (world: World, channel: ChannelRecord, user: UserRecord): bigint => {
  const guild = world.guilds.get(channel.guildId ?? "")
  if (guild === undefined) return 0n
  const set = base(world, guild, user)
  if ((set & Permission.administrator) !== 0n) return set
  const place = isThread(channel) ? world.channels.get(String(channel.fields?.["parent_id"])) : channel
  if (place === undefined) return 0n
  const own = overwritten(guild, user, place, set)
  return narrowed(world, guild, user, implied(channel, isThread(channel) ? inherited(own) : own))
}

const groupDirect = 3

/**
 * Whether a user sees a channel: it has VIEW_CHANNEL, and is in a private thread or moderates threads. A direct message
 * channel is seen by the bot and its recipient, a private one of users by its user only.
 */
export const isSeenBy = (world: World, channel: ChannelRecord, user: UserRecord): boolean => {
  if (channel.guildId === undefined) {
    if (channel.type === groupDirect) return channel.fields?.["owner_id"] === user.id
    return user.id === world.bot.id || world.recipientOf(channel)?.id === user.id
  }
  const set = inChannel(world, channel, user)
  if ((set & Permission.viewChannel) === 0n) return false
  // Source: Discord, "Threads": a private thread is seen by those who are in it, and by moderators.
  const isIn = channel.type !== privateThread || world.threadMembers.get(channel.id)?.has(user.id) === true
  return isIn || (set & Permission.manageThreads) !== 0n
}
