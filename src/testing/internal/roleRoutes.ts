/** The REST routes of roles. Source: Discord, "Guild Resource" and "Permissions". */
import { noContent, ok } from "./answers.ts"
import { invalidRole, missingPermissions, needsBoosts, tooManyRoles, unknownRole } from "./apiError.ts"
import { AuditLogEvent, changesOf, writeFor } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, type Json, number, object, objects, string } from "./json.ts"
import { demandHigher, demandInGuild } from "./memberAccess.ts"
import { roleIds } from "./memberRules.ts"
import * as payloads from "./payloads.ts"
import { inGuild, Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import {
  boolean,
  integer,
  integerIn,
  list as listOf,
  model,
  needed,
  permissions,
  snowflake,
  text,
  textUpTo
} from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, RoleRecord } from "./world.ts"

const mostRoles = 250

const roleOf = (call: Call, guild: GuildRecord): RoleRecord => {
  const role = guild.roles.find(({ id }) => id === call.params["id"])
  if (role === undefined) throw unknownRole()
  return role
}

const everyoneOf = (guild: GuildRecord): Json =>
  payloads.role(guild.roles.find(({ id }) => id === guild.id) ?? { id: guild.id, name: "@everyone", permissions: "0" })

const colour = integerIn(0, 0xff_ff_ff)

const shape = model({
  name: textUpTo(100),
  permissions,
  color: colour,
  colors: model({ primary_color: needed(colour), secondary_color: colour, tertiary_color: colour }),
  hoist: boolean,
  icon: text,
  unicode_emoji: text,
  mentionable: boolean
})

// Source: Discord, "Role Colors Object": the only colours with a third one.
const holographic = [11_127_295, 16_759_788, 16_761_760]

const checkColours = (problems: Problems, { colors }: Json): void => {
  const given = object(colors)
  if (number(given["tertiary_color"]) === undefined) return
  const [primary, secondary, tertiary] = [given["primary_color"], given["secondary_color"], given["tertiary_color"]]
  if ([primary, secondary, tertiary].every((each, index) => each === holographic[index])) return
  problems.add(["colors", "tertiary_color"], "ROLE_COLORS_INVALID", "This is no holographic style")
}

const check = (body: Json): void => {
  const problems = new Problems()
  shape(problems, body, [])
  checkColours(problems, body)
  problems.done()
}

/** What the guild's features allow. Source: Discord, "Create Guild Role" and "Role Colors Object". */
const demandFeatures = (guild: GuildRecord, body: Json): void => {
  const features = array(guild.fields["features"])
  const colors = object(body["colors"])
  const hasPicture = ["icon", "unicode_emoji"].some((field) => string(body[field]) !== undefined)
  if (hasPicture && !features.includes("ROLE_ICONS")) throw needsBoosts()
  const isGradient = ["secondary_color", "tertiary_color"].some((field) => number(colors[field]) !== undefined)
  if (isGradient && !features.includes("ENHANCED_ROLE_COLORS")) throw needsBoosts()
}

/** The bot grants only what it has. Source: Discord, "Permission Hierarchy". */
const demandGrant = ({ world }: Call, guild: GuildRecord, before: bigint, body: Json): void => {
  const given = string(body["permissions"])
  if (given === undefined) return
  const added = BigInt(given) & ~before
  if ((added & ~inGuild(world, guild, world.bot)) !== 0n) throw missingPermissions()
}

const blank = { primary_color: 0, secondary_color: null, tertiary_color: null }

/** What is stored for the fields of a request; a field that is `null` is as in a new role. */
const fieldsOf = (guild: GuildRecord, body: Json): Json => {
  const everyone = everyoneOf(guild)["permissions"]
  const usual: Json = {
    name: "new role",
    permissions: everyone,
    hoist: false,
    icon: null,
    unicode_emoji: null,
    mentionable: false
  }
  const plain = Object.keys(usual).flatMap((field) =>
    body[field] === undefined ? [] : [[field, body[field] ?? usual[field]]]
  )
  const colors: Json =
    body["colors"] === undefined && body["color"] === undefined
      ? {}
      : { ...blank, primary_color: number(body["color"]) ?? 0, ...object(body["colors"]) }
  const both = Object.keys(colors).length === 0 ? {} : { colors, color: number(colors["primary_color"]) ?? 0 }
  const icon = typeof body["icon"] === "string" ? { icon: "fake_icon" } : {}
  return { ...Object.fromEntries(plain), ...both, ...icon }
}

const create = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  check(body)
  demandInGuild(world, guild, Permission.manageRoles)
  demandGrant(call, guild, 0n, body)
  demandFeatures(guild, body)
  if (guild.roles.length >= mostRoles) throw tooManyRoles()
  const fields = fieldsOf(guild, { name: null, permissions: null, ...body })
  const id = new Actions(world, guild).role(String(fields["name"]), fields)
  const made = payloads.role(guild.roles.find((role) => role.id === id) as RoleRecord)
  const told = ["name", "permissions", "color", "hoist", "mentionable", "unicode_emoji", "icon"]
  writeFor(call, guild, { type: AuditLogEvent.roleCreate, target: id, changes: changesOf({}, made, told) })
  world.signal.notify()
  return ok(made)
}

const change = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const role = roleOf(call, guild)
  const body = object(call.body)
  check(body)
  const before = payloads.role(role)
  demandInGuild(world, guild, Permission.manageRoles)
  demandHigher(world, guild, before)
  demandGrant(call, guild, BigInt(String(before["permissions"])), body)
  demandFeatures(guild, body)
  new Actions(world, guild).updateRole(role.id, fieldsOf(guild, body))
  const after = payloads.role(roleOf(call, guild))
  const changes = changesOf(before, after)
  if (changes.length > 0) writeFor(call, guild, { type: AuditLogEvent.roleUpdate, target: role.id, changes })
  world.signal.notify()
  return ok(after)
}

const places = listOf(model({ id: needed(snowflake), position: integer }))

// Source: Discord, "Permission Hierarchy": a bot sorts roles that are lower than its own, and stays above them.
const sort = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const problems = new Problems()
  needed(places)(problems, call.body, [])
  problems.done()
  demandInGuild(world, guild, Permission.manageRoles)
  const wanted = objects(call.body).map((one) => {
    const role = guild.roles.find(({ id }) => id === one["id"])
    if (role === undefined) throw unknownRole()
    const before = payloads.role(role)
    const position = number(one["position"]) ?? Number(before["position"])
    if (role.id === guild.id && position !== 0) throw invalidRole()
    demandHigher(world, guild, before)
    demandHigher(world, guild, { ...before, position })
    return { before, position, role }
  })
  for (const { before, position, role } of wanted.filter(({ before, position }) => before["position"] !== position)) {
    new Actions(world, guild).updateRole(role.id, { position })
    const changes = changesOf({ position: before["position"] }, { position })
    writeFor(call, guild, { type: AuditLogEvent.roleUpdate, target: role.id, changes })
  }
  world.signal.notify()
  return ok(guild.roles.map(payloads.role))
}

const remove = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const role = roleOf(call, guild)
  const before = payloads.role(role)
  demandInGuild(world, guild, Permission.manageRoles)
  if (role.id === guild.id || before["managed"] === true) throw invalidRole()
  demandHigher(world, guild, before)
  new Actions(world, guild).deleteRole(role.id)
  const told = ["name", "permissions", "color", "hoist", "mentionable"]
  writeFor(call, guild, { type: AuditLogEvent.roleDelete, target: role.id, changes: changesOf(before, {}, told) })
  world.signal.notify()
  return noContent
}

const counts = (call: Call): Answer => {
  const guild = guildOf(call)
  const held = call.world.members(guild.id).flatMap((user) => roleIds(guild, user))
  const others = guild.roles.filter(({ id }) => id !== guild.id)
  return ok(Object.fromEntries(others.map(({ id }) => [id, held.filter((each) => each === id).length])))
}

const roles = "/guilds/:guild/roles"
const bot = true

/** The routes. */
export const roleRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: roles, bot, handle: (call) => ok(guildOf(call).roles.map(payloads.role)) },
  { method: "POST", pattern: roles, bot, handle: create },
  { method: "PATCH", pattern: roles, bot, handle: sort },
  { method: "GET", pattern: `${roles}/member-counts`, bot, handle: counts },
  { method: "GET", pattern: `${roles}/:id`, bot, handle: (call) => ok(payloads.role(roleOf(call, guildOf(call)))) },
  { method: "PATCH", pattern: `${roles}/:id`, bot, handle: change },
  { method: "DELETE", pattern: `${roles}/:id`, bot, handle: remove }
]
