/**
 * What Discord does with op 4. Source: Discord, "Update Voice State" in "Gateway Events", and "Retrieving Voice Server
 * Information" in "Voice".
 */
import { randomBytes } from "node:crypto"
import { type Json, number, object, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import { inChannel, isVoice, Permission } from "./permissions.ts"
import type { Session } from "./session.ts"
import type { ChannelRecord, GuildRecord, World } from "./world.ts"

// Source: Discord, "Voice Connections": MOVE_MEMBERS is above the limit of users.
const mayJoin = (world: World, guild: GuildRecord, channel: ChannelRecord): boolean => {
  const set = inChannel(world, channel, world.bot)
  const wanted = Permission.viewChannel | Permission.connect
  if ((set & wanted) !== wanted) return false
  const limit = number(channel.fields?.["user_limit"]) ?? 0
  const others = [...guild.voice.values()].filter(
    (state) => state["channel_id"] === channel.id && state["user_id"] !== world.bot.id
  )
  return limit === 0 || others.length < limit || (set & Permission.moveMembers) !== 0n
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
  if (channel === undefined || !isVoice(channel) || !mayJoin(world, guild, channel)) return
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
  const channels = (guild?.channels ?? []).filter(isVoice)
  return {
    guild_id: guild?.id,
    channels: channels.map(({ fields, id }) => ({
      id,
      ...(asked.includes("status") ? { status: fields?.["status"] ?? null } : {}),
      ...(asked.includes("voice_start_time") ? { voice_start_time: fields?.["voice_start_time"] ?? null } : {})
    }))
  }
}
