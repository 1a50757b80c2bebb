/** What can be set of a channel, by its type. Source: Discord, "Create Guild Channel" and "Modify Channel". */
import { checkBoolean, checkChoice, checkId, checkString } from "./answers.ts"
import { ApiError } from "./apiError.ts"
import { type Json, number, object, objects } from "./json.ts"
import { tagNamesTwice } from "./limitErrors.ts"
import type { Problems } from "./validate.ts"
import type { GuildRecord, World } from "./world.ts"

/** Types of channels. Source: Discord, "Channel Types". */
export const Type = { text: 0, voice: 2, category: 4, announcement: 5, stage: 13, forum: 15, media: 16 } as const

const { announcement, category, forum, media, stage, text, voice } = Type

/** The types of channels that a guild can have. */
export const guildTypes: ReadonlyArray<number> = [text, voice, category, announcement, stage, forum, media]

const written = [text, announcement, forum, media]

/** The fields with the types of channels that have them. Others are ignored. */
const fieldsOf: Readonly<Record<string, ReadonlyArray<number>>> = {
  position: guildTypes,
  permission_overwrites: guildTypes,
  parent_id: guildTypes.filter((type) => type !== category),
  topic: written,
  nsfw: guildTypes.filter((type) => type !== category),
  rate_limit_per_user: [text, voice, stage, forum, media],
  bitrate: [voice, stage],
  user_limit: [voice, stage],
  rtc_region: [voice, stage],
  video_quality_mode: [voice, stage],
  default_auto_archive_duration: written,
  flags: [text, voice, announcement, forum, media],
  available_tags: [forum, media],
  default_reaction_emoji: [forum, media],
  default_thread_rate_limit_per_user: [text, announcement, forum, media],
  default_sort_order: [forum, media],
  default_forum_layout: [forum]
}

/** The fields of a body that a channel of this type has. */
export const settingsOf = (body: Json, type: number): Json =>
  Object.fromEntries(
    Object.entries(body).filter(([field, value]) => value !== undefined && fieldsOf[field]?.includes(type) === true)
  )

const checkOverwrites = (problems: Problems, overwrites: unknown): void => {
  for (const [at, overwrite] of objects(overwrites).entries()) {
    checkOverwrite(problems, ["permission_overwrites", at], overwrite)
    checkId(problems, ["permission_overwrites", at, "id"], overwrite["id"] ?? "")
  }
}

/** Adds what is wrong with a permission overwrite. */
export const checkOverwrite = (problems: Problems, path: ReadonlyArray<string | number>, overwrite: Json): void => {
  for (const field of ["allow", "deny"]) {
    const bits = overwrite[field]
    if (bits === undefined || bits === null || /^\d+$/.test(String(bits))) continue
    problems.add([...path, field], "NUMBER_TYPE_COERCE", `Value "${String(bits)}" is not int.`)
  }
  checkChoice(problems, [...path, "type"], overwrite["type"] ?? "", [0, 1])
}

const checkTags = (problems: Problems, tags: unknown): void => {
  problems.size(["available_tags"], tags, 0, Number.MAX_SAFE_INTEGER)
  for (const [at, tag] of objects(tags).entries()) {
    problems.length(["available_tags", at, "name"], tag["name"], 0, 20)
    checkString(problems, ["available_tags", at, "name"], tag["name"])
    const emojis = [tag["emoji_id"], tag["emoji_name"]].filter((each) => each !== undefined && each !== null)
    if (emojis.length < 2) continue
    problems.add(["available_tags", at], "BASE_TYPE_INVALID", "At most one of emoji_id and emoji_name may be set")
  }
}

const archiveDurations = [60, 1440, 4320, 10_080]

/** Adds what is wrong with the settings of a channel. */
export const checkSettings = (problems: Problems, settings: Json, type: number): void => {
  const isForum = type === forum || type === media
  problems.length(["topic"], settings["topic"], 0, isForum ? 4096 : 1024)
  checkString(problems, ["topic"], settings["topic"])
  checkBoolean(problems, ["nsfw"], settings["nsfw"])
  problems.range(["rate_limit_per_user"], settings["rate_limit_per_user"], 0, 21_600)
  const threadLimit = "default_thread_rate_limit_per_user"
  problems.range([threadLimit], settings[threadLimit], 0, 21_600)
  problems.range(["position"], settings["position"], 0, 2 ** 31 - 1)
  problems.range(["bitrate"], settings["bitrate"], 8000, 2 ** 31 - 1)
  problems.range(["user_limit"], settings["user_limit"], 0, type === stage ? 10_000 : 99)
  checkChoice(problems, ["video_quality_mode"], settings["video_quality_mode"], [1, 2])
  const archiveAfter = "default_auto_archive_duration"
  checkChoice(problems, [archiveAfter], settings[archiveAfter], archiveDurations)
  checkChoice(problems, ["default_sort_order"], settings["default_sort_order"], [0, 1])
  checkChoice(problems, ["default_forum_layout"], settings["default_forum_layout"], [0, 1, 2])
  checkId(problems, ["parent_id"], settings["parent_id"])
  checkOverwrites(problems, settings["permission_overwrites"])
  checkTags(problems, settings["available_tags"])
}

const mostTags = 20
const bitrates: ReadonlyArray<number> = [96_000, 128_000, 256_000, 384_000]

const mostBitrate = (guild: GuildRecord, type: number): number => {
  if (type === stage) return 64_000
  const { features, premium_tier: tier } = guild.fields
  const isVip = Array.isArray(features) && features.includes("VIP_REGIONS")
  return bitrates[isVip ? 3 : (number(tier) ?? 0)] ?? 96_000
}

/** Throws the errors that have codes of their own. */
export const demandLimits = (guild: GuildRecord, settings: Json, type: number): void => {
  if ((number(settings["bitrate"]) ?? 0) > mostBitrate(guild, type)) {
    throw new ApiError(400, 30_052, "Bitrate is too high for channel of this type")
  }
  const tags = objects(settings["available_tags"])
  if (tags.length > mostTags)
    throw new ApiError(400, 30_048, "Maximum number of tags in a forum channel has been reached")
  if (new Set(tags.map(({ name }) => name)).size < tags.length) throw tagNamesTwice()
  if (objects(settings["permission_overwrites"]).length > 1000) {
    throw new ApiError(400, 30_060, "Maximum number of channel permission overwrites reached (1000)")
  }
}

/** A permission overwrite as Discord sends it. */
export const overwriteOf = (overwrite: Json): Json => ({
  id: String(overwrite["id"]),
  type: overwrite["type"],
  allow: String(overwrite["allow"] ?? "0"),
  deny: String(overwrite["deny"] ?? "0")
})

/** The settings as they are kept: with ids of new tags, and whole overwrites. `null` is the default. */
export const kept = (world: World, settings: Json, before: Json = {}): Json => {
  const known = objects(before["available_tags"])
  const tags = objects(settings["available_tags"]).map((tag) => ({
    moderated: false,
    emoji_id: null,
    emoji_name: null,
    ...object(known.find(({ id }) => id === tag["id"])),
    ...tag,
    id: tag["id"] ?? world.ids.next()
  }))
  const overwrites = objects(settings["permission_overwrites"]).map(overwriteOf)
  return {
    ...Object.fromEntries(Object.entries(settings).map(([field, value]) => [field, value ?? defaults[field] ?? null])),
    ...(settings["available_tags"] === undefined ? {} : { available_tags: tags }),
    ...(settings["permission_overwrites"] === undefined ? {} : { permission_overwrites: overwrites })
  }
}

const defaults: Readonly<Record<string, unknown>> = {
  bitrate: 64_000,
  nsfw: false,
  position: 0,
  rate_limit_per_user: 0,
  user_limit: 0,
  video_quality_mode: 1
}
