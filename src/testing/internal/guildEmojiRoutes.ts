/** The routes of a guild's emojis. Source: Discord, "Emoji Resource". */
import { checkRequired, created, given, noContent, ok } from "./answers.ts"
import { ApiError, unknownEmoji, unknownRole } from "./apiError.ts"
import { demandChange, emojiLimit, showsUser } from "./expressions.ts"
import { guildOf } from "./guildRoutes.ts"
import { checkImage, imageOf } from "./imageData.ts"
import { array, type Json, object } from "./json.ts"
import { tooManyAnimated, tooManyEmojis } from "./limitErrors.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, World } from "./world.ts"

const maxSize = 256 * 1024

const emojiOf = (call: Call, guild: GuildRecord): Json => {
  const found = guild.emojis.find(({ id }) => id === call.params["emoji"])
  if (found === undefined) throw unknownEmoji()
  return found
}

const shown = (world: World, guild: GuildRecord, emoji: Json): Json => {
  const { user, ...rest } = emoji as { readonly user?: unknown } & Json
  return user === undefined || !showsUser(world, guild) ? rest : { ...rest, user }
}

const announce = (world: World, guild: GuildRecord): void => {
  world.emit("GUILD_EMOJIS_UPDATE", { guild_id: guild.id, emojis: [...guild.emojis] }, guild.id)
  world.signal.notify()
}

const checkName = (problems: Problems, name: unknown): void => {
  problems.length(["name"], name, 2, 32)
  if (typeof name === "string" && !/^\w*$/.test(name)) {
    problems.add(["name"], "STRING_TYPE_REGEX", "String value did not match validation regex.")
  }
}

const demandRoles = (guild: GuildRecord, roles: unknown): void => {
  if (array(roles).some((id) => !guild.roles.some((role) => role.id === id))) throw unknownRole()
}

const create = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const { image, name, roles } = object(call.body)
  const problems = new Problems()
  checkName(problems, name)
  checkRequired(problems, ["image"], image)
  checkImage(problems, ["image"], image)
  problems.done()
  demandInGuild(world, guild, Permission.createGuildExpressions)
  demandRoles(guild, roles)
  const { size = 0, type } = imageOf(image) ?? {}
  // Discord documents that this refusal has no code.
  if (size > maxSize) throw new ApiError(400, 0, "File cannot be larger than 256.0 kb.")
  const animated = type === "image/gif"
  const limit = emojiLimit(guild)
  const alike = guild.emojis.filter((each) => (each["animated"] === true) === animated && each["managed"] !== true)
  if (alike.length >= limit) throw animated ? tooManyAnimated(limit) : tooManyEmojis(limit)
  const emoji = {
    id: world.ids.next(),
    name,
    roles: array(roles),
    require_colons: true,
    managed: false,
    animated,
    available: true,
    user: payloads.user(world.bot)
  }
  guild.emojis.push(emoji)
  announce(world, guild)
  return created(emoji)
}

const modify = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const before = emojiOf(call, guild)
  const body = object(call.body)
  const problems = new Problems()
  if (body["name"] !== undefined) checkName(problems, body["name"])
  problems.done()
  demandChange(world, guild, before)
  demandRoles(guild, body["roles"])
  const roles = body["roles"] === null ? { roles: [] } : {}
  const after = { ...before, ...given(body, ["name", "roles"]), ...roles }
  guild.emojis.splice(guild.emojis.indexOf(before), 1, after)
  announce(world, guild)
  return ok(shown(world, guild, after))
}

const remove = (call: Call): Answer => {
  const guild = guildOf(call)
  const emoji = emojiOf(call, guild)
  demandChange(call.world, guild, emoji)
  guild.emojis.splice(guild.emojis.indexOf(emoji), 1)
  announce(call.world, guild)
  return noContent
}

const list = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(guild.emojis.map((emoji) => shown(call.world, guild, emoji)))
}

const get = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(shown(call.world, guild, emojiOf(call, guild)))
}

const all = "/guilds/:guild/emojis"
const one = `${all}/:emoji`

/** The routes. */
export const guildEmojiRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: list },
  { method: "POST", pattern: all, bot: true, handle: create },
  { method: "GET", pattern: one, bot: true, handle: get },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove }
]
