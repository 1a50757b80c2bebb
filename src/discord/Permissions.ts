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

const has = (set: bigint, permission: Permission): boolean => ((set >> BigInt(bits[permission])) & 1n) === 1n

/** These permissions as Discord's decimal string of bits; `"0"` for none. */
export const toBits = (permissions: ReadonlyArray<Permission>): string =>
  String(permissions.reduce((set, permission) => set | (1n << BigInt(bits[permission])), 0n))

/** The permissions in a decimal string of bits, in Discord's order. Bits that have no name here are left out. */
export const fromBits = (set: string): ReadonlyArray<Permission> => {
  const all = BigInt(set)
  return (Object.keys(bits) as Array<Permission>).filter((permission) => has(all, permission))
}

/** Those of `permissions` that a decimal string of bits lacks, in their order. Administrators lack none. */
export const missing = (set: string, permissions: ReadonlyArray<Permission>): ReadonlyArray<Permission> => {
  const all = BigInt(set)
  return has(all, "Administrator") ? [] : permissions.filter((permission) => !has(all, permission))
}

/** A permission in words that users can read: `Manage Guild`. */
export const toWords = (permission: Permission): string =>
  permission.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")
