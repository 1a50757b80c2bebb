/** Channels of guilds as they come, change and go. Source: Discord, "Gateway Events", Channels. */
import { type Json, objects } from "./json.ts"
import * as payloads from "./payloads.ts"
import { isThread } from "./threadTypes.ts"
import type { ChannelRecord, GuildRecord, World } from "./world.ts"

const emit = (world: World, guild: GuildRecord, t: string, d: Json): void => {
  if (!guild.unavailable) world.emit(t, d, guild.id)
}

/** Adds a channel: CHANNEL_CREATE. */
export const add = (
  world: World,
  guild: GuildRecord,
  name: string,
  options: { readonly type: number; readonly fields: Json }
): ChannelRecord => {
  const channel = world.addChannel({ name, guildId: guild.id, ...options })
  emit(world, guild, "CHANNEL_CREATE", payloads.channel(channel))
  world.signal.notify()
  return channel
}

const category = 4

const overwritesOf = ({ fields }: ChannelRecord): string =>
  JSON.stringify(
    objects(fields?.["permission_overwrites"]).toSorted((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1))
  )

/**
 * Changes fields of a channel: CHANNEL_UPDATE. What is in a category and has its permissions follows it. Source: Discord,
 * "Modify Channel", "Permission Syncing".
 */
export const change = (world: World, guild: GuildRecord, channel: ChannelRecord, fields: Json): ChannelRecord => {
  const at = guild.channels.findIndex(({ id }) => id === channel.id)
  const before = guild.channels[at]
  const after: ChannelRecord = { ...channel, fields: { ...channel.fields, ...fields } }
  if (before !== undefined) guild.channels.splice(at, 1, after)
  world.channels.set(after.id, after)
  emit(world, guild, "CHANNEL_UPDATE", payloads.channel(after))
  world.signal.notify()
  if (after.type !== category || before === undefined || overwritesOf(before) === overwritesOf(after)) return after
  for (const child of guild.channels) {
    const isSynced = child.fields?.["parent_id"] === after.id && overwritesOf(child) === overwritesOf(before)
    if (isSynced) change(world, guild, child, { permission_overwrites: fields["permission_overwrites"] })
  }
  return after
}

/** Forgets a channel and what is in it. */
const forget = (world: World, { id }: ChannelRecord): void => {
  world.channels.delete(id)
  world.threadMembers.delete(id)
  for (const message of world.messages.values()) if (message.channelId === id) message.deleted = true
  for (const webhook of world.webhooks.values()) if (webhook.channelId === id) world.webhooks.delete(webhook.id)
}

const drop = (records: Array<ChannelRecord>, id: string): void => {
  const at = records.findIndex((record) => record.id === id)
  if (at >= 0) records.splice(at, 1)
}

const removeThread = (world: World, guild: GuildRecord, thread: ChannelRecord): void => {
  drop(guild.threads, thread.id)
  forget(world, thread)
  const { id, type } = thread
  emit(world, guild, "THREAD_DELETE", { id, guild_id: guild.id, parent_id: thread.fields?.["parent_id"], type })
}

/**
 * Deletes a channel with its threads: CHANNEL_DELETE, or THREAD_DELETE. Those who are in its voice leave it, and what is in a
 * category stays without one.
 */
export const remove = (world: World, guild: GuildRecord, channel: ChannelRecord): void => {
  if (isThread(channel)) removeThread(world, guild, channel)
  else {
    for (const [userId, state] of guild.voice) {
      if (state["channel_id"] !== channel.id) continue
      guild.voice.delete(userId)
      emit(world, guild, "VOICE_STATE_UPDATE", { ...state, channel_id: null })
    }
    drop(guild.channels, channel.id)
    const instance = guild.stages.get(channel.id)
    if (guild.stages.delete(channel.id)) emit(world, guild, "STAGE_INSTANCE_DELETE", { ...instance })
    for (const each of world.channels.values()) {
      if (each.fields?.["parent_id"] !== channel.id || !isThread(each)) continue
      drop(guild.threads, each.id)
      forget(world, each)
    }
    forget(world, channel)
    emit(world, guild, "CHANNEL_DELETE", payloads.channel(channel))
    const children = guild.channels.filter(({ fields }) => fields?.["parent_id"] === channel.id)
    for (const child of children) change(world, guild, child, { parent_id: null })
  }
  world.signal.notify()
}
