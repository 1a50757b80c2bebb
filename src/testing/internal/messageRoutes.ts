/**
 * What a bot does with the messages of a channel: reactions, pins, polls. Source: Discord, "Message", "Channel" and
 * "Poll" resources.
 */
import { notInDirectMessages, tooOld, unknownEmoji, unknownPoll } from "./apiError.ts"
import { demand, Permission } from "./botAccess.ts"
import { array, type Json, object } from "./json.ts"
import * as messages from "./messages.ts"
import * as reactions from "./reactions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { demandActive } from "./threads.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, MessageRecord } from "./world.ts"

/** How routes find what their paths name. Each throws Discord's error if there is none. */
export interface Finders {
  readonly channelOf: (call: Call) => ChannelRecord
  readonly messageOf: (call: Call) => MessageRecord
  readonly ownMessageOf: (call: Call) => MessageRecord
}

const noContent: Answer = { status: 204 }

// A standard emoji, or `name:id` of a custom one.
const emojiOf = ({ params }: Call): Json => {
  const text = params["emoji"] ?? ""
  const custom = /^(?:a:)?(\w+):(\d+)$/.exec(text)
  if (custom !== null) return { id: custom[2], name: custom[1] }
  if (/^[\w\s]*$/.test(text)) throw unknownEmoji()
  return { id: null, name: text }
}

const react = (find: Finders, call: Call, isAdded: boolean): Answer => {
  const message = find.messageOf(call)
  const emoji = emojiOf(call)
  demandActive(find.channelOf(call))
  if (isAdded) demand(call.world, find.channelOf(call), Permission.addReactions)
  reactions.react(call.world, message, call.world.bot, emoji, isAdded)
  return noContent
}

const pin = (find: Finders, call: Call, isPinned: boolean): Answer => {
  const message = find.messageOf(call)
  const channel = find.channelOf(call)
  demand(call.world, channel, Permission.pinMessages)
  demandActive(channel)
  messages.change(call.world, message, { pinned: isPinned })
  const where = { channel_id: channel.id, last_pin_timestamp: isPinned ? call.world.timestamp() : null }
  const guild = channel.guildId === undefined ? {} : { guild_id: channel.guildId }
  call.world.emit("CHANNEL_PINS_UPDATE", { ...where, ...guild }, channel.guildId)
  return noContent
}

const pinsOf = (find: Finders, call: Call): Answer => {
  const { id } = find.channelOf(call)
  const pinned = [...call.world.messages.values()].filter(
    (message) => message.channelId === id && !message.deleted && message.raw["pinned"] === true
  )
  const items = pinned.map(({ raw }) => ({ pinned_at: call.world.timestamp(), message: raw }))
  return { status: 200, body: { items, has_more: false } }
}

const expirePoll = (find: Finders, call: Call): Answer => {
  const message = find.ownMessageOf(call)
  const poll = object(message.raw["poll"])
  if (message.raw["poll"] === undefined || object(poll["results"])["is_finalized"] === true) throw unknownPoll()
  const ended = { ...poll, expiry: call.world.timestamp(), results: { ...object(poll["results"]), is_finalized: true } }
  messages.change(call.world, message, { poll: ended })
  return { status: 200, body: message.raw }
}

const twoWeeks = 14 * 24 * 3_600_000

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
  const found = ids.flatMap((id) => world.messages.get(id) ?? [])
  if (found.some(({ raw }) => world.now() - Date.parse(String(raw["timestamp"])) > twoWeeks)) throw tooOld()
  const there = found.filter(({ channelId, deleted }) => channelId === channel.id && !deleted)
  messages.removeMany(world, channel, there)
  return noContent
}

/** The routes. */
export const messageRoutes = (find: Finders): ReadonlyArray<Route> => {
  const here = "/channels/:channel/messages"
  const bot = true
  const reaction = `${here}/:message/reactions/:emoji/@me`
  const pins = `${here}/pins`
  return [
    { method: "PUT", pattern: reaction, bot, handle: (call) => react(find, call, true) },
    { method: "DELETE", pattern: reaction, bot, handle: (call) => react(find, call, false) },
    { method: "GET", pattern: pins, bot, handle: (call) => pinsOf(find, call) },
    { method: "PUT", pattern: `${pins}/:message`, bot, handle: (call) => pin(find, call, true) },
    { method: "DELETE", pattern: `${pins}/:message`, bot, handle: (call) => pin(find, call, false) },
    // Deprecated, and still in use.
    { method: "PUT", pattern: "/channels/:channel/pins/:message", bot, handle: (call) => pin(find, call, true) },
    { method: "DELETE", pattern: "/channels/:channel/pins/:message", bot, handle: (call) => pin(find, call, false) },
    { method: "POST", pattern: `${here}/bulk-delete`, bot, handle: (call) => deleteMany(find, call) },
    {
      method: "POST",
      pattern: "/channels/:channel/polls/:message/expire",
      bot,
      handle: (call) => expirePoll(find, call)
    }
  ]
}
