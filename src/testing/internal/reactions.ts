/** Who has reacted to a message. Source: Discord, "Reaction Object" and "Message Reaction Add". */
import { type Json, object } from "./json.ts"
import * as payloads from "./payloads.ts"
import type { MessageRecord, UserRecord, World } from "./world.ts"

interface Reaction {
  readonly emoji: Json
  readonly users: Set<string>
}

const all = new WeakMap<MessageRecord, Map<string, Reaction>>()

const of = (message: MessageRecord): Map<string, Reaction> => {
  const known = all.get(message) ?? new Map<string, Reaction>()
  all.set(message, known)
  return known
}

/** Writes the tally into the message. */
const write = (world: World, message: MessageRecord): void => {
  const { reactions: _, ...rest } = message.raw
  const tally = [...of(message).values()].map(({ emoji, users }) => ({
    emoji,
    count: users.size,
    count_details: { burst: 0, normal: users.size },
    me: users.has(world.bot.id),
    me_burst: false,
    burst_colors: []
  }))
  message.raw = tally.length === 0 ? rest : { ...rest, reactions: tally }
  message.version++
  world.signal.notify()
}

/** Notes a reaction or its removal; `false` if that changes nothing. */
const note = (message: MessageRecord, userId: string, emoji: Json, isAdded: boolean): boolean => {
  const reactions = of(message)
  const key = String(emoji["id"] ?? emoji["name"])
  const reaction = reactions.get(key) ?? { emoji, users: new Set<string>() }
  if (reaction.users.has(userId) === isAdded) return false
  if (isAdded) reaction.users.add(userId)
  else reaction.users.delete(userId)
  if (reaction.users.size === 0) reactions.delete(key)
  else reactions.set(key, reaction)
  return true
}

/** A user reacts, or takes it back: MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE. A second time changes nothing. */
export const react = (world: World, message: MessageRecord, user: UserRecord, emoji: Json, isAdded: boolean): void => {
  if (!note(message, user.id, emoji, isAdded)) return
  write(world, message)
  const guild = world.guilds.get(world.channels.get(message.channelId)?.guildId ?? "")
  const d = {
    user_id: user.id,
    channel_id: message.channelId,
    message_id: message.id,
    ...(guild === undefined ? {} : { guild_id: guild.id }),
    emoji,
    burst: false,
    type: 0
  }
  const added = {
    ...(guild === undefined ? {} : { member: payloads.memberOf(guild, user) }),
    message_author_id: object(message.raw["author"])["id"],
    burst_colors: []
  }
  if (guild?.unavailable === true) return
  world.emit(isAdded ? "MESSAGE_REACTION_ADD" : "MESSAGE_REACTION_REMOVE", isAdded ? { ...d, ...added } : d, guild?.id)
}
