/** The pinned messages of channels. Source: Discord, "Get Channel Pins" and "Pin Message". */
import { emitIn } from "./channelEvents.ts"
import { systemMessage, tooManyPins } from "./limitErrors.ts"
import * as messages from "./messages.ts"
import type { ChannelRecord, MessageRecord, UserRecord, World } from "./world.ts"

const most = 250
// Source: Discord, "Message Types": what is not written by somebody is a system message.
const written: ReadonlySet<unknown> = new Set([0, 19, 20, 23])
const pinAdd = 6

const pinnedAt = new WeakMap<MessageRecord, string>()

// Two pins of one millisecond differ, because pages begin at a time.
const later = (world: World, last: string | undefined): string => {
  const now = world.timestamp()
  return last === undefined || microseconds(last) < microseconds(now) ? now : next(last)
}

const next = (stamp: string): string =>
  stamp.replace(/(\d{6})\+/, (_, digits: string) => `${String(Number(digits) + 1).padStart(6, "0")}+`)

const microseconds = (stamp: string): number =>
  Date.parse(stamp) * 1000 + Number((/\.\d{3}(\d{1,3})/.exec(stamp)?.[1] ?? "0").padEnd(3, "0"))

/** The time at which a message was pinned. */
export const timeOf = (message: MessageRecord): string => pinnedAt.get(message) ?? String(message.raw["timestamp"])

/** The pinned messages of a channel, newest pin first. */
export const of = (world: World, channelId: string): ReadonlyArray<MessageRecord> =>
  [...world.messages.values()]
    .filter((message) => message.channelId === channelId && !message.deleted && message.raw["pinned"] === true)
    .toSorted((a, b) => microseconds(timeOf(b)) - microseconds(timeOf(a)))

/** Whether a message was pinned before a time. */
export const isBefore = (message: MessageRecord, time: string): boolean =>
  microseconds(timeOf(message)) < microseconds(time)

const announce = (world: World, channel: ChannelRecord): void => {
  const [last] = of(world, channel.id)
  emitIn(world, channel, "CHANNEL_PINS_UPDATE", { last_pin_timestamp: last === undefined ? null : timeOf(last) })
}

/** A user pins a message: CHANNEL_PINS_UPDATE, and a system message that says so. One that is pinned stays so. */
export const pin = (world: World, channel: ChannelRecord, message: MessageRecord, user: UserRecord): void => {
  if (message.raw["pinned"] === true) return
  if (!written.has(message.raw["type"])) throw systemMessage()
  const there = of(world, channel.id)
  if (there.length >= most) throw tooManyPins()
  pinnedAt.set(message, later(world, there[0] === undefined ? undefined : timeOf(there[0])))
  messages.change(world, message, { pinned: true })
  announce(world, channel)
  const place = { channel_id: channel.id, ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }) }
  const fields = { message_reference: { type: 0, message_id: message.id, ...place } }
  messages.createSystem(world, { channelId: channel.id, author: user, type: pinAdd, fields })
}

/** A message is no longer pinned: CHANNEL_PINS_UPDATE. */
export const unpin = (world: World, channel: ChannelRecord, message: MessageRecord): void => {
  if (message.raw["pinned"] !== true) return
  messages.change(world, message, { pinned: false })
  announce(world, channel)
}
