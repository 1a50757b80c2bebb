/** The routes of guild templates. Source: Discord, "Guild Template Resource". */
import { checkRequired, checkString, ok } from "./answers.ts"
import { ApiError } from "./apiError.ts"
import { guildOf } from "./guildRoutes.ts"
import { type Json, object } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, World } from "./world.ts"

interface Template {
  readonly guildId: string
  readonly made: Json
  /** What the guild was when the template was made or synced. */
  readonly source: Json
}

const all = new WeakMap<World, Map<string, Template>>()

const templatesOf = (world: World): Map<string, Template> => {
  const known = all.get(world) ?? new Map<string, Template>()
  all.set(world, known)
  return known
}

const kept = [
  "name",
  "description",
  "verification_level",
  "default_message_notifications",
  "explicit_content_filter",
  "preferred_locale",
  "afk_timeout",
  "system_channel_flags"
]

/** A snapshot of a guild, in which numbers stand for ids: 0 is @everyone. */
const sourceOf = (world: World, guild: GuildRecord): Json => {
  const whole = payloads.guildCreate(world, guild)
  const places = new Map<unknown, number>([...guild.roles, ...guild.channels].map(({ id }, at) => [id, at]))
  const place = (id: unknown): number | null => places.get(id) ?? null
  const roles = guild.roles.map(payloads.role).map(({ color, hoist, id, mentionable, name, permissions }) => ({
    id: place(id),
    name,
    permissions,
    color,
    hoist,
    mentionable
  }))
  const channels = guild.channels.map(payloads.channel).map((channel) => ({
    ...channel,
    guild_id: undefined,
    id: place(channel["id"]),
    parent_id: place(channel["parent_id"])
  }))
  return {
    ...Object.fromEntries(kept.map((field) => [field, whole[field] ?? null])),
    afk_channel_id: place(whole["afk_channel_id"]),
    system_channel_id: place(whole["system_channel_id"]),
    icon_hash: null,
    roles,
    channels
  }
}

/** A template; it is dirty if the guild has changed since. */
const shown = (world: World, { guildId, made, source }: Template): Json => {
  const guild = world.guilds.get(guildId)
  const isDirty = guild !== undefined && JSON.stringify(sourceOf(world, guild)) !== JSON.stringify(source)
  return { ...made, serialized_source_guild: source, is_dirty: isDirty ? true : null }
}

const managed = (call: Call): GuildRecord => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.manageGuild)
  return guild
}

const unknown = () => new ApiError(404, 10_057, "Unknown Guild Template")

const found = (call: Call): { readonly guild: GuildRecord; readonly template: Template } => {
  const guild = managed(call)
  const template = templatesOf(call.world).get(call.params["code"] ?? "")
  if (template?.guildId !== guild.id) throw unknown()
  return { guild, template }
}

const check = (body: Json, isNew: boolean): void => {
  const problems = new Problems()
  if (isNew) checkRequired(problems, ["name"], body["name"])
  checkString(problems, ["name"], body["name"])
  checkString(problems, ["description"], body["description"])
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 1, 100)
  problems.length(["description"], body["description"] ?? undefined, 0, 120)
  problems.done()
}

const create = (call: Call): Answer => {
  const { world } = call
  const body = object(call.body)
  check(body, true)
  const guild = managed(call)
  const templates = templatesOf(world)
  if ([...templates.values()].some(({ guildId }) => guildId === guild.id)) {
    throw new ApiError(400, 30_031, "Guild already has a template")
  }
  const code = BigInt(world.ids.next()).toString(36)
  const now = world.timestamp()
  const made = {
    code,
    name: body["name"],
    description: body["description"] ?? null,
    usage_count: 0,
    creator_id: world.bot.id,
    creator: payloads.user(world.bot),
    created_at: now,
    updated_at: now,
    source_guild_id: guild.id
  }
  const template = { guildId: guild.id, made, source: sourceOf(world, guild) }
  templates.set(code, template)
  return ok(shown(world, template))
}

const put = (call: Call, after: Template): Answer => {
  templatesOf(call.world).set(String(after.made["code"]), after)
  return ok(shown(call.world, after))
}

const sync = (call: Call): Answer => {
  const { guild, template } = found(call)
  const made = { ...template.made, updated_at: call.world.timestamp() }
  return put(call, { ...template, made, source: sourceOf(call.world, guild) })
}

const modify = (call: Call): Answer => {
  const body = object(call.body)
  check(body, false)
  const { template } = found(call)
  const made = {
    ...template.made,
    ...(body["name"] === undefined ? {} : { name: body["name"] }),
    ...(body["description"] === undefined ? {} : { description: body["description"] })
  }
  return put(call, { ...template, made })
}

const remove = (call: Call): Answer => {
  const { template } = found(call)
  templatesOf(call.world).delete(String(template.made["code"]))
  return ok(shown(call.world, template))
}

const get = ({ params, world }: Call): Answer => {
  const template = templatesOf(world).get(params["code"] ?? "")
  if (template === undefined) throw unknown()
  return ok(shown(world, template))
}

const list = (call: Call): Answer => {
  const guild = managed(call)
  const own = [...templatesOf(call.world).values()].filter(({ guildId }) => guildId === guild.id)
  return ok(own.map((template) => shown(call.world, template)))
}

const templates = "/guilds/:guild/templates"
const one = `${templates}/:code`

/** The routes. */
export const templateRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/guilds/templates/:code", bot: true, handle: get },
  { method: "GET", pattern: templates, bot: true, handle: list },
  { method: "POST", pattern: templates, bot: true, handle: create },
  { method: "PUT", pattern: one, bot: true, handle: sync },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove }
]
