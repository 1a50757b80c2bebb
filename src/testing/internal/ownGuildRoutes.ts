/** The REST routes of the guilds that the bot is in, and that which changes one. Source: Discord, "User" and "Guild". */
import { noContent, ok } from "./answers.ts"
import { invalidGuild, unknownChannel, unknownGuild, wrongChannelType } from "./apiError.ts"
import { requester } from "./bearer.ts"
import { AuditLogEvent, changesOf, writeFor } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, type Json, object } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { inGuild, isVoice, ownerOf, Permission } from "./permissions.ts"
import { numberIn, pageOf } from "./queries.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { boolean, choice, integer, integerIn, model, set, snowflake, text, textUpTo } from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord } from "./world.ts"

const countsOf = ({ query }: Call, guild: GuildRecord): Json => {
  const size = guild.members.size
  if (query.get("with_counts") !== "true") return {}
  return { approximate_member_count: size, approximate_presence_count: size }
}

const list = (call: Call): Answer => {
  const { query, world } = call
  const limit = numberIn(query, "limit", 1, 200, 200)
  const by = requester(call, "guilds")
  const all = [...world.guilds.values()].filter(({ members }) => members.has(by.id))
  const guilds = pageOf(all, ({ id }) => id, query, limit)
  return ok(
    guilds.map((guild) => {
      const { banner, features, icon, id, name } = payloads.guildCreate(world, guild)
      const owner = ownerOf(guild) === by.id
      const permissions = String(inGuild(world, guild, by))
      return { id, name, icon, banner, owner, permissions, features, ...countsOf(call, guild) }
    })
  )
}

// Source: Discord, "Leave Guild". An owner cannot leave.
const leave = (call: Call): Answer => {
  const { params, world } = call
  const guild = world.guilds.get(params["guild"] ?? "")
  if (guild === undefined) throw unknownGuild()
  if (ownerOf(guild) === world.bot.id) throw invalidGuild()
  const actions = new Actions(world, guild)
  actions.removeMember(world.bot.id)
  actions.remove()
  world.signal.notify()
  return noContent
}

const shape = model({
  name: text,
  verification_level: integerIn(0, 4),
  default_message_notifications: integerIn(0, 1),
  explicit_content_filter: integerIn(0, 2),
  afk_channel_id: snowflake,
  afk_timeout: choice(60, 300, 900, 1800, 3600),
  icon: text,
  splash: text,
  discovery_splash: text,
  banner: text,
  system_channel_id: snowflake,
  system_channel_flags: integer,
  rules_channel_id: snowflake,
  public_updates_channel_id: snowflake,
  preferred_locale: text,
  features: set(text),
  description: textUpTo(300),
  premium_progress_bar_enabled: boolean,
  safety_alerts_channel_id: snowflake
})

const ofChannels = ["system_channel_id", "rules_channel_id", "public_updates_channel_id", "safety_alerts_channel_id"]
const images = ["icon", "splash", "discovery_splash", "banner"]
const others = ["name", "verification_level", "default_message_notifications", "explicit_content_filter"]
const more = ["afk_channel_id", "afk_timeout", "system_channel_flags", "preferred_locale", "features", "description"]
const settings = [...ofChannels, ...images, ...others, ...more, "premium_progress_bar_enabled"]

// What `null` stands for where the field itself cannot be null.
const usual: Json = {
  verification_level: 0,
  default_message_notifications: 0,
  explicit_content_filter: 0,
  preferred_locale: "en-US"
}

const checkChannels = (guild: GuildRecord, body: Json): void => {
  for (const field of [...ofChannels, "afk_channel_id"]) {
    if (typeof body[field] !== "string") continue
    const channel = guild.channels.find(({ id }) => id === body[field])
    if (channel === undefined) throw unknownChannel()
    if (isVoice(channel) !== (field === "afk_channel_id")) throw wrongChannelType()
  }
}

const change = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  shape(problems, body, [])
  // Source: Discord, "Guild Object": 2-100 characters.
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 2, 100)
  problems.done()
  demandInGuild(world, guild, Permission.manageGuild)
  const before = payloads.guildCreate(world, guild)
  const isCommunity = (features: unknown) => array(features).includes("COMMUNITY")
  if (body["features"] !== undefined && isCommunity(body["features"]) !== isCommunity(before["features"])) {
    demandInGuild(world, guild, Permission.administrator)
  }
  checkChannels(guild, body)
  const given = settings.flatMap((field) => {
    if (body[field] === undefined) return []
    const isImage = images.includes(field) && typeof body[field] === "string"
    return [[field, isImage ? `fake_${field}` : (body[field] ?? usual[field] ?? null)]]
  })
  new Actions(world, guild).update(Object.fromEntries(given))
  const after = payloads.guildCreate(world, guild)
  const changes = changesOf(before, after, settings)
  if (changes.length > 0) writeFor(call, guild, { type: AuditLogEvent.guildUpdate, target: guild.id, changes })
  world.signal.notify()
  return ok(payloads.guild(world, guild))
}

const get = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok({ ...payloads.guild(call.world, guild), ...countsOf(call, guild) })
}

/** The routes. */
export const ownGuildRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/users/@me/guilds", bot: true, bearer: true, handle: list },
  { method: "DELETE", pattern: "/users/@me/guilds/:guild", bot: true, handle: leave },
  { method: "GET", pattern: "/guilds/:guild", bot: true, handle: get },
  { method: "PATCH", pattern: "/guilds/:guild", bot: true, handle: change }
]
