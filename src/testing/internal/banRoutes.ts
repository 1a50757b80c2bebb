/** The REST routes of bans. Source: Discord, "Guild Resource". */
import { noContent, ok } from "./answers.ts"
import { ApiError, failedToBan, unknownBan, unknownUser } from "./apiError.ts"
import { AuditLogEvent, writeFor } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, type Json, number, object } from "./json.ts"
import { demandInGuild, demandRank } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import { numberIn, pageOf } from "./queries.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { integerIn, needed, set, snowflake } from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord } from "./world.ts"

const banOf = (call: Call, guild: GuildRecord, userId: string): Json => {
  const user = call.world.users.get(userId)
  if (user === undefined || !guild.bans.has(userId)) throw unknownBan()
  return { reason: guild.bans.get(userId) ?? null, user: payloads.user(user) }
}

/** The guild of the path, in which the bot may ban. */
const placeOf = (call: Call): GuildRecord => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.banMembers)
  return guild
}

const checkDeletion = (problems: Problems, body: Json): void => {
  integerIn(0, 604_800)(problems, body["delete_message_seconds"], ["delete_message_seconds"])
  integerIn(0, 7)(problems, body["delete_message_days"], ["delete_message_days"])
}

const secondsOf = (body: Json): number =>
  number(body["delete_message_seconds"]) ?? (number(body["delete_message_days"]) ?? 0) * 86_400

/** Bans one user. One who is banned already stays so. */
const banUser = (call: Call, guild: GuildRecord, id: string, seconds: number): void => {
  const { reason, world } = call
  const user = world.users.get(id)
  if (user === undefined) throw unknownUser()
  demandRank(world, guild, user)
  const isNew = !guild.bans.has(id)
  new Actions(world, guild).ban(id, reason, seconds)
  if (isNew) writeFor(call, guild, { type: AuditLogEvent.memberBanAdd, target: id })
}

const ban = (call: Call): Answer => {
  const body = object(call.body)
  const problems = new Problems()
  checkDeletion(problems, body)
  problems.done()
  banUser(call, placeOf(call), call.params["id"] ?? "", secondsOf(body))
  call.world.signal.notify()
  return noContent
}

const tried = (call: Call, guild: GuildRecord, id: string, seconds: number): boolean => {
  if (guild.bans.has(id)) return false
  try {
    banUser(call, guild, id, seconds)
    return true
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}

// Source: Discord, "Bulk Guild Ban".
const banMany = (call: Call): Answer => {
  const body = object(call.body)
  const problems = new Problems()
  needed(set(snowflake))(problems, body["user_ids"], ["user_ids"])
  problems.size(["user_ids"], body["user_ids"], 1, 200)
  checkDeletion(problems, body)
  problems.done()
  const guild = placeOf(call)
  demandInGuild(call.world, guild, Permission.manageGuild)
  const ids = array(body["user_ids"]).map(String)
  const banned = ids.filter((id) => tried(call, guild, id, secondsOf(body)))
  if (banned.length === 0) throw failedToBan()
  call.world.signal.notify()
  return ok({ banned_users: banned, failed_users: ids.filter((id) => !banned.includes(id)) })
}

const unban = (call: Call): Answer => {
  const guild = placeOf(call)
  const id = call.params["id"] ?? ""
  banOf(call, guild, id)
  new Actions(call.world, guild).unban(id)
  writeFor(call, guild, { type: AuditLogEvent.memberBanRemove, target: id })
  call.world.signal.notify()
  return noContent
}

const list = (call: Call): Answer => {
  const guild = placeOf(call)
  const limit = numberIn(call.query, "limit", 1, 1000, 1000)
  const ids = pageOf([...guild.bans.keys()], (id) => id, call.query, limit)
  return ok(ids.map((id) => banOf(call, guild, id)))
}

const bans = "/guilds/:guild/bans"

/** The routes. */
export const banRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: bans, bot: true, handle: list },
  {
    method: "GET",
    pattern: `${bans}/:id`,
    bot: true,
    handle: (call) => ok(banOf(call, placeOf(call), call.params["id"] ?? ""))
  },
  { method: "PUT", pattern: `${bans}/:id`, bot: true, handle: ban },
  { method: "DELETE", pattern: `${bans}/:id`, bot: true, handle: unban },
  { method: "POST", pattern: "/guilds/:guild/bulk-ban", bot: true, handle: banMany }
]
