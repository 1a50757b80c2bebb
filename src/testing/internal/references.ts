/** What a message refers to: replies and forwards. Source: Discord, "Message Reference Structure" and "Create Message". */
import {
  fullForward,
  forwardFromNowhere,
  missingAccess,
  noHistoryThere,
  replyToNothing,
  replyToSystem,
  unforwardable,
  unknownMessage,
  unreadableForward
} from "./apiError.ts"
import { allows, isSeen, Permission } from "./botAccess.ts"
import { type Json, object, objects, string } from "./json.ts"
import { Intent } from "./protocol.ts"
import type { MessageRecord, World } from "./world.ts"

const forward = 1
const reply = 19

// Source: Discord, "Message Reference Types": DEFAULT, REPLY, CHAT_INPUT_COMMAND and CONTEXT_MENU_COMMAND.
const forwardable: ReadonlySet<unknown> = new Set([0, reply, 20, 23])

// Source: Discord, "Create Message": a reply is not to a system message. These are what users and bots have written.
const isSystem = (message: MessageRecord): boolean => !forwardable.has(message.raw["type"])

// Source: Discord, "Message Content Intent", and its change log of April 14, 2026.
const isReadable = (world: World, { channelId, raw }: MessageRecord): boolean =>
  (world.settings.disallowedIntents & Intent.messageContent) === 0 ||
  object(raw["author"])["id"] === world.bot.id ||
  world.channels.get(channelId)?.guildId === undefined ||
  objects(raw["mentions"]).some(({ id }) => id === world.bot.id)

const has = (body: Json, field: string): boolean => {
  const value = body[field]
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ""
}

// Source: Discord, "Create Message": only the reference. The code is from issue 8561 of discord-api-docs.
const isAlone = (body: Json, files: number): boolean =>
  files === 0 && !["content", "embeds", "components", "poll", "sticker_ids"].some((field) => has(body, field))

const copied = ["content", "embeds", "attachments", "components", "timestamp", "edited_timestamp", "flags", "type"]
const alsoCopied = ["mentions", "mention_roles", "sticker_items"]

const snapshotOf = ({ raw }: MessageRecord): Json => {
  const there = alsoCopied.filter((field) => raw[field] !== undefined)
  return Object.fromEntries([...copied, ...there].map((field) => [field, raw[field]]))
}

/** A message that refers to another one. */
export interface Referring {
  readonly body: Json
  /** Where it is sent. */
  readonly channelId: string
  readonly files: number
  readonly flags: number
}

// The flag HAS_SNAPSHOT. Source: Discord, "Message Flags".
const hasSnapshot = 1 << 14

const forwardOf = (world: World, { body, files, flags }: Referring, target: MessageRecord | undefined): Json => {
  const asked = object(body["message_reference"])
  if (!isAlone(body, files)) throw fullForward()
  if (asked["channel_id"] === undefined || asked["channel_id"] === null) throw forwardFromNowhere()
  if (target === undefined || target.channelId !== asked["channel_id"]) throw unknownMessage()
  const channel = world.channels.get(target.channelId)
  if (channel !== undefined && !isSeen(world, channel)) throw missingAccess()
  if (channel !== undefined && !allows(world, channel, Permission.readMessageHistory)) throw noHistoryThere()
  if (!isReadable(world, target)) throw unreadableForward()
  if (isSystem(target) || has(target.raw, "poll")) throw unforwardable()
  return { flags: flags | hasSnapshot, message_reference: asked, message_snapshots: [{ message: snapshotOf(target) }] }
}

/** The fields of a message that refers to another one. Throws Discord's error if it cannot. */
export const of = (world: World, referring: Referring): Json => {
  const { body, channelId } = referring
  if (!has(body, "message_reference")) return {}
  const asked = object(body["message_reference"])
  const found = world.messages.get(string(asked["message_id"]) ?? "")
  const target = found === undefined || found.deleted || found.visibleTo !== undefined ? undefined : found
  if (asked["type"] === forward) return forwardOf(world, referring, target)
  // A reply is in the channel of what it replies to.
  const place = asked["channel_id"] ?? channelId
  const here = target?.channelId === channelId && place === channelId ? target : undefined
  if (here === undefined && asked["fail_if_not_exists"] !== false) throw replyToNothing()
  if (here !== undefined && isSystem(here)) throw replyToSystem()
  const made = { channel_id: channelId, ...asked, type: asked["type"] ?? 0 }
  return { type: reply, message_reference: made, referenced_message: here?.raw ?? null }
}
