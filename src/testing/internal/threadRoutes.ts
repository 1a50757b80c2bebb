/**
 * The routes of threads, and that which changes a channel. Source: Discord, "Channel Resource" and "Threads".
 */
import {
  alreadyThread,
  notFound,
  tagRequired,
  threadArchived,
  unknownMember,
  unknownTag,
  unknownUser,
  wrongChannelType
} from "./apiError.ts"
import { demand, Permission } from "./botAccess.ts"
import { array, type Json, number, object, objects } from "./json.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call, Route } from "./routes.ts"
import * as threads from "./threads.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, MessageRecord, UserRecord } from "./world.ts"

/** How these routes find what their paths name. */
interface Finders {
  readonly channelOf: (call: Call) => ChannelRecord
  readonly messageOf: (call: Call) => MessageRecord
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const noContent: Answer = { status: 204 }

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

/** Makes the thread: THREAD_CREATE. The bot is in it. */
const create = ({ world }: Call, { body, channel, id, tags, type }: New): ChannelRecord => {
  const thread = world.addChannel({
    id,
    name: String(body["name"]),
    type,
    guildId: channel.guildId,
    fields: {
      parent_id: channel.id,
      owner_id: world.bot.id,
      rate_limit_per_user: number(body["rate_limit_per_user"]) ?? 0,
      ...(tags === undefined ? {} : { applied_tags: tags }),
      thread_metadata: {
        archived: false,
        auto_archive_duration: number(body["auto_archive_duration"]) ?? 1440,
        archive_timestamp: world.timestamp(),
        locked: false,
        ...(type === privateThread ? { invitable: body["invitable"] !== false } : {})
      }
    }
  })
  world.emit("THREAD_CREATE", { ...payloads.channel(thread), newly_created: true }, thread.guildId)
  threads.join(world, thread, world.bot, true)
  world.signal.notify()
  return thread
}

const requireTag = 1 << 4

/** The tags of a post. Throws if there is one that the forum does not have. */
const tagsOf = ({ fields }: ChannelRecord, body: Json): ReadonlyArray<unknown> => {
  const tags = array(body["applied_tags"])
  const known = new Set(objects(fields?.["available_tags"]).map(({ id }) => id))
  if (tags.some((tag) => !known.has(tag))) throw unknownTag()
  if (tags.length === 0 && ((number(fields?.["flags"]) ?? 0) & requireTag) !== 0) throw tagRequired()
  return tags
}

/** A thread with its first message, which has the same id. */
const post = (call: Call, channel: ChannelRecord, body: Json): Answer => {
  const { files, world } = call
  demand(world, channel, Permission.sendMessages)
  const tags = tagsOf(channel, body)
  const id = world.ids.next()
  const message = object(body["message"])
  messages.check(world, channel.id, message, files, ["message"])
  const thread = create(call, { body, channel, id, tags, type: Type.publicThread })
  const made = messages.create(world, { channelId: id, id, author: world.bot, body: message, files, path: ["message"] })
  return { status: 201, body: { ...payloads.channel(thread), message: made.raw } }
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
  if (message !== undefined) messages.change(world, message, { thread: payloads.channel(thread) })
  return { status: 201, body: payloads.channel(thread) }
}

// Members

const threadOf = (find: Finders, call: Call): ChannelRecord => {
  const thread = find.channelOf(call)
  if (!isThread(thread)) throw wrongChannelType()
  demand(call.world, thread, 0n)
  return thread
}

const userOf = ({ params, world }: Call, thread: ChannelRecord): UserRecord => {
  const id = params["user"] === "@me" ? world.bot.id : (params["user"] ?? "")
  if (!world.users.has(id)) throw unknownUser()
  const user = world.members(thread.guildId ?? "").find((each) => each.id === id)
  if (user === undefined) throw unknownMember()
  return user
}

const addMember = (find: Finders, call: Call): Answer => {
  const thread = threadOf(find, call)
  const user = userOf(call, thread)
  threads.demandActive(thread)
  const isOther = user.id !== call.world.bot.id
  if (isOther) demand(call.world, thread, Permission.sendMessagesInThreads)
  if (isOther && threads.isInviteOnly(thread)) demand(call.world, thread, Permission.manageThreads)
  threads.join(call.world, thread, user)
  return noContent
}

const removeMember = (find: Finders, call: Call): Answer => {
  const thread = threadOf(find, call)
  const user = userOf(call, thread)
  threads.demandActive(thread)
  const isOwnPrivate = thread.type === privateThread && thread.fields?.["owner_id"] === call.world.bot.id
  if (user.id !== call.world.bot.id && !isOwnPrivate) demand(call.world, thread, Permission.manageThreads)
  threads.leave(call.world, thread, user)
  return noContent
}

const memberOf = (find: Finders, call: Call): Answer => {
  const thread = threadOf(find, call)
  const { id } = userOf(call, thread)
  if (!threads.isMember(call.world, thread, id)) throw notFound()
  return ok(threads.member(call.world, thread, id))
}

const membersOf = (find: Finders, call: Call): Answer => {
  const thread = threadOf(find, call)
  const ids = [...(call.world.threadMembers.get(thread.id)?.keys() ?? [])]
  return ok(ids.map((id) => threads.member(call.world, thread, id)))
}

// Changes

const given = (body: Json, fields: ReadonlyArray<string>): Json =>
  Object.fromEntries(fields.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]])))

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

const changeThread = (call: Call, thread: ChannelRecord, body: Json): Answer => {
  const problems = new Problems()
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 1, 100)
  checkSettings(problems, body)
  problems.done()
  demandChange(call, thread, body)
  if (threads.isArchived(thread) && body["archived"] !== false) throw threadArchived()
  const fields = given(body, ["name", "rate_limit_per_user", "flags", "applied_tags"])
  return ok(payloads.channel(threads.change(call.world, thread, fields, given(body, inMetadata))))
}

const changeGuildChannel = (call: Call, channel: ChannelRecord, body: Json): Answer => {
  const { world } = call
  const guild = world.guilds.get(channel.guildId ?? "")
  if (guild === undefined) throw wrongChannelType()
  const problems = new Problems()
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 1, 100)
  problems.length(["topic"], body["topic"], 0, 1024)
  problems.range(["rate_limit_per_user"], body["rate_limit_per_user"], 0, 21600)
  problems.done()
  demand(world, channel, Permission.manageChannels)
  const { name = channel.name, ...fields } = body
  const after = { ...channel, name: String(name), fields: { ...channel.fields, ...fields } }
  world.channels.set(channel.id, after)
  guild.channels.splice(guild.channels.indexOf(channel), 1, after)
  world.emit("CHANNEL_UPDATE", payloads.channel(after), guild.id)
  return ok(payloads.channel(after))
}

const changeChannel = (find: Finders, call: Call): Answer => {
  const channel = find.channelOf(call)
  const body = object(call.body)
  return isThread(channel) ? changeThread(call, channel, body) : changeGuildChannel(call, channel, body)
}

/** The routes. */
export const threadRoutes = (find: Finders): ReadonlyArray<Route> => {
  const bot = true
  const here = "/channels/:channel"
  const members = `${here}/thread-members`
  return [
    { method: "PATCH", pattern: here, bot, handle: (call) => changeChannel(find, call) },
    { method: "POST", pattern: `${here}/threads`, bot, handle: (call) => start(find, call, undefined) },
    {
      method: "POST",
      pattern: `${here}/messages/:message/threads`,
      bot,
      handle: (call) => start(find, call, find.messageOf(call))
    },
    { method: "GET", pattern: members, bot, handle: (call) => membersOf(find, call) },
    { method: "GET", pattern: `${members}/:user`, bot, handle: (call) => memberOf(find, call) },
    { method: "PUT", pattern: `${members}/:user`, bot, handle: (call) => addMember(find, call) },
    { method: "DELETE", pattern: `${members}/:user`, bot, handle: (call) => removeMember(find, call) }
  ]
}
