/** The routes that list threads. Source: Discord, "Channel Resource", List Public Archived Threads to the end. */
import { idOf, numberOf, ok, timeOf } from "./answers.ts"
import { wrongChannelType } from "./apiError.ts"
import { demand, isSeen } from "./botAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import { type Json, object } from "./json.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import * as threads from "./threads.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import type { ChannelRecord, World } from "./world.ts"

type Find = (call: Call) => ChannelRecord

/** Threads with the bot's membership of them. */
const listed = (world: World, found: ReadonlyArray<ChannelRecord>): Json => ({
  threads: found.map(payloads.channel),
  members: found
    .filter((thread) => threads.isMember(world, thread, world.bot.id))
    .map((thread) => threads.member(world, thread, world.bot.id))
})

const newestFirst = (a: ChannelRecord, b: ChannelRecord): number => (BigInt(a.id) < BigInt(b.id) ? 1 : -1)

const active = (call: Call): Answer => {
  const { world } = call
  const seen = guildOf(call).threads.filter((thread) => isSeen(world, thread))
  return ok(listed(world, seen.toSorted(newestFirst)))
}

const archivedAt = ({ fields }: ChannelRecord): number =>
  Date.parse(String(object(fields?.["thread_metadata"])["archive_timestamp"]))

/** The channel of a list, and its archived threads that are private or not. */
const archivedOf = (call: Call, channel: ChannelRecord, isPrivate: boolean): ReadonlyArray<ChannelRecord> => {
  if (channel.guildId === undefined || isThread(channel)) throw wrongChannelType()
  demand(call.world, channel, Permission.readMessageHistory)
  return [...call.world.channels.values()].filter(
    (thread) =>
      isThread(thread) &&
      (thread.type === privateThread) === isPrivate &&
      thread.fields?.["parent_id"] === channel.id &&
      threads.isArchived(thread)
  )
}

// Discord's own description of its API has these bounds.
const limitOf = (call: Call): number => numberOf(call, "limit", { or: 50, min: 2, max: 100 })

const pageOf = ({ world }: Call, found: ReadonlyArray<ChannelRecord>, limit: number): Answer =>
  ok({ ...listed(world, found.slice(0, limit)), has_more: found.length > limit })

const archived = (call: Call, channel: ChannelRecord, isPrivate: boolean): Answer => {
  const limit = limitOf(call)
  const before = timeOf(call, "before")
  const end = before === undefined ? Infinity : Date.parse(before)
  const all = archivedOf(call, channel, isPrivate)
  if (isPrivate) demand(call.world, channel, Permission.manageThreads)
  const found = all.filter((thread) => archivedAt(thread) < end)
  return pageOf(
    call,
    found.toSorted((a, b) => archivedAt(b) - archivedAt(a)),
    limit
  )
}

const joined = (call: Call, channel: ChannelRecord): Answer => {
  const limit = limitOf(call)
  const before = idOf(call, "before")
  const { world } = call
  const found = archivedOf(call, channel, true)
    .filter((thread) => threads.isMember(world, thread, world.bot.id))
    .filter(({ id }) => before === undefined || BigInt(id) < before)
  return pageOf(call, found.toSorted(newestFirst), limit)
}

/** The routes. */
export const threadListRoutes = (find: Find): ReadonlyArray<Route> => {
  const bot = true
  const here = "/channels/:channel"
  const all = `${here}/threads/archived`
  return [
    { method: "GET", pattern: "/guilds/:guild/threads/active", bot, handle: active },
    { method: "GET", pattern: `${all}/public`, bot, handle: (call) => archived(call, find(call), false) },
    { method: "GET", pattern: `${all}/private`, bot, handle: (call) => archived(call, find(call), true) },
    {
      method: "GET",
      pattern: `${here}/users/@me/threads/archived/private`,
      bot,
      handle: (call) => joined(call, find(call))
    }
  ]
}
