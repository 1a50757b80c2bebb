/** The routes of pins, and those that are deprecated. Source: Discord, "Get Channel Pins" to "Unpin Message (deprecated)". */
import { noContent, numberOf, ok, timeOf } from "./answers.ts"
import { allows, demand } from "./botAccess.ts"
import type { Finders } from "./messageRoutes.ts"
import * as pins from "./pins.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { demandActive } from "./threads.ts"
import type { MessageRecord } from "./world.ts"

const page = 50

const change = (find: Finders, call: Call, isPinned: boolean): Answer => {
  const message = find.messageOf(call)
  const channel = find.channelOf(call)
  demand(call.world, channel, Permission.pinMessages)
  demandActive(channel)
  if (isPinned) pins.pin(call.world, channel, message, call.world.bot)
  else pins.unpin(call.world, channel, message)
  return noContent
}

// Without the permission a channel has no past for the bot.
const visible = (find: Finders, call: Call): ReadonlyArray<MessageRecord> => {
  const channel = find.channelOf(call)
  demand(call.world, channel, 0n)
  return allows(call.world, channel, Permission.readMessageHistory) ? pins.of(call.world, channel.id) : []
}

const list = (find: Finders, call: Call): Answer => {
  const limit = numberOf(call, "limit", { or: page, min: 1, max: page })
  const before = timeOf(call, "before")
  const found = visible(find, call).filter((message) => before === undefined || pins.isBefore(message, before))
  const items = found.slice(0, limit).map((message) => ({ pinned_at: pins.timeOf(message), message: message.raw }))
  return ok({ items, has_more: found.length > limit })
}

const listOld = (find: Finders, call: Call): Answer =>
  ok(
    visible(find, call)
      .slice(0, page)
      .map(({ raw }) => raw)
  )

/** The routes. */
export const pinRoutes = (find: Finders): ReadonlyArray<Route> => {
  const bot = true
  const now = "/channels/:channel/messages/pins"
  const old = "/channels/:channel/pins"
  return [
    { method: "GET", pattern: now, bot, handle: (call) => list(find, call) },
    { method: "GET", pattern: old, bot, handle: (call) => listOld(find, call) },
    ...[now, old].flatMap((all): ReadonlyArray<Route> => [
      { method: "PUT", pattern: `${all}/:message`, bot, handle: (call) => change(find, call, true) },
      { method: "DELETE", pattern: `${all}/:message`, bot, handle: (call) => change(find, call, false) }
    ])
  ]
}
