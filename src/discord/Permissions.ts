/**
 * Discord's permissions by name, and as the decimal strings of bits that Discord sends.
 *
 * Source: Discord, "Permissions".
 */

/** The bit of each permission, under Discord's name for it. */
export const bits = {
  CreateInstantInvite: 0,
  KickMembers: 1,
  BanMembers: 2,
  Administrator: 3,
  ManageChannels: 4,
  ManageGuild: 5,
  AddReactions: 6,
  ViewAuditLog: 7,
  PrioritySpeaker: 8,
  Stream: 9,
  ViewChannel: 10,
  SendMessages: 11,
  SendTTSMessages: 12,
  ManageMessages: 13,
  EmbedLinks: 14,
  AttachFiles: 15,
  ReadMessageHistory: 16,
  MentionEveryone: 17,
  UseExternalEmojis: 18,
  ViewGuildInsights: 19,
  Connect: 20,
  Speak: 21,
  MuteMembers: 22,
  DeafenMembers: 23,
  MoveMembers: 24,
  UseVAD: 25,
  ChangeNickname: 26,
  ManageNicknames: 27,
  ManageRoles: 28,
  ManageWebhooks: 29,
  ManageGuildExpressions: 30,
  UseApplicationCommands: 31,
  RequestToSpeak: 32,
  ManageEvents: 33,
  ManageThreads: 34,
  CreatePublicThreads: 35,
  CreatePrivateThreads: 36,
  UseExternalStickers: 37,
  SendMessagesInThreads: 38,
  UseEmbeddedActivities: 39,
  ModerateMembers: 40,
  ViewCreatorMonetizationAnalytics: 41,
  UseSoundboard: 42,
  CreateGuildExpressions: 43,
  CreateEvents: 44,
  UseExternalSounds: 45,
  SendVoiceMessages: 46,
  SetVoiceChannelStatus: 48,
  SendPolls: 49,
  UseExternalApps: 50,
  PinMessages: 51,
  BypassSlowmode: 52
} as const satisfies Readonly<Record<string, number>>

/** A permission, for example `"ManageGuild"`. */
export type Permission = keyof typeof bits

const maskOf = (permissions: ReadonlyArray<Permission>): bigint =>
  permissions.reduce((set, permission) => set | (1n << BigInt(bits[permission])), 0n)

const holds = (set: bigint, permission: Permission): boolean => ((set >> BigInt(bits[permission])) & 1n) === 1n

/** These permissions as Discord's decimal string of bits; `"0"` for none. */
export const toBits = (permissions: ReadonlyArray<Permission>): string => String(maskOf(permissions))

/** Every permission that has a name here, as a decimal string of bits: what owners and administrators have. */
export const all: string = String(maskOf(Object.keys(bits) as Array<Permission>))

/** Whether a decimal string of bits has all of these permissions. Administrators have all. */
export const has = (set: string, ...permissions: ReadonlyArray<Permission>): boolean =>
  missing(set, permissions).length === 0

/** The permissions in a decimal string of bits, in Discord's order. Bits that have no name here are left out. */
export const fromBits = (set: string): ReadonlyArray<Permission> => {
  const field = BigInt(set)
  return (Object.keys(bits) as Array<Permission>).filter((permission) => holds(field, permission))
}

/**
 * Those of `permissions` that a decimal string of bits lacks, in their order. Administrators lack none.
 *
 * ```ts
 * import { Permissions } from "fibercord"
 *
 * const wanted = ["ManageRoles", "BanMembers"] as const
 * const has = Permissions.toBits(["ManageRoles"])
 * const lacking = Permissions.missing(has, wanted).map(Permissions.toWords) // ["Ban Members"]
 * const everything = Permissions.missing(Permissions.all, wanted) // []
 * const bit = Permissions.bits.BanMembers
 * ```
 */
export const missing = (set: string, permissions: ReadonlyArray<Permission>): ReadonlyArray<Permission> => {
  const field = BigInt(set)
  return holds(field, "Administrator") ? [] : permissions.filter((permission) => !holds(field, permission))
}

/** A permission in words that users can read: `Manage Guild`. */
export const toWords = (permission: Permission): string =>
  permission.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")

/** What of a role permissions are computed from. Discord's role objects fit. */
export interface Role {
  readonly id: string
  /** Permission bits as a decimal string. */
  readonly permissions: string
  /** Roles of the same position are ordered by id: the older one, with the smaller id, is higher. */
  readonly position: number
}

/** What of a guild permissions are computed from. Its `@everyone` role has the id of the guild. Discord's guilds fit. */
export interface Guild {
  readonly id: string
  readonly owner_id: string
  readonly roles: ReadonlyArray<Role>
}

/** What of a member permissions are computed from. Discord's member objects fit. */
export interface Member {
  /** Whose membership it is. */
  readonly user: { readonly id: string }
  /** Ids of its roles, without `@everyone`. Ids that the guild does not have are ignored. */
  readonly roles: ReadonlyArray<string>
  /** Until when it is timed out, as an ISO 8601 timestamp. */
  readonly communication_disabled_until?: string | null | undefined
}

/** A permission overwrite of a channel: type 0 is for a role, 1 for a member. Source: Discord, "Overwrite Object". */
export interface Overwrite {
  readonly id: string
  readonly type: number
  readonly allow: string
  readonly deny: string
}

/** What of a channel permissions are computed from. Discord's channels fit. */
export interface Channel {
  /** Source: Discord, "Channel Types". */
  readonly type: number
  /** What the channel allows and denies to roles and members. Default: nothing. */
  readonly permission_overwrites?: ReadonlyArray<Overwrite> | undefined
}

const inThread = maskOf(["SendMessagesInThreads"])
const send = maskOf(["SendMessages"])
const view = maskOf(["ViewChannel"])
const connect = maskOf(["Connect"])
const administrator = maskOf(["Administrator"])
const everything = BigInt(all)
const whileTimedOut = maskOf(["ViewChannel", "ReadMessageHistory"])
const whoSends = maskOf(["MentionEveryone", "SendTTSMessages", "AttachFiles", "EmbedLinks"])
const whoConnects = maskOf([
  "ManageChannels",
  "PrioritySpeaker",
  "RequestToSpeak",
  "Speak",
  "Stream",
  "UseEmbeddedActivities",
  "UseExternalSounds",
  "UseSoundboard",
  "UseVAD"
])

const threadTypes: ReadonlySet<number> = new Set([10, 11, 12])
const voiceTypes: ReadonlySet<number> = new Set([2, 13])

/** Whether a channel of this type is a thread. */
export const isThread = (type: number): boolean => threadTypes.has(type)

const rolesOf = (guild: Guild, member: Member): ReadonlyArray<Role> =>
  guild.roles.filter((role) => role.id !== guild.id && member.roles.includes(role.id))

const baseOf = (guild: Guild, member: Member): bigint => {
  if (guild.owner_id === member.user.id) return everything
  const everyone = guild.roles.find((role) => role.id === guild.id)
  const set = rolesOf(guild, member).reduce(
    (set, role) => set | BigInt(role.permissions),
    BigInt(everyone?.permissions ?? "0")
  )
  return (set & administrator) === 0n ? set : everything | set
}

/**
 * Whether a member is timed out at a time, in milliseconds since the Unix epoch. Source: Discord, "Guild Member Object".
 */
export const isTimedOut = (member: Member, now: number): boolean => {
  const until = member.communication_disabled_until
  return until !== undefined && until !== null && Date.parse(until) > now
}

const narrowed = (set: bigint, member: Member, now: number): bigint =>
  isTimedOut(member, now) ? set & whileTimedOut : set

/**
 * The permissions of a member in its guild, as a decimal string of bits: those of `@everyone` and of its roles. The owner
 * and administrators have {@link all}. Others who are timed out have `ViewChannel` and `ReadMessageHistory` at most.
 * `now` is the time in milliseconds since the Unix epoch.
 *
 * Source: Discord, "Permission Overwrites" and "Permissions For Timed Out Members".
 */
export const inGuild = (options: { readonly guild: Guild; readonly member: Member; readonly now: number }): string => {
  const { guild, member, now } = options
  const set = baseOf(guild, member)
  return String((set & administrator) === 0n ? narrowed(set, member, now) : set)
}

const overwritten = (set: bigint, { guild, member }: Where, overwrites: ReadonlyArray<Overwrite>): bigint => {
  const apply = (set: bigint, ones: ReadonlyArray<Overwrite>): bigint => {
    const denied = ones.reduce((bits, { deny }) => bits | BigInt(deny), 0n)
    const allowed = ones.reduce((bits, { allow }) => bits | BigInt(allow), 0n)
    return (set & ~denied) | allowed
  }
  const ofRoles = overwrites.filter(({ type }) => type === 0)
  const everyone = ofRoles.filter(({ id }) => id === guild.id)
  const roles = ofRoles.filter(({ id }) => id !== guild.id && member.roles.includes(id))
  const own = overwrites.filter(({ id, type }) => type === 1 && id === member.user.id)
  return apply(apply(apply(set, everyone), roles), own)
}

const implied = (set: bigint, type: number): bigint => {
  if ((set & view) === 0n) return 0n
  let rest = set
  if ((rest & send) === 0n) rest &= ~whoSends
  if (voiceTypes.has(type) && (rest & connect) === 0n) rest &= ~whoConnects
  return rest
}

/** Whose permissions are computed, and where. */
export interface Where {
  /** The guild, with its roles. */
  readonly guild: Guild
  /** The member. */
  readonly member: Member
  /** The channel; for a thread, the thread. */
  readonly channel: Channel
  /** The channel that a thread belongs to: its overwrites count. Without it, a thread has no permissions. */
  readonly parent?: Channel | undefined
  /** The time in milliseconds since the Unix epoch, for timeouts. */
  readonly now: number
}

/**
 * The permissions of a member in a channel, as a decimal string of bits: those in the guild, changed by the overwrites for
 * `@everyone`, then by those for its roles together, then by its own. The owner and administrators have {@link all}.
 *
 * What is useless without another permission is left out, so that a bit says what the member can do: without
 * `ViewChannel` everything; without `SendMessages` also `MentionEveryone`, `SendTTSMessages`, `AttachFiles` and
 * `EmbedLinks`; without `Connect` to a voice or stage channel also `ManageChannels` and what only those who are connected
 * do. A thread has the overwrites of its parent, and there `SendMessages` says whether the member has
 * `SendMessagesInThreads`. Others than the owner and administrators who are timed out keep `ViewChannel` and
 * `ReadMessageHistory` at most.
 *
 * Source: Discord, "Permission Overwrites", "Implicit Permissions", "Inherited Permissions (Threads)" and "Permissions For
 * Timed Out Members".
 */
export const inChannel = (where: Where): string => {
  const { channel, guild, member, now, parent } = where
  const base = baseOf(guild, member)
  if ((base & administrator) !== 0n) return String(base)
  const source = isThread(channel.type) ? parent : channel
  if (source === undefined) return "0"
  let set = overwritten(base, where, source.permission_overwrites ?? [])
  if (isThread(channel.type)) set = (set & inThread) === 0n ? set & ~send : set | send
  return String(narrowed(implied(set, channel.type), member, now))
}

const isHigher = (a: Role, b: Role): boolean =>
  a.position === b.position ? BigInt(a.id) < BigInt(b.id) : a.position > b.position

/** The highest role of a member, which is `@everyone` for one without roles. `undefined` if the guild lacks that too. */
export const highestRole = (guild: Guild, member: Member): Role | undefined =>
  rolesOf(guild, member).reduce<Role | undefined>(
    (highest, role) => (highest === undefined || isHigher(role, highest) ? role : highest),
    undefined
  ) ?? guild.roles.find((role) => role.id === guild.id)

const outranks = (guild: Guild, actor: Member, role: Role | undefined): boolean => {
  const own = highestRole(guild, actor)
  if (own === undefined || own.id === guild.id) return false
  return role === undefined || role.id === guild.id || isHigher(own, role)
}

/**
 * Whether the hierarchy lets a member kick, ban, time out or rename another, or edit and grant a role, provided that it
 * has the permission. The owner can act on everybody else, and nobody on the owner or on itself. Others need a highest
 * role above the target's, or above the role.
 *
 * Source: Discord, "Permission Hierarchy".
 *
 * ```ts
 * import { Clock, Effect } from "effect"
 * import { Permissions } from "fibercord"
 *
 * const guild: Permissions.Guild = {
 *   id: "1",
 *   owner_id: "9",
 *   roles: [
 *     { id: "1", permissions: Permissions.toBits(["ViewChannel"]), position: 0 },
 *     { id: "2", permissions: Permissions.toBits(["BanMembers"]), position: 1 }
 *   ]
 * }
 * const moderator: Permissions.Member = { user: { id: "5" }, roles: ["2"] }
 * const member: Permissions.Member = { user: { id: "6" }, roles: [] }
 *
 * const mayBan = Effect.map(
 *   Clock.currentTimeMillis,
 *   (now) =>
 *     !Permissions.isTimedOut(moderator, now) &&
 *     Permissions.has(Permissions.inGuild({ guild, member: moderator, now }), "BanMembers") &&
 *     Permissions.canActOn({ guild, actor: moderator, target: member })
 * )
 * const role = Permissions.highestRole(guild, moderator)
 * const isThread = Permissions.isThread(11)
 * ```
 */
export const canActOn = (options: {
  readonly guild: Guild
  readonly actor: Member
  readonly target: Member | Role
}): boolean => {
  const { actor, guild, target } = options
  if (!("user" in target)) return guild.owner_id === actor.user.id || outranks(guild, actor, target)
  if (target.user.id === actor.user.id || target.user.id === guild.owner_id) return false
  return guild.owner_id === actor.user.id || outranks(guild, actor, highestRole(guild, target))
}

/** The permissions that Discord sends with an interaction, as decimal strings of bits. */
export interface OfInteraction {
  /** Of the user who caused it, in that channel. `undefined` in direct messages. */
  readonly user: string | undefined
  /** Of the bot, in that channel. */
  readonly bot: string
}

/**
 * The permissions that came with an interaction, computed by Discord. Source: Discord, "Interaction Object".
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Interaction, Permissions } from "fibercord"
 *
 * const mayPin = Effect.map(Interaction.Interaction, ({ raw }) => {
 *   const { bot, user } = Permissions.fromInteraction(raw)
 *   return Permissions.has(bot, "PinMessages") && user !== undefined && Permissions.has(user, "ManageMessages")
 * })
 * ```
 */
export const fromInteraction = (interaction: {
  readonly app_permissions: string
  readonly member?: { readonly permissions: string } | undefined
}): OfInteraction => ({ user: interaction.member?.permissions, bot: interaction.app_permissions })
