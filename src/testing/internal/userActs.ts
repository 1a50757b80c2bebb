/** What a user does with a message besides using its components: edits, reactions and votes. */
import { NotUsable } from "../FakeDiscordError.ts"
import { ApiError } from "./apiError.ts"
import { isStandard } from "./emojis.ts"
import { type Json, object, objects } from "./json.ts"
import * as messages from "./messages.ts"
import { inChannel, Permission } from "./permissions.ts"
import * as polls from "./polls.ts"
import * as reactions from "./reactions.ts"
import * as threads from "./threads.ts"
import { visibleIn } from "./uses.ts"
import type { GuildRecord, MessageRecord, UserRecord, World } from "./world.ts"

const noSuchEmoji = (key: string) =>
  new NotUsable({ wanted: key, detail: "absent", rule: "there is no such emoji", found: [] })

const mostEmojis = 20

/** A custom emoji by its id, of a guild or among the reactions that there are, or one of Unicode. */
const emojiOf = (
  world: World,
  key: string,
  there: ReadonlyArray<Json>
): { readonly emoji: Json; readonly guild: GuildRecord | undefined } => {
  const clicked = there.find(({ id }) => id === key)
  if (clicked !== undefined) return { emoji: clicked, guild: undefined }
  for (const guild of world.guilds.values()) {
    const own = guild.emojis.find(({ id }) => id === key)
    if (own !== undefined) return { emoji: { id: own["id"], name: own["name"] }, guild }
  }
  if (!isStandard(key)) throw noSuchEmoji(key)
  return { emoji: { id: null, name: key }, guild: undefined }
}

/**
 * A user reacts, or takes its reaction back. Source: Discord, "Create Reaction": who adds an emoji that nobody has reacted
 * with needs ADD_REACTIONS.
 */
export const react = (world: World, user: UserRecord, message: MessageRecord, key: string, isAdded: boolean): void => {
  const there = objects(message.raw["reactions"]).map((reaction) => reaction["emoji"] as Json)
  const { emoji, guild } = emojiOf(world, key, there)
  const isNew = !there.some(({ id, name }) => id === emoji["id"] && (id !== null || name === emoji["name"]))
  const needed =
    isAdded && isNew ? [Permission.readMessageHistory, Permission.addReactions] : [Permission.readMessageHistory]
  const channel = visibleIn(world, user, message, key, ...(isAdded ? needed : []))
  const isExternal = isAdded && isNew && guild !== undefined && guild.id !== channel.guildId
  const mayUse =
    channel.guildId === undefined || (inChannel(world, channel, user) & Permission.useExternalEmojis) !== 0n
  if (isExternal && !mayUse) {
    const rule = `${user.username} does not have USE_EXTERNAL_EMOJIS`
    throw new NotUsable({ wanted: key, detail: "forbidden", rule, found: [] })
  }
  if (message.visibleTo !== undefined) {
    throw new NotUsable({ wanted: key, detail: "forbidden", rule: "ephemeral messages have no reactions", found: [] })
  }
  if (threads.isArchived(channel)) {
    throw new NotUsable({ wanted: key, detail: "disabled", rule: "the thread is archived", found: [] })
  }
  // Source: Discord, "JSON Error Codes", 30010.
  if (isAdded && isNew && reactions.count(message) >= mostEmojis) {
    const rule = `a message has reactions with ${mostEmojis} emojis at most`
    throw new NotUsable({ wanted: key, detail: "forbidden", rule, found: [] })
  }
  reactions.react(world, message, user, emoji, isAdded)
}

/** Types of messages whose content is what a user wrote: DEFAULT and REPLY. Source: Discord, "Message Types". */
const written: ReadonlySet<unknown> = new Set([0, 19])

/**
 * A user changes the content of a message of its own. Source: Discord, "Edit Message": others cannot change it, and nobody
 * edits what Discord wrote. Source: Discord, "Threads": in an archived one, nothing but a deletion is possible.
 */
export const edit = (world: World, user: UserRecord, message: MessageRecord, content: string): void => {
  const channel = visibleIn(world, user, message, "the message")
  const refuse = (rule: string) => new NotUsable({ wanted: "the message", detail: "forbidden", rule, found: [] })
  if (object(message.raw["author"])["id"] !== user.id) throw refuse("messages of others cannot be edited")
  if (!written.has(message.raw["type"])) throw refuse("messages of Discord's own cannot be edited")
  if (threads.isArchived(channel)) throw refuse("the thread is archived")
  try {
    messages.edit(world, message, { content })
  } catch (error) {
    // What Discord's client does not send.
    if (!(error instanceof ApiError)) throw error
    throw new NotUsable({ wanted: "the message", detail: "invalid", found: [JSON.stringify(error.body)] })
  }
}

/** A user votes for these answers of a poll, instead of what it voted for before. */
export const vote = (world: World, user: UserRecord, message: MessageRecord, answers: ReadonlyArray<number>): void => {
  const channel = visibleIn(world, user, message, "the poll")
  const { added, removed } = polls.vote(world, message, user.id, answers)
  const guild = world.guilds.get(channel.guildId ?? "")
  if (guild?.unavailable === true) return
  const place = guild === undefined ? {} : { guild_id: guild.id }
  const where = { user_id: user.id, channel_id: channel.id, message_id: message.id, ...place }
  for (const answer of removed) world.emit("MESSAGE_POLL_VOTE_REMOVE", { ...where, answer_id: answer }, guild?.id)
  for (const answer of added) world.emit("MESSAGE_POLL_VOTE_ADD", { ...where, answer_id: answer }, guild?.id)
}
