/** The routes of the soundboard. Source: Discord, "Soundboard Resource". */
import { checkId, checkRequired, checkString, created, noContent, ok } from "./answers.ts"
import { ApiError, missingPermissions, notInVoice, unknownGuild } from "./apiError.ts"
import { demand } from "./botAccess.ts"
import { demandChange, showsUser } from "./expressions.ts"
import { guildOf } from "./guildRoutes.ts"
import { type Json, object, string } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { defaultSounds, soundsOf } from "./soundboard.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord, World } from "./world.ts"

const maxSize = 512 * 1024

// Source: Discord's help, "Server Boosting FAQ": by the level of the guild.
const places = [8, 24, 36, 48]

const unknownSound = () => new ApiError(404, 10_097, "Unknown sound")

const soundOf = (call: Call, guild: GuildRecord): Json => {
  const found = soundsOf(guild).get(call.params["sound"] ?? "")
  if (found === undefined) throw unknownSound()
  return found
}

const shown = (world: World, guild: GuildRecord, sound: Json): Json => {
  const { user, ...rest } = sound as { readonly user?: unknown } & Json
  return showsUser(world, guild) ? { ...rest, user } : rest
}

const emit = (world: World, guild: GuildRecord, t: string, d: Json): void => {
  if (!guild.unavailable) world.emit(t, d, guild.id)
  world.signal.notify()
}

/** The bytes of an MP3 or Ogg file in a data URI; `undefined` if it is none. */
const sizeOf = (sound: unknown): number | undefined => {
  const pattern = /^data:audio\/(?:mpeg|mp3|ogg)(?:;[^,]*)?;base64,([A-Za-z0-9+/]+={0,2})$/
  const data = pattern.exec(string(sound) ?? "")?.[1]
  return data === undefined ? undefined : Buffer.from(data, "base64").length
}

const checkFields = (problems: Problems, body: Json): void => {
  checkString(problems, ["name"], body["name"])
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 2, 32)
  const volume = body["volume"] ?? 1
  if (typeof volume !== "number" || volume < 0 || volume > 1) {
    problems.add(["volume"], "NUMBER_TYPE_RANGE", "float value should be between 0 and 1.")
  }
  checkId(problems, ["emoji_id"], body["emoji_id"])
  checkString(problems, ["emoji_name"], body["emoji_name"])
}

const settings = (body: Json): Json => ({
  ...(body["name"] === undefined ? {} : { name: body["name"] }),
  ...(body["volume"] === undefined ? {} : { volume: body["volume"] ?? 1 }),
  ...(body["emoji_id"] === undefined ? {} : { emoji_id: body["emoji_id"] }),
  ...(body["emoji_name"] === undefined ? {} : { emoji_name: body["emoji_name"] })
})

const create = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  checkRequired(problems, ["name"], body["name"])
  checkRequired(problems, ["sound"], body["sound"])
  checkFields(problems, body)
  const size = sizeOf(body["sound"])
  if (body["sound"] !== undefined && size === undefined) {
    problems.add(["sound"], "SOUNDBOARD_SOUND_INVALID", "Invalid sound data")
  }
  if ((size ?? 0) > maxSize) problems.add(["sound"], "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 512.0 kb.")
  problems.done()
  demandInGuild(world, guild, Permission.createGuildExpressions)
  const most = places[Number(guild.fields["premium_tier"] ?? 0)] ?? 8
  if (soundsOf(guild).size >= most) {
    throw new ApiError(400, 30_045, `Maximum number of soundboard sounds reached (${most})`)
  }
  const made = {
    volume: 1,
    emoji_id: null,
    emoji_name: null,
    ...settings(body),
    sound_id: world.ids.next(),
    guild_id: guild.id,
    available: true,
    user: payloads.user(world.bot)
  }
  soundsOf(guild).set(made.sound_id, made)
  emit(world, guild, "GUILD_SOUNDBOARD_SOUND_CREATE", made)
  return created(made)
}

const modify = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const before = soundOf(call, guild)
  const body = object(call.body)
  const problems = new Problems()
  checkFields(problems, body)
  problems.done()
  demandChange(world, guild, before)
  const after = { ...before, ...settings(body) }
  soundsOf(guild).set(String(before["sound_id"]), after)
  emit(world, guild, "GUILD_SOUNDBOARD_SOUND_UPDATE", after)
  return ok(shown(world, guild, after))
}

const remove = (call: Call): Answer => {
  const guild = guildOf(call)
  const sound = soundOf(call, guild)
  demandChange(call.world, guild, sound)
  soundsOf(guild).delete(String(sound["sound_id"]))
  emit(call.world, guild, "GUILD_SOUNDBOARD_SOUND_DELETE", { sound_id: sound["sound_id"], guild_id: guild.id })
  return noContent
}

const list = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok({ items: [...soundsOf(guild).values()].map((sound) => shown(call.world, guild, sound)) })
}

const get = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(shown(call.world, guild, soundOf(call, guild)))
}

/** A sound that the bot plays: one that everybody has, or one of a guild in which the bot is. */
const played = ({ world }: Call, here: GuildRecord, channel: ChannelRecord, body: Json): Json => {
  const id = String(body["sound_id"])
  const source = string(body["source_guild_id"])
  const usual = defaultSounds.find((sound) => sound["sound_id"] === id)
  if (usual !== undefined) return usual
  const guild = source === undefined ? here : world.guilds.get(source)
  if (guild === undefined) throw unknownGuild()
  const found = soundsOf(guild).get(id)
  if (found === undefined) throw unknownSound()
  if (guild.id !== here.id) demand(world, channel, Permission.useExternalSounds)
  return found
}

const send =
  (channelOf: (call: Call) => ChannelRecord) =>
  (call: Call): Answer => {
    const { world } = call
    const channel = channelOf(call)
    const body = object(call.body)
    const problems = new Problems()
    checkRequired(problems, ["sound_id"], body["sound_id"])
    checkId(problems, ["sound_id"], body["sound_id"])
    checkId(problems, ["source_guild_id"], body["source_guild_id"])
    problems.done()
    demand(world, channel, Permission.speak | Permission.useSoundboard)
    const guild = world.guilds.get(channel.guildId ?? "")
    const state = guild?.voice.get(world.bot.id)
    if (guild === undefined || state?.["channel_id"] !== channel.id) throw notInVoice()
    if (["deaf", "self_deaf", "mute", "suppress"].some((field) => state[field] === true)) throw missingPermissions()
    const sound = played(call, guild, channel, body)
    emit(world, guild, "VOICE_CHANNEL_EFFECT_SEND", {
      channel_id: channel.id,
      guild_id: guild.id,
      user_id: world.bot.id,
      emoji: sound["emoji_name"] === null ? null : { id: null, name: sound["emoji_name"] },
      animation_type: 1,
      animation_id: 0,
      sound_id: sound["sound_id"],
      sound_volume: sound["volume"]
    })
    return noContent
  }

const sounds = "/guilds/:guild/soundboard-sounds"
const one = `${sounds}/:sound`

/** The routes. */
export const soundboardRoutes = (channelOf: (call: Call) => ChannelRecord): ReadonlyArray<Route> => [
  { method: "GET", pattern: "/soundboard-default-sounds", bot: true, handle: () => ok(defaultSounds) },
  { method: "POST", pattern: "/channels/:channel/send-soundboard-sound", bot: true, handle: send(channelOf) },
  { method: "GET", pattern: sounds, bot: true, handle: list },
  { method: "POST", pattern: sounds, bot: true, handle: create },
  { method: "GET", pattern: one, bot: true, handle: get },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove }
]
