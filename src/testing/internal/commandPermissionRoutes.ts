/** The REST routes of command permissions. Source: Discord, "Application Commands", Permissions. */
import { ok } from "./answers.ts"
import {
  botsCannot,
  missingAccess,
  missingPermissions,
  notFound,
  unauthorized,
  unknownCommand,
  unknownCommandPermissions
} from "./apiError.ts"
import { commandOf, commandRefusal, overwritesOf, permissionsObject, setOverwrites } from "./commandAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import { array, type Json, object, objects } from "./json.ts"
import { may } from "./memberAccess.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, UserRecord } from "./world.ts"

const placeOf = (call: Call): GuildRecord => {
  if (call.params["application"] !== call.world.settings.applicationId) throw notFound()
  return guildOf(call)
}

/** Ids that can have overwrites: those of the commands, and the application's own for all of them. */
const idsOf = ({ world }: Call, guild: GuildRecord): ReadonlyArray<string> => [
  ...world.visibleCommands(guild.id).map((command) => String(command["id"])),
  world.settings.applicationId
]

const list = (call: Call): Answer => {
  const { world } = call
  const guild = placeOf(call)
  const ids = idsOf(call, guild).filter((id) => overwritesOf(world, guild.id, id) !== undefined)
  return ok(ids.map((id) => permissionsObject(world, guild.id, id)))
}

const get = (call: Call): Answer => {
  const guild = placeOf(call)
  const id = call.params["command"] ?? ""
  if (!idsOf(call, guild).includes(id)) throw unknownCommand()
  if (overwritesOf(call.world, guild.id, id) === undefined) throw unknownCommandPermissions()
  return ok(permissionsObject(call.world, guild.id, id))
}

const scope = "applications.commands.permissions.update"

/** The user of a Bearer token with the scope. Source: Discord, "Edit Application Command Permissions". */
const userOf = ({ authorization, world }: Call): UserRecord => {
  if (authorization?.startsWith("Bot ") === true) throw botsCannot()
  const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? ""
  const grant = world.grants.byAccess(token, world.now())
  const user = world.users.get(grant?.userId ?? "")
  if (grant === undefined || user === undefined) throw unauthorized()
  if (!grant.scopes.includes(scope)) throw missingAccess()
  return user
}

const check = (permissions: unknown): void => {
  const problems = new Problems()
  problems.size(["permissions"], permissions, 0, 100)
  for (const [index, one] of objects(permissions).entries()) {
    const path = ["permissions", index]
    if (!/^\d+$/.test(String(one["id"]))) problems.add([...path, "id"], "NUMBER_TYPE_COERCE", "Value is not snowflake.")
    problems.range([...path, "type"], one["type"] ?? 0, 1, 3)
    if (typeof one["permission"] !== "boolean") {
      problems.add([...path, "permission"], "BASE_TYPE_REQUIRED", "This field is required")
    }
  }
  problems.done()
}

const edit = (call: Call): Answer => {
  const { world } = call
  const user = userOf(call)
  const guild = placeOf(call)
  const id = call.params["command"] ?? ""
  if (!idsOf(call, guild).includes(id)) throw unknownCommand()
  const { permissions } = object(call.body)
  check(permissions)
  if (!may(world, guild, user, Permission.manageGuild | Permission.manageRoles)) throw missingPermissions()
  const command = commandOf(world, guild.id, id)
  const [first] = guild.channels
  const cannotRun = command !== undefined && first !== undefined && commandRefusal(world, command, first, user)
  if (typeof cannotRun === "string") throw missingPermissions()
  setOverwrites(world, guild.id, id, array(permissions) as ReadonlyArray<Json>)
  return ok(permissionsObject(world, guild.id, id))
}

// Source: Discord, "Batch Edit Application Command Permissions": the endpoint is disabled.
const disabled = (call: Call): Answer => {
  userOf(call)
  throw notFound()
}

const here = "/applications/:application/guilds/:guild/commands"

/** The routes, which come before those of commands: `permissions` is no id. */
export const commandPermissionRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: `${here}/permissions`, bot: true, handle: list },
  { method: "PUT", pattern: `${here}/permissions`, bot: false, handle: disabled },
  { method: "GET", pattern: `${here}/:command/permissions`, bot: true, handle: get },
  { method: "PUT", pattern: `${here}/:command/permissions`, bot: false, handle: edit }
]
