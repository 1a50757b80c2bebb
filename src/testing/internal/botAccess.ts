/** What the bot may do in a channel: everything that the channel's overwrites do not take away. */
import { cannotMessageUser, missingAccess, missingPermissions, noMutualGuild } from "./apiError.ts"
import { type Json, objects, string } from "./json.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import type { ChannelRecord, World } from "./world.ts"

/** Source: Discord, "Bitwise Permission Flags". */
export const Permission = {
  kickMembers: 1n << 1n,
  banMembers: 1n << 2n,
  administrator: 1n << 3n,
  addReactions: 1n << 6n,
  manageChannels: 1n << 4n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  manageNicknames: 1n << 27n,
  manageRoles: 1n << 28n,
  manageWebhooks: 1n << 29n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  sendMessagesInThreads: 1n << 38n,
  moderateMembers: 1n << 40n,
  sendPolls: 1n << 49n,
  pinMessages: 1n << 51n
} as const

const bits = (overwrite: Json | undefined, field: "allow" | "deny"): bigint => BigInt(string(overwrite?.[field]) ?? "0")

/** The permissions that overwrites take from the bot. Source: Discord, "Permission Overwrites". */
const denied = (world: World, channel: ChannelRecord): bigint => {
  const parent = isThread(channel) ? String(channel.fields?.["parent_id"]) : undefined
  const place = parent === undefined ? channel : world.channels.get(parent)
  const overwrites = objects(place?.fields?.["permission_overwrites"])
  const of = (id: string) => overwrites.find((each) => each["id"] === id)
  const everyone = of(channel.guildId ?? "")
  const own = of(world.bot.id)
  return (bits(everyone, "deny") & ~bits(everyone, "allow") & ~bits(own, "allow")) | bits(own, "deny")
}

/** Whether overwrites leave the bot this permission here. */
export const allows = (world: World, channel: ChannelRecord, permission: bigint): boolean =>
  channel.guildId === undefined || (denied(world, channel) & permission) === 0n

// Source: Discord, "Threads": a private thread is seen by those who are in it, and by moderators.
const isHidden = (world: World, { id, type }: ChannelRecord, lacking: bigint): boolean =>
  type === privateThread &&
  (lacking & Permission.manageThreads) !== 0n &&
  world.threadMembers.get(id)?.has(world.bot.id) !== true

/** Whether the bot sees a channel. */
export const isSeen = (world: World, channel: ChannelRecord): boolean =>
  allows(world, channel, Permission.viewChannel) && !isHidden(world, channel, denied(world, channel))

const hasMutualGuild = (world: World, userId: string): boolean =>
  [...world.guilds.values()].some(({ members }) => members.has(userId))

/** Throws Discord's error unless the bot may do this here. */
export const demand = (world: World, channel: ChannelRecord, permission: bigint): void => {
  if (channel.guildId === undefined) return
  const lacking = denied(world, channel)
  if ((lacking & Permission.viewChannel) !== 0n || isHidden(world, channel, lacking)) throw missingAccess()
  if ((lacking & permission) !== 0n) throw missingPermissions()
}

/** Throws Discord's error unless the bot may send a message here. Source: Discord, "JSON Error Codes", 50007 and 50278. */
export const demandSend = (world: World, channel: ChannelRecord, body: Json): void => {
  const recipient = world.recipientOf(channel)
  if (recipient?.closed === true) throw cannotMessageUser()
  if (recipient !== undefined && !hasMutualGuild(world, recipient.id)) throw noMutualGuild()
  // Source: Discord, "Threads": the other one has no effect there.
  demand(world, channel, isThread(channel) ? Permission.sendMessagesInThreads : Permission.sendMessages)
  if (body["poll"] !== undefined) demand(world, channel, Permission.sendPolls)
}
