/** Who has reacted to a message. Source: Discord, "Reaction Object" and "Message Reaction Add". */
import type { Json } from "./json.ts"
import type { MessageRecord, World } from "./world.ts"

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

/** Adds a reaction; `false` if the user had reacted so already. */
export const add = (world: World, message: MessageRecord, userId: string, key: string, emoji: Json): boolean => {
  const reactions = of(message)
  const reaction = reactions.get(key) ?? { emoji, users: new Set<string>() }
  if (reaction.users.has(userId)) return false
  reaction.users.add(userId)
  reactions.set(key, reaction)
  write(world, message)
  return true
}

/** Removes a reaction; `false` if there is none. */
export const remove = (world: World, message: MessageRecord, userId: string, key: string): boolean => {
  const reactions = of(message)
  const reaction = reactions.get(key)
  if (reaction === undefined || !reaction.users.delete(userId)) return false
  if (reaction.users.size === 0) reactions.delete(key)
  write(world, message)
  return true
}
