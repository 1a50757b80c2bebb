/** What belongs to a channel besides its messages: pins and threads, as a user sees and changes them. */
import * as Effect from "effect/Effect"
import type { APIChannel } from "../../discord/DiscordApi.ts"
import type { Core } from "../../testing/internal/core.ts"
import { object } from "../../testing/internal/json.ts"
import { Permission } from "../../testing/internal/permissions.ts"
import * as pins from "../../testing/internal/pins.ts"
import { isArchived } from "../../testing/internal/threads.ts"
import { isThread } from "../../testing/internal/threadTypes.ts"
import { refusal } from "../../testing/internal/userAccess.ts"
import type { ChannelRecord } from "../../testing/internal/world.ts"
import type * as Protocol from "../Protocol.ts"
import * as access from "./access.ts"
import * as actions from "./actions.ts"
import { invalid, type Refusal } from "./refusal.ts"
import * as views from "./views.ts"

type Of<T extends Protocol.Request["type"]> = Extract<Protocol.Request, { readonly type: T }>

/** Fails if a user may not do something in a channel. */
const demand = (core: Core, user: string, channel: ChannelRecord, ...permissions: ReadonlyArray<bigint>) =>
  Effect.flatMap(actions.userOf(core, user), (record) => {
    const refused = refusal(core.world, channel, record, ...permissions)
    return refused === undefined ? Effect.succeed(record) : Effect.fail(invalid(`${refused.rule}`))
  })

/** The pinned messages of a channel, newest pin first. Source: Discord, "Get Channel Pins". */
export const pinned = Effect.fnUntraced(function* (
  core: Core,
  request: Of<"pins">
): Effect.fn.Return<Protocol.Pins, Refusal> {
  const channel = yield* actions.channelOf(core, request.channel)
  yield* demand(core, request.user, channel, Permission.readMessageHistory)
  return { messages: pins.of(core.world, channel.id).map(views.message) }
})

/** Pins a message, or unpins it. Source: Discord, "Pin Message". */
export const pin = Effect.fnUntraced(function* (core: Core, request: Of<"pin">): Effect.fn.Return<undefined, Refusal> {
  const asking = yield* actions.userOf(core, request.user)
  const message = yield* actions.messageOf(core, asking, request.message)
  const channel = yield* actions.channelOf(core, message.channelId)
  const user = yield* demand(core, request.user, channel, Permission.pinMessages)
  if (message.visibleTo !== undefined) return yield* invalid("Messages that only one user sees cannot be pinned")
  if (isArchived(channel)) return yield* invalid("The thread is archived")
  yield* actions.attempt(() =>
    request.pinned ? pins.pin(core.world, channel, message, user) : pins.unpin(core.world, channel, message)
  )
  return undefined
})

const archivedAt = ({ fields }: ChannelRecord): number =>
  Date.parse(String(object(fields?.["thread_metadata"])["archive_timestamp"])) || 0

/** The threads of a channel that a user sees: active ones, then those that were archived last. */
export const threads = Effect.fnUntraced(function* (
  core: Core,
  request: Of<"threads">
): Effect.fn.Return<Protocol.Threads, Refusal> {
  const { world } = core
  const channel = yield* actions.channelOf(core, request.channel)
  const user = yield* demand(core, request.user, channel, Permission.readMessageHistory)
  const all = [...world.channels.values()].filter(
    (one) => isThread(one) && one.fields?.["parent_id"] === channel.id && access.sees(world, user, one)
  )
  const active = all.filter((one) => !isArchived(one)).toReversed()
  const archived = all.filter(isArchived).toSorted((a, b) => archivedAt(b) - archivedAt(a))
  const shown = (records: ReadonlyArray<ChannelRecord>): ReadonlyArray<APIChannel> =>
    records.map((one) => views.channel(world, one))
  return { active: shown(active), archived: shown(archived) }
})
