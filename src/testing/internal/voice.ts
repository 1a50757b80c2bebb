/**
 * What Discord does with op 4. Source: Discord, "Update Voice State" in "Gateway Events", and "Retrieving Voice Server
 * Information" in "Voice".
 */
import { randomBytes } from "node:crypto"
import { type Json, number, object, objects, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import type { Session } from "./session.ts"
import type { ChannelRecord, GuildRecord, World } from "./world.ts"

const voiceTypes: ReadonlySet<number> = new Set([2, 13])

// Source: Discord, "Bitwise Permission Flags".
const Bit = { administrator: 1n << 3n, manageChannels: 1n << 4n, viewChannel: 1n << 10n, connect: 1n << 20n } as const

const bits = (set: unknown): bigint => BigInt(string(set) ?? "0")

// Source: Discord, "Permission Overwrites".
const permissions = (world: World, guild: GuildRecord, channel: ChannelRecord): bigint => {
  const member = payloads.memberOf(guild, world.bot)
  const roles = new Set([guild.id, ...(Array.isArray(member["roles"]) ? member["roles"] : [])])
  let set = guild.roles
    .map(payloads.role)
    .filter(({ id }) => roles.has(id))
    .reduce((all, role) => all | bits(role["permissions"]), 0n)
  if ((set & Bit.administrator) !== 0n || guild.ownerId === world.bot.id) return ~0n
  const overwrites = objects(channel.fields?.["permission_overwrites"])
  const apply = (wanted: ReadonlyArray<Json>): void => {
    for (const { deny } of wanted) set &= ~bits(deny)
    for (const { allow } of wanted) set |= bits(allow)
  }
  apply(overwrites.filter(({ id }) => id === guild.id))
  apply(overwrites.filter(({ id }) => id !== guild.id && roles.has(id)))
  apply(overwrites.filter(({ id }) => id === world.bot.id))
  return set
}

const mayJoin = (world: World, guild: GuildRecord, channel: ChannelRecord): boolean => {
  const set = permissions(world, guild, channel)
  const wanted = Bit.viewChannel | Bit.connect
  if ((set & wanted) !== wanted) return false
  const limit = number(channel.fields?.["user_limit"]) ?? 0
  const others = [...guild.voice.values()].filter(
    (state) => state["channel_id"] === channel.id && state["user_id"] !== world.bot.id
  )
  return limit === 0 || others.length < limit || (set & Bit.manageChannels) !== 0n
}

/** Sends a guild's voice server to the bot. `null` says that it is gone, and that another one is looked for. */
export const sendServer = (world: World, guild: GuildRecord, endpoint: string | null): void =>
  world.emit("VOICE_SERVER_UPDATE", { guild_id: guild.id, token: randomBytes(8).toString("hex"), endpoint }, guild.id)

const state = (world: World, guild: GuildRecord, session: Session, channelId: string | null, d: Json): Json => ({
  guild_id: guild.id,
  channel_id: channelId,
  user_id: world.bot.id,
  member: payloads.memberOf(guild, world.bot),
  session_id: session.id,
  deaf: false,
  mute: false,
  self_deaf: d["self_deaf"] === true,
  self_mute: d["self_mute"] === true,
  self_video: false,
  suppress: false,
  request_to_speak_timestamp: null
})

/**
 * The bot joins, moves or leaves. Discord says nothing if it may not, if the channel is full or none of voice. A request
 * that succeeds is answered by two events, and one that only mutes or deafens by the first of them.
 */
export const answerVoice = (world: World, session: Session, d: Json): void => {
  const guild = world.guilds.get(string(d["guild_id"]) ?? "")
  if (guild === undefined || guild.unavailable || !session.owns(guild.id)) return
  const before = object(guild.voice.get(world.bot.id))
  if (d["channel_id"] === null) {
    if (!guild.voice.delete(world.bot.id)) return
    return world.emit("VOICE_STATE_UPDATE", state(world, guild, session, null, d), guild.id)
  }
  const channel = guild.channels.find(({ id }) => id === d["channel_id"])
  if (channel === undefined || !voiceTypes.has(channel.type) || !mayJoin(world, guild, channel)) return
  const after = state(world, guild, session, channel.id, d)
  guild.voice.set(world.bot.id, after)
  world.emit("VOICE_STATE_UPDATE", after, guild.id)
  const isHere = before["channel_id"] === after["channel_id"] && before["session_id"] === session.id
  const isMuted = before["self_mute"] !== after["self_mute"] || before["self_deaf"] !== after["self_deaf"]
  if (!isHere || !isMuted) sendServer(world, guild, world.settings.voiceEndpoint)
}

/** The data of CHANNEL_INFO. Source: Discord, "Channel Info": the fields that were asked for, of voice channels. */
export const channelInfo = (world: World, d: Json): Json => {
  const asked = Array.isArray(d["fields"]) ? d["fields"] : []
  const guild = world.guilds.get(String(d["guild_id"]))
  const channels = (guild?.channels ?? []).filter(({ type }) => voiceTypes.has(type))
  return {
    guild_id: guild?.id,
    channels: channels.map(({ fields, id }) => ({
      id,
      ...(asked.includes("status") ? { status: fields?.["status"] ?? null } : {}),
      ...(asked.includes("voice_start_time") ? { voice_start_time: fields?.["voice_start_time"] ?? null } : {})
    }))
  }
}
