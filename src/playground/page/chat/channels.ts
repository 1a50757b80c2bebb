/** Channels as they are listed. Numbers are Discord's channel types. */
import type { APIChannel } from "../../../discord/DiscordApi.ts"
import type { GuildView, View } from "../../Protocol.ts"
import { nameOf } from "../message/Directory.ts"
import type { Store } from "../Store.ts"

const category = 4
const isThread = ({ type }: APIChannel): boolean => type === 10 || type === 11 || type === 12

/** The sign before a channel's name. */
export const signOf = (channel: APIChannel): string => {
  if (isThread(channel)) return "↳"
  if (channel.type === 2 || channel.type === 13) return "♪"
  return channel.type === 5 ? "!" : channel.type === 15 || channel.type === 16 ? "≡" : "#"
}

/** What a channel is called. */
export const channelTitle = (store: Store, id: string | undefined): string => {
  if (id === undefined) return "no channel"
  if (store.directs.has(id)) return store.bot === undefined ? "direct messages" : `@${nameOf(store.bot)}`
  for (const { channels, threads } of store.guilds.values()) {
    const channel = [...channels, ...threads].find((each) => each.id === id)
    if (channel !== undefined) return `${isThread(channel) ? "" : "#"}${channel.name ?? id}`
  }
  return "a channel that is gone"
}

/** A category with its channels, or the channels without one. */
export interface ChannelGroup {
  readonly name: string | undefined
  readonly channels: ReadonlyArray<{ readonly channel: APIChannel; readonly threads: ReadonlyArray<APIChannel> }>
}

const position = (channel: APIChannel): number => ("position" in channel ? (channel.position ?? 0) : 0)

/** The channels of a guild that a user sees, in Discord's order. */
export const groupsOf = (guild: GuildView, view: View | undefined): ReadonlyArray<ChannelGroup> => {
  const seen = view === undefined ? undefined : new Set(view.channels)
  const visible = guild.channels.filter(({ id, type }) => type !== category && (seen?.has(id) ?? true))
  const ordered = visible.toSorted((a, b) => position(a) - position(b))
  const parentOf = (channel: APIChannel) => ("parent_id" in channel ? (channel.parent_id ?? undefined) : undefined)
  const withThreads = (channel: APIChannel) => ({
    channel,
    threads: guild.threads.filter((thread) => parentOf(thread) === channel.id && (seen?.has(thread.id) ?? true))
  })
  const categories = guild.channels
    .filter(({ type }) => type === category)
    .toSorted((a, b) => position(a) - position(b))
  const known = new Set(categories.map(({ id }) => id))
  const top = ordered.filter((channel) => !known.has(parentOf(channel) ?? ""))
  return [
    { name: undefined, channels: top.map(withThreads) },
    ...categories.map(({ id, name }) => ({
      name: name ?? "",
      channels: ordered.filter((each) => parentOf(each) === id).map(withThreads)
    }))
  ].filter(({ channels }) => channels.length > 0)
}
