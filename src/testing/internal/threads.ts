/** Threads: who is in them and sees them, what archived and locked ones refuse. Source: Discord, "Threads". */
import { threadArchived, threadLocked } from "./apiError.ts"
import { type Json, object, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import { inChannel, isSeenBy, Permission } from "./permissions.ts"
import { Intent } from "./protocol.ts"
import { isThread, privateThread } from "./threadTypes.ts"
import type { ChannelRecord, UserRecord, World } from "./world.ts"

const metadataOf = ({ fields }: ChannelRecord): Json => object(fields?.["thread_metadata"])

/** Whether it is archived. */
export const isArchived = (thread: ChannelRecord): boolean => metadataOf(thread)["archived"] === true

/** Whether it is locked. */
export const isLocked = (thread: ChannelRecord): boolean => metadataOf(thread)["locked"] === true

/** Whether moderators only can add others to it. */
export const isInviteOnly = (thread: ChannelRecord): boolean => metadataOf(thread)["invitable"] === false

/** Whether a user moderates threads. */
const isModerator = (world: World, user: UserRecord, thread: ChannelRecord): boolean => {
  return (inChannel(world, thread, user) & Permission.manageThreads) !== 0n
}

/** Whether a user is in a thread. */
export const isMember = (world: World, thread: ChannelRecord, userId: string): boolean =>
  world.threadMembers.get(thread.id)?.has(userId) === true

/** Whether a user sees a channel, or a thread. */
export const isVisible = (world: World, user: UserRecord, channel: ChannelRecord): boolean =>
  isSeenBy(world, channel, user)

/** Throws Discord's error if a channel is an archived thread, in which messages can only be deleted. */
export const demandActive = (channel: ChannelRecord): void => {
  if (isArchived(channel)) throw threadArchived()
}

/** Puts a new record of a thread in the place of the old one. */
const put = (world: World, after: ChannelRecord): void => {
  world.channels.set(after.id, after)
  const active = world.guilds.get(after.guildId ?? "")?.threads ?? []
  const at = active.findIndex(({ id }) => id === after.id)
  const kept = isArchived(after) ? [] : [after]
  if (at >= 0) active.splice(at, 1, ...kept)
  else active.push(...kept)
}

/** Notes numbers of a thread, of which no event tells. */
const note = (world: World, threadId: string, fields: Json): void => {
  const thread = world.channels.get(threadId)
  if (thread !== undefined) put(world, { ...thread, fields: { ...thread.fields, ...fields } })
}

const mostCounted = 50

const countMembers = (world: World, threadId: string): void =>
  note(world, threadId, { member_count: Math.min(world.threadMembers.get(threadId)?.size ?? 0, mostCounted) })

/** Counts messages that come into a channel, or go, if it is a thread. The first one of a post does not count. */
export const countMessages = (world: World, channelId: string, ids: ReadonlyArray<string>, isGone: boolean): void => {
  const thread = world.channels.get(channelId)
  const counted = ids.filter((id) => id !== channelId).length
  if (thread === undefined || !isThread(thread)) return
  const { message_count: count = 0, total_message_sent: sent = 0 } = thread.fields ?? {}
  const message_count = Math.max(0, Number(count) + (isGone ? -counted : counted))
  note(world, channelId, isGone ? { message_count } : { message_count, total_message_sent: Number(sent) + counted })
}

const activity = new WeakMap<World, Map<string, number>>()

const activityOf = (world: World): Map<string, number> => {
  const known = activity.get(world) ?? new Map<string, number>()
  activity.set(world, known)
  return known
}

/** Archives a thread when nothing has happened in it for as long as it says: THREAD_UPDATE. */
export const watch = (world: World, { id }: ChannelRecord): void => {
  const last = activityOf(world)
  last.set(id, world.now())
  const look = (): void => {
    const thread = world.channels.get(id)
    if (thread === undefined || isArchived(thread)) return
    const isPinned = (Number(thread.fields?.["flags"] ?? 0) & pinned) !== 0
    const end = (last.get(id) ?? 0) + Number(metadataOf(thread)["auto_archive_duration"] ?? 1440) * 60_000
    if (isPinned || end > world.now()) world.later(isPinned ? hour : end - world.now(), look)
    else change(world, thread, {}, { archived: true })
  }
  look()
}

const hour = 3_600_000
const pinned = 1 << 1

/** Replaces fields of a thread: THREAD_UPDATE. */
export const change = (world: World, thread: ChannelRecord, fields: Json, metadata: Json): ChannelRecord => {
  const before = metadataOf(thread)
  // Source: Discord, "Thread Fields": when the timestamp changes.
  const isMoved = ["archived", "auto_archive_duration"].some(
    (field) => metadata[field] !== undefined && metadata[field] !== before[field]
  )
  const stamp = isMoved ? { archive_timestamp: world.timestamp() } : {}
  const { name, ...rest } = fields
  const after: ChannelRecord = {
    ...thread,
    name: string(name) ?? thread.name,
    fields: { ...thread.fields, ...rest, thread_metadata: { ...before, ...metadata, ...stamp } }
  }
  put(world, after)
  if (isVisible(world, world.bot, after)) world.emit("THREAD_UPDATE", payloads.channel(after), after.guildId)
  if (isMoved && !isArchived(after)) wake(world, after, isArchived(thread))
  world.signal.notify()
  return after
}

/** A thread is active again, or for another time. Source: Discord, "Threads", Unarchiving a Thread. */
const wake = (world: World, thread: ChannelRecord, wasArchived: boolean): void => {
  watch(world, thread)
  if (!wasArchived || !isMember(world, thread, world.bot.id)) return
  const d = { ...member(world, thread, world.bot.id), guild_id: thread.guildId }
  world.emit("THREAD_MEMBER_UPDATE", d, thread.guildId, Intent.guilds)
}

/**
 * Why a user cannot write into a channel: it is a locked thread, and the user does not moderate threads. A message
 * unarchives an archived thread.
 */
export const refusal = (world: World, user: UserRecord, channel: ChannelRecord): "archived" | "locked" | undefined => {
  if (!isLocked(channel) || isModerator(world, user, channel)) return undefined
  return isArchived(channel) ? "archived" : "locked"
}

/** Makes a channel ready for a message. Throws Discord's error if the bot cannot write into it. */
export const demandOpen = (world: World, channel: ChannelRecord): void => {
  const refused = refusal(world, world.bot, channel)
  if (refused === "archived") throw threadArchived()
  if (refused === "locked") throw threadLocked()
}

/** A thread member object. */
export const member = (world: World, thread: ChannelRecord, userId: string): Json => ({
  id: thread.id,
  user_id: userId,
  join_timestamp: world.threadMembers.get(thread.id)?.get(userId),
  flags: 0
})

// Source: Discord, "Thread Members Update": of others it is for those with the intent only.
const announce = (world: World, thread: ChannelRecord, user: UserRecord, isAdded: boolean): void => {
  const guild = world.guilds.get(thread.guildId ?? "")
  const isBot = user.id === world.bot.id
  const details = guild === undefined ? {} : { member: payloads.memberOf(guild, user), presence: null }
  const joined = member(world, thread, user.id)
  const what = isAdded ? { added_members: [{ ...joined, ...details }] } : { removed_member_ids: [user.id] }
  const count = Math.min(world.threadMembers.get(thread.id)?.size ?? 0, mostCounted)
  const d = { id: thread.id, guild_id: thread.guildId, member_count: count, ...what }
  world.emit("THREAD_MEMBERS_UPDATE", d, thread.guildId, isBot ? Intent.guilds : Intent.guildMembers)
}

/** A user comes into a thread, which `isNew` if this is its first. Those who are there already change nothing. */
export const join = (world: World, thread: ChannelRecord, user: UserRecord, isNew = false): void => {
  if (isMember(world, thread, user.id)) return
  const members = world.threadMembers.get(thread.id) ?? new Map<string, string>()
  members.set(user.id, world.timestamp())
  world.threadMembers.set(thread.id, members)
  countMembers(world, thread.id)
  announce(world, thread, user, true)
  if (user.id === world.bot.id && !isNew) {
    // Source: Discord, "Thread Create": the bot was added to a thread that was there.
    world.emit("THREAD_CREATE", { ...payloads.channel(thread), member: member(world, thread, user.id) }, thread.guildId)
  }
  world.signal.notify()
}

/** A user leaves a thread. */
export const leave = (world: World, thread: ChannelRecord, user: UserRecord): void => {
  if (world.threadMembers.get(thread.id)?.delete(user.id) !== true) return
  countMembers(world, thread.id)
  announce(world, thread, user, false)
  world.signal.notify()
}

/**
 * A message comes into a channel: an archived thread is active again, and those whom it mentions come into a private one.
 * Source: Discord's blog, "Connect the Conversation with Threads".
 */
export const arrive = (world: World, channel: ChannelRecord, id: string, mentioned: ReadonlyArray<string>): void => {
  activityOf(world).set(channel.id, world.now())
  countMessages(world, channel.id, [id], false)
  const now = world.channels.get(channel.id) ?? channel
  const thread = isArchived(now) ? change(world, now, {}, { archived: false }) : now
  if (thread.type !== privateThread || thread.guildId === undefined) return
  for (const user of world.members(thread.guildId)) if (mentioned.includes(user.id)) join(world, thread, user)
}
