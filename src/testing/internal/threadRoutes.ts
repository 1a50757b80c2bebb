/**
 * The routes of threads, and that which changes a channel. Source: Discord, "Channel Resource" and "Threads".
 */
import { checkBoolean, created, given, ok } from "./answers.ts"
import { alreadyThread, ApiError, tagRequired, threadArchived, unknownTag, wrongChannelType } from "./apiError.ts"
import { demand, Permission } from "./botAccess.ts"
import { changeChannel } from "./channelRoutes.ts"
import { array, type Json, number, object, objects } from "./json.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { threadListRoutes } from "./threadListRoutes.ts"
import { threadMemberRoutes } from "./threadMemberRoutes.ts"
import * as threads from "./threads.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, MessageRecord, World } from "./world.ts"

/** How these routes find what their paths name. */
interface Finders {
  readonly channelOf: (call: Call) => ChannelRecord
  readonly messageOf: (call: Call) => MessageRecord
}

const Type = { text: 0, announcement: 5, announcementThread: 10, publicThread: 11, forum: 15, media: 16 } as const

/** Adds what is wrong with the settings of a thread. */
const checkSettings = (problems: Problems, body: Json): void => {
  const archiveAfter = body["auto_archive_duration"]
  if (archiveAfter !== undefined && archiveAfter !== null && ![60, 1440, 4320, 10080].includes(Number(archiveAfter))) {
    const message = "Value must be one of (60, 1440, 4320, 10080)."
    problems.add(["auto_archive_duration"], "BASE_TYPE_CHOICES", message)
  }
  problems.range(["rate_limit_per_user"], body["rate_limit_per_user"], 0, 21600)
}

/** The type of a new thread. Throws if the channel has no threads of it. */
const typeOf = (channel: ChannelRecord, message: MessageRecord | undefined, body: Json): number => {
  const own = channel.type === Type.announcement ? Type.announcementThread : Type.publicThread
  if (isThread(channel)) throw wrongChannelType()
  if (channel.type !== Type.text && channel.type !== Type.announcement) throw wrongChannelType()
  if (message !== undefined) return own
  const type = number(body["type"]) ?? privateThread
  const isPossible = type === own || (type === privateThread && channel.type === Type.text)
  if (!isPossible) throw wrongChannelType()
  return type
}

interface New {
  readonly channel: ChannelRecord
  readonly body: Json
  readonly type: number
  readonly id?: string | undefined
  readonly tags?: ReadonlyArray<unknown>
}

// The number is in Discord's help, "Threads FAQ".
const mostActive = 1000

/** Makes the thread: THREAD_CREATE. The bot is in it. */
const create = ({ world }: Call, { body, channel, id, tags, type }: New): ChannelRecord => {
  const guild = world.guilds.get(channel.guildId ?? "")
  if ((guild?.threads.length ?? 0) >= mostActive) {
    throw new ApiError(400, 160_006, "Maximum number of active threads reached")
  }
  const thread = world.addChannel({
    id,
    name: String(body["name"]),
    type,
    guildId: channel.guildId,
    fields: {
      parent_id: channel.id,
      owner_id: world.bot.id,
      rate_limit_per_user:
        number(body["rate_limit_per_user"]) ?? number(channel.fields?.["default_thread_rate_limit_per_user"]) ?? 0,
      message_count: 0,
      total_message_sent: 0,
      member_count: 0,
      ...(tags === undefined ? {} : { applied_tags: tags }),
      thread_metadata: {
        archived: false,
        auto_archive_duration: number(body["auto_archive_duration"]) ?? 1440,
        archive_timestamp: world.timestamp(),
        create_timestamp: world.timestamp(),
        locked: false,
        ...(type === privateThread ? { invitable: body["invitable"] !== false } : {})
      }
    }
  })
  world.emit("THREAD_CREATE", { ...payloads.channel(thread), newly_created: true }, thread.guildId)
  threads.join(world, thread, world.bot, true)
  threads.watch(world, thread)
  world.signal.notify()
  return thread
}

const pinned = 1 << 1
const requireTag = 1 << 4

// Source: Discord, "Message Flags" and "Message Types".
const hasThread = 1 << 5
const nameChange = 4
const threadCreated = 18
const starterMessage = 21

/** The tags of a post. Throws if there is one that the forum does not have. */
const tagsOf = (
  world: World,
  forum: ChannelRecord,
  body: Json,
  before?: ReadonlyArray<unknown>
): ReadonlyArray<unknown> => {
  const { fields } = forum
  const tags = array(body["applied_tags"])
  const known = new Set(objects(fields?.["available_tags"]).map(({ id }) => id))
  if (tags.some((tag) => !known.has(tag))) throw unknownTag()
  const isOnlyForModerators = objects(fields?.["available_tags"]).some(
    ({ id, moderated }) => moderated === true && tags.includes(id) && before?.includes(id) !== true
  )
  if (isOnlyForModerators) demand(world, forum, Permission.manageThreads)
  // Source: Discord, "Channel Flags": it is for the creation only.
  if (before === undefined && tags.length === 0 && ((number(fields?.["flags"]) ?? 0) & requireTag) !== 0)
    throw tagRequired()
  return tags
}

// Source: Discord, "Forum and Media Thread Message Params Object": neither polls nor references.
const ofPosts = ["content", "embeds", "allowed_mentions", "components", "sticker_ids", "attachments", "flags"]

/** A thread with its first message, which has the same id. */
const post = (call: Call, channel: ChannelRecord, body: Json): Answer => {
  const { files, world } = call
  demand(world, channel, Permission.sendMessages)
  const tags = tagsOf(world, channel, body)
  const id = world.ids.next()
  const message = given(object(body["message"]), ofPosts)
  messages.check(world, channel.id, message, files, ["message"])
  const thread = create(call, { body, channel, id, tags, type: Type.publicThread })
  const made = messages.create(world, { channelId: id, id, author: world.bot, body: message, files, path: ["message"] })
  return created({ ...payloads.channel(thread), message: made.raw })
}

// Discord says of "older" that it is "a very small value".
const older = 60_000

/** An older message is out of sight, so that the channel is told of its thread. Source: Discord, "Threads", Messages. */
const tellParent = (world: World, channel: ChannelRecord, thread: ChannelRecord, message: MessageRecord): void => {
  if (channel.type !== Type.text || world.now() - Date.parse(String(message.raw["timestamp"])) < older) return
  const reference = { type: 0, channel_id: thread.id, guild_id: channel.guildId }
  const fields = { content: thread.name, message_reference: reference }
  messages.createSystem(world, { channelId: channel.id, author: world.bot, type: threadCreated, fields })
}

const start = (find: Finders, call: Call, message: MessageRecord | undefined): Answer => {
  const { world } = call
  const channel = find.channelOf(call)
  const body = object(call.body)
  const isForum = message === undefined && (channel.type === Type.forum || channel.type === Type.media)
  const problems = new Problems()
  problems.length(["name"], body["name"], 1, 100)
  checkSettings(problems, body)
  if (isForum && body["message"] === undefined) {
    problems.add(["message"], "BASE_TYPE_REQUIRED", "This field is required")
  }
  problems.size(["applied_tags"], body["applied_tags"], 0, 5)
  problems.done()
  if (isForum) return post(call, channel, body)
  const type = typeOf(channel, message, body)
  demand(world, channel, type === privateThread ? Permission.createPrivateThreads : Permission.createPublicThreads)
  if (message !== undefined && world.channels.has(message.id)) throw alreadyThread()
  // A thread that begins with a message has its id.
  const thread = create(call, { body, channel, type, id: message?.id })
  if (message !== undefined) {
    const flags = (number(message.raw["flags"]) ?? 0) | hasThread
    messages.change(world, message, { flags, thread: payloads.channel(thread) })
    const place = { channel_id: channel.id, guild_id: channel.guildId }
    const fields = { message_reference: { type: 0, message_id: message.id, ...place }, referenced_message: message.raw }
    messages.createSystem(world, { channelId: thread.id, author: world.bot, type: starterMessage, fields })
    tellParent(world, channel, thread, message)
  }
  return created(payloads.channel(thread))
}

// Changes

const inMetadata = ["archived", "auto_archive_duration", "invitable", "locked"]

/** What the bot needs to change a thread like this. */
const demandChange = ({ world }: Call, thread: ChannelRecord, body: Json): void => {
  const fields = Object.keys(body)
  const isOnly = (...names: ReadonlyArray<string>) => fields.every((field) => names.includes(field))
  if (isOnly("archived") && body["archived"] === false && !threads.isLocked(thread)) {
    return demand(world, thread, Permission.sendMessagesInThreads)
  }
  const isOwn = thread.fields?.["owner_id"] === world.bot.id
  // The page on threads lets creators open their locked threads, the reference and the rest of that page do not.
  const isFree = isOwn && !threads.isLocked(thread) && isOnly("name", "archived", "auto_archive_duration")
  demand(world, thread, isFree ? 0n : Permission.manageThreads)
}

const isPinned = ({ fields }: ChannelRecord): boolean => ((number(fields?.["flags"]) ?? 0) & pinned) !== 0

/** Throws unless flags and tags fit the forum of a thread; other channels have neither. */
const demandForum = ({ world }: Call, thread: ChannelRecord, body: Json): void => {
  const parent = world.channels.get(String(thread.fields?.["parent_id"]))
  const isPost = parent?.type === Type.forum || parent?.type === Type.media
  const wantsPin = ((number(body["flags"]) ?? 0) & pinned) !== 0
  if (!isPost && (wantsPin || array(body["applied_tags"]).length > 0)) throw wrongChannelType()
  if (parent === undefined || !isPost) return
  if (body["applied_tags"] !== undefined) tagsOf(world, parent, body, array(thread.fields?.["applied_tags"]))
  const others = [...world.channels.values()].filter(
    ({ fields, id }) => id !== thread.id && fields?.["parent_id"] === parent.id
  )
  if (!wantsPin || isPinned(thread) || !others.some(isPinned)) return
  throw new ApiError(400, 30_047, "Maximum number of pinned threads in a forum channel has been reached")
}

const changeThread = (call: Call, thread: ChannelRecord, body: Json): Answer => {
  const { world } = call
  const problems = new Problems()
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 1, 100)
  checkSettings(problems, body)
  problems.size(["applied_tags"], body["applied_tags"], 0, 5)
  for (const field of ["archived", "locked", "invitable"]) checkBoolean(problems, [field], body[field])
  problems.done()
  demandChange(call, thread, body)
  if (threads.isArchived(thread) && body["archived"] !== false) throw threadArchived()
  demandForum(call, thread, body)
  const fields = given(body, ["name", "rate_limit_per_user", "flags", "applied_tags"])
  // Archiving takes the pin away.
  const flags = body["archived"] === true && isPinned(thread) ? { flags: 0 } : {}
  const metadata = given(
    body,
    inMetadata.filter((field) => field !== "invitable" || thread.type === privateThread)
  )
  const isRenamed = body["name"] !== undefined && body["name"] !== thread.name && body["archived"] !== true
  const after = threads.change(world, thread, { ...fields, ...flags }, metadata)
  if (isRenamed) {
    const content = { content: after.name }
    messages.createSystem(world, { channelId: thread.id, author: world.bot, type: nameChange, fields: content })
  }
  return ok(payloads.channel(after))
}

const change = (find: Finders, call: Call): Answer => {
  const channel = find.channelOf(call)
  const body = object(call.body)
  return isThread(channel) ? changeThread(call, channel, body) : changeChannel(call, channel, body)
}

/** The routes. */
export const threadRoutes = (find: Finders): ReadonlyArray<Route> => {
  const bot = true
  const here = "/channels/:channel"
  return [
    { method: "PATCH", pattern: here, bot, handle: (call) => change(find, call) },
    { method: "POST", pattern: `${here}/threads`, bot, handle: (call) => start(find, call, undefined) },
    {
      method: "POST",
      pattern: `${here}/messages/:message/threads`,
      bot,
      handle: (call) => start(find, call, find.messageOf(call))
    },
    ...threadMemberRoutes(find.channelOf),
    ...threadListRoutes(find.channelOf)
  ]
}
