/**
 * What a bot does with the messages of a channel: reactions, pins, polls, typing. Source: Discord, "Message" and "Channel"
 * resources.
 */
import { notInDirectMessages, notYours, tooOld, wrongChannelType } from "./apiError.ts"
import { isSnowflake, noContent, ok } from "./answers.ts"
import { demand } from "./botAccess.ts"
import { array, number, object } from "./json.ts"
import { alreadyCrossposted, wrongMessageType } from "./limitErrors.ts"
import * as messages from "./messages.ts"
import { pinRoutes } from "./pinRoutes.ts"
import { pollRoutes } from "./pollRoutes.ts"
import { reactionRoutes } from "./reactionRoutes.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { integer } from "./shapes.ts"
import { demandActive, demandOpen } from "./threads.ts"
import { isThread } from "./threadTypes.ts"
import { startTyping } from "./typing.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, MessageRecord } from "./world.ts"

/** How routes find what their paths name. Each throws Discord's error if there is none. */
export interface Finders {
  readonly channelOf: (call: Call) => ChannelRecord
  readonly messageOf: (call: Call) => MessageRecord
  readonly ownMessageOf: (call: Call) => MessageRecord
}

const twoWeeks = 14n * 24n * 3_600_000n

// Source: Discord, "Bulk Delete Messages".
const deleteMany = (find: Finders, call: Call): Answer => {
  const { world } = call
  const channel = find.channelOf(call)
  const ids = array(object(call.body)["messages"]).map(String)
  const problems = new Problems()
  problems.size(["messages"], ids, 2, 100)
  // As reported in Red-DiscordBot #2343.
  const again = ids.findIndex((id, at) => ids.indexOf(id) < at)
  if (again >= 0) {
    problems.add(["messages", again], "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
  }
  problems.done()
  if (channel.guildId === undefined) throw notInDirectMessages()
  demand(world, channel, Permission.manageMessages)
  // The age is in the id, so that ids of no messages have one, too.
  const oldest = (BigInt(world.ids.next()) >> 22n) - twoWeeks
  if (ids.some((id) => isSnowflake(id) && BigInt(id) >> 22n < oldest)) throw tooOld()
  const found = ids.flatMap((id) => world.messages.get(id) ?? [])
  const there = found.filter(({ channelId, deleted }) => channelId === channel.id && !deleted)
  messages.removeMany(world, channel, there)
  return noContent
}

// Announcements

const announcement = 5
const crossposted = 1 << 0
const isCrosspost = 1 << 1

/** Copies a message into the channels that follow this one. Source: Discord, "Channel Follower Webhooks". */
const deliver = (call: Call, message: MessageRecord, channel: ChannelRecord): void => {
  const { world } = call
  for (const follower of world.webhooks.values()) {
    if (follower.sourceChannelId !== channel.id) continue
    const { content, embeds } = message.raw
    const author = { ...world.bot, id: follower.id, username: follower.name }
    const reference = { message_id: message.id, channel_id: channel.id, guild_id: channel.guildId }
    messages.create(world, {
      channelId: follower.channelId,
      author,
      body: { content, embeds },
      fields: { webhook_id: follower.id, flags: isCrosspost, message_reference: { type: 0, ...reference } }
    })
  }
}

const crosspost = (find: Finders, call: Call): Answer => {
  const { world } = call
  const channel = find.channelOf(call)
  const message = find.messageOf(call)
  if (channel.type !== announcement) throw wrongChannelType()
  demand(world, channel, Permission.sendMessages)
  if (object(message.raw["author"])["id"] !== world.bot.id) demand(world, channel, Permission.manageMessages)
  if (!messages.written.has(message.raw["type"])) throw wrongMessageType()
  const flags = number(message.raw["flags"]) ?? 0
  if ((flags & crossposted) !== 0) throw alreadyCrossposted()
  messages.change(world, message, { flags: flags | crossposted })
  deliver(call, message, channel)
  return ok(message.raw)
}

// Source: Discord, "Edit Message": of the messages of others, moderators change SUPPRESS_EMBEDS and nothing else.
const suppress = (find: Finders, call: Call, message: MessageRecord): Answer => {
  const { files, world } = call
  const body = object(call.body)
  const channel = find.channelOf(call)
  const isMore = Object.entries(body).some(([field, value]) => field !== "flags" && value !== undefined)
  if (isMore || files.length > 0 || channel.guildId === undefined) throw notYours()
  demand(world, channel, Permission.manageMessages)
  const asked = number(body["flags"])
  const problems = new Problems()
  integer(problems, body["flags"], ["flags"])
  problems.done()
  const { suppressEmbeds } = messages.Flag
  const before = number(message.raw["flags"]) ?? 0
  const flags = asked === undefined ? before : (before & ~suppressEmbeds) | (asked & suppressEmbeds)
  if (flags !== before) messages.change(world, message, { flags })
  return ok(message.raw)
}

const edit = (find: Finders, call: Call): Answer => {
  const { files, world } = call
  const channel = find.channelOf(call)
  demandActive(channel)
  demandOpen(world, channel)
  const message = find.messageOf(call)
  if (object(message.raw["author"])["id"] !== world.bot.id) return suppress(find, call, message)
  return ok(messages.edit(world, message, object(call.body), files).raw)
}

/** The bot types: TYPING_START. Source: Discord, "Trigger Typing Indicator". */
const type = (find: Finders, call: Call): Answer => {
  const { world } = call
  const channel = find.channelOf(call)
  demand(world, channel, isThread(channel) ? Permission.sendMessagesInThreads : Permission.sendMessages)
  startTyping(world, channel, world.bot)
  return noContent
}

/** The routes. */
export const messageRoutes = (find: Finders): ReadonlyArray<Route> => {
  const here = "/channels/:channel/messages"
  const bot = true
  return [
    ...reactionRoutes(find),
    ...pinRoutes(find),
    ...pollRoutes(find),
    { method: "PATCH", pattern: `${here}/:message`, bot, handle: (call) => edit(find, call) },
    { method: "POST", pattern: "/channels/:channel/typing", bot, handle: (call) => type(find, call) },
    { method: "POST", pattern: `${here}/:message/crosspost`, bot, handle: (call) => crosspost(find, call) },
    { method: "POST", pattern: `${here}/bulk-delete`, bot, handle: (call) => deleteMany(find, call) }
  ]
}
