/** Who has reacted to a message. Source: Discord, "Reaction Object" and "Message Reaction Add". */
import { emitIn } from "./channelEvents.ts"
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

const keyOf = (emoji: Json): string => String(emoji["id"] ?? emoji["name"])

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
  const key = keyOf(emoji)
  const reaction = reactions.get(key) ?? { emoji, users: new Set<string>() }
  if (reaction.users.has(userId) === isAdded) return false
  if (isAdded) reaction.users.add(userId)
  else reaction.users.delete(userId)
  if (reaction.users.size === 0) reactions.delete(key)
  else reactions.set(key, reaction)
  return true
}

/** How many different emojis a message has. */
export const count = (message: MessageRecord): number => of(message).size

/** Who has reacted with an emoji; `undefined` if nobody has. */
export const usersOf = (message: MessageRecord, emoji: Json): ReadonlySet<string> | undefined =>
  of(message).get(keyOf(emoji))?.users

/** A user reacts, or takes it back: MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE. A second time changes nothing. */
export const react = (world: World, message: MessageRecord, user: UserRecord, emoji: Json, isAdded: boolean): void => {
  if (!note(message, user.id, emoji, isAdded)) return
  write(world, message)
  const channel = world.channels.get(message.channelId)
  if (channel === undefined) return
  const guild = world.guilds.get(channel.guildId ?? "")
  const d = { user_id: user.id, message_id: message.id, emoji, burst: false, type: 0 }
  if (!isAdded) return emitIn(world, channel, "MESSAGE_REACTION_REMOVE", d)
  emitIn(world, channel, "MESSAGE_REACTION_ADD", {
    ...d,
    ...(guild === undefined ? {} : { member: payloads.memberOf(guild, user) }),
    message_author_id: object(message.raw["author"])["id"],
    burst_colors: []
  })
}

/** Takes all reactions away, or those with one emoji: MESSAGE_REACTION_REMOVE_ALL or MESSAGE_REACTION_REMOVE_EMOJI. */
export const clear = (world: World, message: MessageRecord, emoji?: Json): void => {
  const reactions = of(message)
  if (reactions.size === 0 || (emoji !== undefined && !reactions.has(keyOf(emoji)))) return
  if (emoji === undefined) reactions.clear()
  else reactions.delete(keyOf(emoji))
  write(world, message)
  const channel = world.channels.get(message.channelId)
  if (channel === undefined) return
  if (emoji === undefined) emitIn(world, channel, "MESSAGE_REACTION_REMOVE_ALL", { message_id: message.id })
  else emitIn(world, channel, "MESSAGE_REACTION_REMOVE_EMOJI", { message_id: message.id, emoji })
}
