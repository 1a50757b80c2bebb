/** The routes of reactions. Source: Discord, "Message Resource": Create Reaction to Delete All Reactions for Emoji. */
import { notInDirectMessages, unknownUser } from "./apiError.ts"
import { checkChoice, idOf, noContent, numberOf, ok, pageAfter } from "./answers.ts"
import { demand } from "./botAccess.ts"
import { emojiOf } from "./emojiText.ts"
import type { Json } from "./json.ts"
import { tooManyReactions } from "./limitErrors.ts"
import type { Finders } from "./messageRoutes.ts"
import * as payloads from "./payloads.ts"
import * as reactions from "./reactions.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { demandActive } from "./threads.ts"
import { Problems } from "./validate.ts"
import type { MessageRecord } from "./world.ts"

const most = 20

interface Target {
  readonly message: MessageRecord
  readonly emoji: Json
}

const targetOf = (find: Finders, call: Call): Target => {
  const message = find.messageOf(call)
  return { message, emoji: emojiOf(call.world, message, call.params["emoji"] ?? "") }
}

const add = (find: Finders, call: Call): Answer => {
  const { world } = call
  const channel = find.channelOf(call)
  const { emoji, message } = targetOf(find, call)
  demandActive(channel)
  demand(world, channel, Permission.readMessageHistory)
  if (reactions.usersOf(message, emoji) === undefined) {
    demand(world, channel, Permission.addReactions)
    if (reactions.count(message) >= most) throw tooManyReactions()
  }
  reactions.react(world, message, world.bot, emoji, true)
  return noContent
}

const removeOwn = (find: Finders, call: Call): Answer => {
  const { emoji, message } = targetOf(find, call)
  demandActive(find.channelOf(call))
  reactions.react(call.world, message, call.world.bot, emoji, false)
  return noContent
}

/** What only moderators of a guild do. */
const demandModerator = (find: Finders, call: Call): void => {
  const channel = find.channelOf(call)
  if (channel.guildId === undefined) throw notInDirectMessages()
  demandActive(channel)
  demand(call.world, channel, Permission.manageMessages)
}

const removeOf = (find: Finders, call: Call): Answer => {
  const { world } = call
  if (call.params["user"] === world.bot.id) return removeOwn(find, call)
  const { emoji, message } = targetOf(find, call)
  demandModerator(find, call)
  const user = world.users.get(call.params["user"] ?? "")
  if (user === undefined) throw unknownUser()
  reactions.react(world, message, user, emoji, false)
  return noContent
}

const clear = (find: Finders, call: Call): Answer => {
  const message = find.messageOf(call)
  demandModerator(find, call)
  reactions.clear(call.world, message)
  return noContent
}

const clearEmoji = (find: Finders, call: Call): Answer => {
  const { emoji, message } = targetOf(find, call)
  demandModerator(find, call)
  reactions.clear(call.world, message, emoji)
  return noContent
}

const normal = 0
const burst = 1

const list = (find: Finders, call: Call): Answer => {
  const { emoji, message } = targetOf(find, call)
  const limit = numberOf(call, "limit", { or: 25, min: 1, max: 100 })
  const type = Number(call.query.get("type") ?? normal)
  const problems = new Problems()
  checkChoice(problems, ["type"], type, [normal, burst])
  problems.done()
  // Nobody of the fake has Nitro.
  const ids = type === burst ? [] : [...(reactions.usersOf(message, emoji) ?? [])]
  const users = ids.flatMap((id) => call.world.users.get(id) ?? [])
  return ok(pageAfter(users, idOf(call, "after"), limit).map(payloads.user))
}

/** The routes. */
export const reactionRoutes = (find: Finders): ReadonlyArray<Route> => {
  const all = "/channels/:channel/messages/:message/reactions"
  const one = `${all}/:emoji`
  const bot = true
  return [
    { method: "PUT", pattern: `${one}/@me`, bot, handle: (call) => add(find, call) },
    { method: "DELETE", pattern: `${one}/@me`, bot, handle: (call) => removeOwn(find, call) },
    { method: "DELETE", pattern: `${one}/:user`, bot, handle: (call) => removeOf(find, call) },
    { method: "GET", pattern: one, bot, handle: (call) => list(find, call) },
    { method: "DELETE", pattern: one, bot, handle: (call) => clearEmoji(find, call) },
    { method: "DELETE", pattern: all, bot, handle: (call) => clear(find, call) }
  ]
}
