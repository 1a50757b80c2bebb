/** What the bot may do in a channel. */
import { cannotMessageUser, missingAccess, missingPermissions, noHistory, noMutualGuild } from "./apiError.ts"
import { isObject, type Json } from "./json.ts"
import { inChannel, isSeenBy, isVoice, Permission } from "./permissions.ts"
import { isThread } from "./threadTypes.ts"
import type { ChannelRecord, World } from "./world.ts"

export { Permission } from "./permissions.ts"

/** Whether the bot has all of these permissions in a channel. In direct messages it has what it needs. */
export const allows = (world: World, channel: ChannelRecord, permission: bigint): boolean =>
  channel.guildId === undefined || (inChannel(world, channel, world.bot) & permission) === permission

/** Whether the bot sees a channel. */
export const isSeen = (world: World, channel: ChannelRecord): boolean => isSeenBy(world, channel, world.bot)

const hasMutualGuild = (world: World, userId: string): boolean =>
  [...world.guilds.values()].some(({ members }) => members.has(userId))

/** Throws Discord's error unless the bot may do this here: 50001 if it does not see the channel, else 50013. */
export const demand = (world: World, channel: ChannelRecord, permission: bigint): void => {
  if (!isSeen(world, channel)) throw missingAccess()
  if (!allows(world, channel, permission)) throw missingPermissions()
}

/**
 * Throws Discord's error unless the bot reads messages here. In a voice channel that needs CONNECT, too. Source: Discord,
 * "Get Channel Messages".
 */
export const demandRead = (world: World, channel: ChannelRecord): void => {
  demand(world, channel, 0n)
  if (isVoice(channel) && !allows(world, channel, Permission.connect)) throw missingAccess()
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

/** Throws Discord's error unless the bot may send a message here. Source: Discord, "JSON Error Codes", 50007 and 50278. */
export const demandSend = (world: World, channel: ChannelRecord, body: Json): void => {
  const recipient = world.recipientOf(channel)
  if (recipient?.closed === true) throw cannotMessageUser()
  if (recipient !== undefined && !hasMutualGuild(world, recipient.id)) throw noMutualGuild()
  // Source: Discord, "Threads": the other one has no effect there.
  demand(world, channel, isThread(channel) ? Permission.sendMessagesInThreads : Permission.sendMessages)
  if (isGiven(body["poll"])) demand(world, channel, Permission.sendPolls)
  // Source: Discord, "Create Message": what a message has needs permissions of its own.
  if (body["tts"] === true) demand(world, channel, Permission.sendTtsMessages)
  // What is forwarded is read in its own channel.
  const reference = body["message_reference"]
  const isReply = isObject(reference) && reference["type"] !== 1
  if (isReply && !allows(world, channel, Permission.readMessageHistory)) throw noHistory()
}
