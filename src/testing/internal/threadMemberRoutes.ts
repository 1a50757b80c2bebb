/** The routes of those who are in a thread. Source: Discord, "Channel Resource", Join Thread to List Thread Members. */
import { flagOf, idOf, noContent, numberOf, ok } from "./answers.ts"
import { ApiError, missingAccess, notFound, unknownMember, unknownUser, wrongChannelType } from "./apiError.ts"
import { demand, Permission } from "./botAccess.ts"
import type { Json } from "./json.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import { Intent } from "./protocol.ts"
import type { Answer, Call, Route } from "./routes.ts"
import * as threads from "./threads.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import type { ChannelRecord, UserRecord } from "./world.ts"

type Find = (call: Call) => ChannelRecord

const mostMembers = 1000
const recipientAdd = 1
const recipientRemove = 2

const threadOf = (find: Find, call: Call): ChannelRecord => {
  const thread = find(call)
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

/** Says in the thread that the bot has added or removed somebody. Source: Discord, "Threads", New Message Types. */
const announce = ({ world }: Call, thread: ChannelRecord, user: UserRecord, type: number): void => {
  const fields = { mentions: [payloads.user(user)] }
  messages.createSystem(world, { channelId: thread.id, author: world.bot, type, fields })
}

const add = (find: Find, call: Call): Answer => {
  const { world } = call
  const thread = threadOf(find, call)
  const user = userOf(call, thread)
  threads.demandActive(thread)
  const isOther = user.id !== world.bot.id
  if (isOther) demand(world, thread, Permission.sendMessagesInThreads)
  if (isOther && threads.isInviteOnly(thread)) demand(world, thread, Permission.manageThreads)
  if (threads.isMember(world, thread, user.id)) return noContent
  if ((world.threadMembers.get(thread.id)?.size ?? 0) >= mostMembers) {
    throw new ApiError(400, 30_033, "Maximum number of thread participants has been reached (1000)")
  }
  threads.join(world, thread, user)
  if (isOther) announce(call, thread, user, recipientAdd)
  return noContent
}

const remove = (find: Find, call: Call): Answer => {
  const { world } = call
  const thread = threadOf(find, call)
  const user = userOf(call, thread)
  threads.demandActive(thread)
  const isOther = user.id !== world.bot.id
  const isOwnPrivate = thread.type === privateThread && thread.fields?.["owner_id"] === world.bot.id
  if (isOther && !isOwnPrivate) demand(world, thread, Permission.manageThreads)
  if (!threads.isMember(world, thread, user.id)) return noContent
  threads.leave(world, thread, user)
  if (isOther) announce(call, thread, user, recipientRemove)
  return noContent
}

const withMember = ({ world }: Call, thread: ChannelRecord, userId: string): Json => {
  const guild = world.guilds.get(thread.guildId ?? "")
  const user = world.users.get(userId)
  const member = guild === undefined || user === undefined ? {} : { member: payloads.memberOf(guild, user) }
  return { ...threads.member(world, thread, userId), ...member }
}

const get = (find: Find, call: Call): Answer => {
  const thread = threadOf(find, call)
  const { id } = userOf(call, thread)
  if (!threads.isMember(call.world, thread, id)) throw notFound()
  return ok(flagOf(call, "with_member") ? withMember(call, thread, id) : threads.member(call.world, thread, id))
}

const list = (find: Find, call: Call): Answer => {
  const { world } = call
  const thread = threadOf(find, call)
  // Only for applications that have the intent.
  if ((world.settings.disallowedIntents & Intent.guildMembers) !== 0) throw missingAccess()
  const limit = numberOf(call, "limit", { or: 100, min: 1, max: 100 })
  const after = idOf(call, "after")
  const ids = [...(world.threadMembers.get(thread.id)?.keys() ?? [])]
  // There are pages only of whole members, before version 11 of the API.
  if (!flagOf(call, "with_member")) return ok(ids.map((id) => threads.member(world, thread, id)))
  const page = ids
    .filter((id) => after === undefined || BigInt(id) > after)
    .toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
    .slice(0, limit)
  return ok(page.map((id) => withMember(call, thread, id)))
}

/** The routes. */
export const threadMemberRoutes = (find: Find): ReadonlyArray<Route> => {
  const bot = true
  const all = "/channels/:channel/thread-members"
  return [
    { method: "GET", pattern: all, bot, handle: (call) => list(find, call) },
    { method: "GET", pattern: `${all}/:user`, bot, handle: (call) => get(find, call) },
    { method: "PUT", pattern: `${all}/:user`, bot, handle: (call) => add(find, call) },
    { method: "DELETE", pattern: `${all}/:user`, bot, handle: (call) => remove(find, call) }
  ]
}
