/** Discord's permissions by name, and how they are read from its decimal strings of bits. */

/** The bit of each permission. Source: Discord, "Permissions". */
export const permissionBits = {
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
export type PermissionName = keyof typeof permissionBits

const has = (bits: bigint, name: PermissionName): boolean => ((bits >> BigInt(permissionBits[name])) & 1n) === 1n

/** The names that a decimal string of bits does not have, in their order. Administrators have all. */
export const missing = (permissions: string, names: ReadonlyArray<PermissionName>): ReadonlyArray<PermissionName> => {
  const bits = BigInt(permissions)
  return has(bits, "Administrator") ? [] : names.filter((name) => !has(bits, name))
}

/** A name as users may read it: `Manage Guild`. */
export const toWords = (name: PermissionName): string =>
  name.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")
