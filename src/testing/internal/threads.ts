/** Threads: who is in them and sees them, what archived and locked ones refuse. Source: Discord, "Threads". */
import { threadArchived, threadLocked } from "./apiError.ts"
import { type Json, object, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import { inChannel, isSeenBy, Permission } from "./permissions.ts"
import { Intent } from "./protocol.ts"
import { privateThread } from "./threadTypes.ts"
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
  world.channels.set(thread.id, after)
  const active = world.guilds.get(thread.guildId ?? "")?.threads ?? []
  const at = active.findIndex(({ id }) => id === thread.id)
  const kept = isArchived(after) ? [] : [after]
  if (at >= 0) active.splice(at, 1, ...kept)
  else active.push(...kept)
  if (isVisible(world, world.bot, after)) world.emit("THREAD_UPDATE", payloads.channel(after), after.guildId)
  world.signal.notify()
  return after
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
  const count = Math.min(world.threadMembers.get(thread.id)?.size ?? 0, 50)
  const d = { id: thread.id, guild_id: thread.guildId, member_count: count, ...what }
  world.emit("THREAD_MEMBERS_UPDATE", d, thread.guildId, isBot ? Intent.guilds : Intent.guildMembers)
}

/** A user comes into a thread, which `isNew` if this is its first. Those who are there already change nothing. */
export const join = (world: World, thread: ChannelRecord, user: UserRecord, isNew = false): void => {
  if (isMember(world, thread, user.id)) return
  const members = world.threadMembers.get(thread.id) ?? new Map<string, string>()
  members.set(user.id, world.timestamp())
  world.threadMembers.set(thread.id, members)
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
  announce(world, thread, user, false)
  world.signal.notify()
}

/**
 * A message comes into a channel: an archived thread is active again, and those whom it mentions come into a private one.
 * Source: Discord's blog, "Connect the Conversation with Threads".
 */
export const arrive = (world: World, channel: ChannelRecord, mentioned: ReadonlyArray<string>): void => {
  const thread = isArchived(channel) ? change(world, channel, {}, { archived: false }) : channel
  if (thread.type !== privateThread || thread.guildId === undefined) return
  for (const user of world.members(thread.guildId)) if (mentioned.includes(user.id)) join(world, thread, user)
}
