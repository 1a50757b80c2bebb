/** The REST routes by which a bot moderates: bans, kicks, timeouts, names and roles. Source: Discord, "Guild Resource". */
import { missingPermissions, unknownBan, unknownMember, unknownRole, unknownUser } from "./apiError.ts"
import { Permission } from "./botAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, type Json, number, object, string } from "./json.ts"
import { demandAbove, demandInGuild, demandRank, may } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, UserRecord } from "./world.ts"

const ok = (body: unknown): Answer => ({ status: 200, body })
const noContent: Answer = { status: 204 }

const done = ({ world }: Call, act: () => void): Answer => {
  act()
  world.signal.notify()
  return noContent
}

const memberOf = (call: Call, guild: GuildRecord): UserRecord => {
  const id = call.params["id"] ?? ""
  const user = call.world.users.get(id)
  if (user === undefined || !guild.members.has(id)) throw unknownMember()
  return user
}

// Bans

const banOf = (call: Call, guild: GuildRecord, userId: string): Json => {
  const user = call.world.users.get(userId)
  if (user === undefined || !guild.bans.has(userId)) throw unknownBan()
  return { reason: guild.bans.get(userId) ?? null, user: payloads.user(user) }
}

const ban = (call: Call): Answer => {
  const { params, reason, world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  problems.range(["delete_message_seconds"], body["delete_message_seconds"], 0, 604_800)
  problems.range(["delete_message_days"], body["delete_message_days"], 0, 7)
  problems.done()
  demandInGuild(world, guild, Permission.banMembers)
  const user = world.users.get(params["id"] ?? "")
  if (user === undefined) throw unknownUser()
  demandRank(world, guild, user)
  const seconds = number(body["delete_message_seconds"]) ?? (number(body["delete_message_days"]) ?? 0) * 86_400
  return done(call, () => new Actions(world, guild).ban(user.id, reason, seconds))
}

const unban = (call: Call): Answer => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.banMembers)
  const id = call.params["id"] ?? ""
  banOf(call, guild, id)
  return done(call, () => new Actions(call.world, guild).unban(id))
}

const getBan = (call: Call): Answer => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.banMembers)
  return ok(banOf(call, guild, call.params["id"] ?? ""))
}

const listBans = (call: Call): Answer => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.banMembers)
  const limit = Number(call.query.get("limit") ?? 1000)
  const problems = new Problems()
  problems.range(["limit"], limit, 1, 1000)
  problems.done()
  const before = call.query.get("before")
  const after = before === null ? call.query.get("after") : null
  const ids = [...guild.bans.keys()]
    .map(BigInt)
    .filter((id) => before === null || id < BigInt(before))
    .filter((id) => after === null || id > BigInt(after))
    .toSorted((a, b) => (a < b ? -1 : 1))
  const page = before === null ? ids.slice(0, limit) : ids.slice(-limit)
  return ok(page.map((id) => banOf(call, guild, String(id))))
}

// Members

const kick = (call: Call): Answer => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.kickMembers)
  const user = memberOf(call, guild)
  demandRank(call.world, guild, user)
  return done(call, () => new Actions(call.world, guild).removeMember(user.id))
}

const longestTimeout = 28 * 24 * 3_600_000

// Source: Discord, "Modify Guild Member"; the code of a bad time as reported in discord.js #11119.
const checkChange = ({ world }: Call, { communication_disabled_until: until, nick }: Json): void => {
  const problems = new Problems()
  problems.length(["nick"], nick, 0, 32)
  const ends = Date.parse(string(until) ?? "")
  if (until !== undefined && until !== null && !(ends <= world.now() + longestTimeout)) {
    const code = "INVALID_COMMUNICATION_DISABLED_TIMESTAMP"
    problems.add(["communication_disabled_until"], code, "Invalid communication disabled timestamp")
  }
  problems.done()
}

const demandRoles = ({ world }: Call, guild: GuildRecord, user: UserRecord, roles: unknown): void => {
  demandInGuild(world, guild, Permission.manageRoles)
  const before = payloads.rolesOf(guild, user).map(({ id }) => id)
  const after = array(roles)
  const changed = [...before.filter((id) => !after.includes(id)), ...after.filter((id) => !before.includes(id))]
  for (const id of changed) {
    const role = guild.roles.find((one) => one.id === id)
    if (role === undefined) throw unknownRole()
    demandAbove(world, guild, payloads.role(role))
  }
}

const editable: ReadonlySet<string> = new Set(["communication_disabled_until", "nick", "roles"])

const change = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const user = memberOf(call, guild)
  const body = object(call.body)
  const other = Object.keys(body).find((field) => !editable.has(field))
  if (other !== undefined) throw new Error(`the fake Discord does not change ${other} of members`)
  checkChange(call, body)
  if (body["roles"] !== undefined) demandRoles(call, guild, user, body["roles"])
  if (body["nick"] !== undefined) {
    demandInGuild(world, guild, Permission.manageNicknames)
    demandRank(world, guild, user)
  }
  if (body["communication_disabled_until"] !== undefined) {
    demandInGuild(world, guild, Permission.moderateMembers)
    if (may(world, guild, user, Permission.administrator)) throw missingPermissions()
    demandRank(world, guild, user)
  }
  // An empty name takes the name away.
  const nick = body["nick"] === "" ? { nick: null } : {}
  done(call, () => new Actions(world, guild).updateMember(user.id, { ...body, ...nick }))
  return ok(payloads.memberOf(guild, user))
}

// Source: Discord, "Add Guild Member Role" and "Remove Guild Member Role".
const changeRole = (call: Call, isAdded: boolean): Answer => {
  const { params, world } = call
  const guild = guildOf(call)
  const user = memberOf(call, guild)
  const role = guild.roles.find(({ id }) => id === params["role"])
  if (role === undefined) throw unknownRole()
  demandInGuild(world, guild, Permission.manageRoles)
  demandAbove(world, guild, payloads.role(role))
  const before = payloads.rolesOf(guild, user).map(({ id }) => id)
  if (before.includes(role.id) === isAdded) return noContent
  const roles = isAdded ? [...before, role.id] : before.filter((id) => id !== role.id)
  return done(call, () => new Actions(world, guild).updateMember(user.id, { roles }))
}

const route = (method: string, path: string, handle: Route["handle"]): Route => ({
  method,
  pattern: `/guilds/:guild${path}`,
  bot: true,
  handle
})

/** The routes. */
export const moderationRoutes: ReadonlyArray<Route> = [
  route("GET", "/bans", listBans),
  route("GET", "/bans/:id", getBan),
  route("PUT", "/bans/:id", ban),
  route("DELETE", "/bans/:id", unban),
  route("PATCH", "/members/:id", change),
  route("DELETE", "/members/:id", kick),
  route("PUT", "/members/:id/roles/:role", (call) => changeRole(call, true)),
  route("DELETE", "/members/:id/roles/:role", (call) => changeRole(call, false))
]
