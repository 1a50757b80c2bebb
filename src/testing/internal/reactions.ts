/** Which users have reacted to a message, and how: Discord counts the same reaction of a user once. */
import type { MessageRecord } from "./world.ts"

const all = new WeakMap<MessageRecord, Set<string>>()

const of = (message: MessageRecord): Set<string> => {
  const known = all.get(message) ?? new Set<string>()
  all.set(message, known)
  return known
}

const keyOf = (userId: string, emoji: string): string => `${userId} ${emoji}`

/** Notes a reaction; `false` if the user had reacted so already. */
export const add = (message: MessageRecord, userId: string, emoji: string): boolean => {
  const reactions = of(message)
  const { size } = reactions
  return reactions.add(keyOf(userId, emoji)).size > size
}

/** Forgets a reaction; `false` if there is none. */
export const remove = (message: MessageRecord, userId: string, emoji: string): boolean =>
  of(message).delete(keyOf(userId, emoji))
