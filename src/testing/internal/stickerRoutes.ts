/** The routes of stickers. Source: Discord, "Sticker Resource". */
import { checkString, created, given, noContent, ok } from "./answers.ts"
import { ApiError } from "./apiError.ts"
import { demandChange, showsUser, stickerLimit } from "./expressions.ts"
import { guildOf } from "./guildRoutes.ts"
import { type Json, object } from "./json.ts"
import { unknownSticker } from "./limitErrors.ts"
import { demandInGuild } from "./memberAccess.ts"
import type { Upload } from "./uploads.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, World } from "./world.ts"

const maxSize = 512 * 1024
// By their extension: PNG and APNG, Lottie, GIF.
const formats: Readonly<Record<string, number>> = { png: 1, apng: 2, json: 3, gif: 4 }
const lottie = 3

const stickerOf = ({ params }: Call, guild: GuildRecord): Json => {
  const found = guild.stickers.find(({ id }) => id === params["sticker"])
  if (found === undefined) throw unknownSticker()
  return found
}

const shown = (world: World, guild: GuildRecord, sticker: Json): Json => {
  const { user, ...rest } = sticker as { readonly user?: unknown } & Json
  return user === undefined || !showsUser(world, guild) ? rest : { ...rest, user }
}

const announce = (world: World, guild: GuildRecord): void => {
  world.emit("GUILD_STICKERS_UPDATE", { guild_id: guild.id, stickers: [...guild.stickers] }, guild.id, 1 << 3)
  world.signal.notify()
}

const checkFields = (problems: Problems, body: Json, isNew: boolean): void => {
  for (const field of ["name", "description", "tags"]) checkString(problems, [field], body[field])
  if (isNew || body["name"] !== undefined) problems.length(["name"], body["name"], 2, 30)
  const { description } = body
  if (typeof description === "string" && description !== "") problems.length(["description"], description, 2, 100)
  if (isNew || body["tags"] !== undefined) problems.length(["tags"], body["tags"], 1, 200)
}

const formatOf = (guild: GuildRecord, file: Upload | undefined): number => {
  const format = formats[file?.filename.split(".").at(-1)?.toLowerCase() ?? ""]
  if (file === undefined || format === undefined) throw new ApiError(400, 50_046, "Invalid file uploaded")
  if (file.size > maxSize) throw new ApiError(400, 50_045, "File uploaded exceeds the maximum size")
  const features = guild.fields["features"]
  const isTrusted = Array.isArray(features) && features.some((each) => each === "VERIFIED" || each === "PARTNERED")
  if (format === lottie && !isTrusted) throw new ApiError(400, 50_046, "Invalid file uploaded")
  return format
}

const create = (call: Call): Answer => {
  const { files, world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  checkFields(problems, body, true)
  problems.done()
  demandInGuild(world, guild, Permission.createGuildExpressions)
  const format = formatOf(guild, files[0])
  const limit = stickerLimit(guild)
  if (guild.stickers.length >= limit) throw new ApiError(400, 30_039, `Maximum number of stickers reached (${limit})`)
  const sticker = {
    id: world.ids.next(),
    name: body["name"],
    description: body["description"] ?? "",
    tags: body["tags"],
    type: 2,
    format_type: format,
    available: true,
    guild_id: guild.id,
    user: payloads.user(world.bot)
  }
  guild.stickers.push(sticker)
  announce(world, guild)
  return created(sticker)
}

const modify = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const before = stickerOf(call, guild)
  const body = object(call.body)
  const problems = new Problems()
  checkFields(problems, body, false)
  problems.done()
  demandChange(world, guild, before)
  const after = { ...before, ...given(body, ["name", "description", "tags"]) }
  guild.stickers.splice(guild.stickers.indexOf(before), 1, after)
  announce(world, guild)
  return ok(shown(world, guild, after))
}

const remove = (call: Call): Answer => {
  const guild = guildOf(call)
  const sticker = stickerOf(call, guild)
  demandChange(call.world, guild, sticker)
  guild.stickers.splice(guild.stickers.indexOf(sticker), 1)
  announce(call.world, guild)
  return noContent
}

const get = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(shown(call.world, guild, stickerOf(call, guild)))
}

const list = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(guild.stickers.map((sticker) => shown(call.world, guild, sticker)))
}

const anywhere = ({ params, world }: Call): Answer => {
  const all = [...world.guilds.values()].flatMap(({ stickers }) => stickers)
  const found = all.find(({ id }) => id === params["sticker"])
  if (found === undefined) throw unknownSticker()
  const { user: _, ...rest } = found as { readonly user?: unknown } & Json
  return ok(rest)
}

const all = "/guilds/:guild/stickers"
const one = `${all}/:sticker`

/** The routes. */
export const stickerRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: list },
  { method: "POST", pattern: all, bot: true, handle: create },
  { method: "GET", pattern: one, bot: true, handle: get },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove },
  { method: "GET", pattern: "/stickers/:sticker", bot: true, handle: anywhere }
]
