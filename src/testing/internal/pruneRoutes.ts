/** The REST routes that remove inactive members. Source: Discord, "Get Guild Prune Count" and "Begin Guild Prune". */
import { ok } from "./answers.ts"
import { unknownRole } from "./apiError.ts"
import { AuditLogEvent, writeFor } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, number, object } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import { roleIds } from "./memberRules.ts"
import { ownerOf, Permission } from "./permissions.ts"
import { numberIn } from "./queries.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { boolean, integerIn, model, set, snowflake } from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, UserRecord } from "./world.ts"

/** When somebody last wrote into a channel of a guild, in milliseconds since the Unix epoch. */
const lastSeen = ({ world }: Call, guild: GuildRecord, userId: string): number => {
  const written = [...world.messages.values()].filter(
    ({ channelId, raw }) =>
      world.channels.get(channelId)?.guildId === guild.id && object(raw["author"])["id"] === userId
  )
  return Math.max(0, ...written.map(({ raw }) => Date.parse(String(raw["timestamp"]))))
}

/**
 * Members who have written nothing for so many days, and have no roles but those that are included. The fake's members are
 * online when they write.
 */
const inactive = (
  call: Call,
  guild: GuildRecord,
  days: number,
  included: ReadonlyArray<string>
): ReadonlyArray<UserRecord> => {
  const { world } = call
  if (included.some((id) => !guild.roles.some((role) => role.id === id))) throw unknownRole()
  const since = world.now() - days * 86_400_000
  return world
    .members(guild.id)
    .filter((user) => !user.bot && user.id !== ownerOf(guild))
    .filter((user) => roleIds(guild, user).every((id) => included.includes(id)))
    .filter((user) => lastSeen(call, guild, user.id) < since)
}

const placeOf = (call: Call): GuildRecord => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.manageGuild | Permission.kickMembers)
  return guild
}

const count = (call: Call): Answer => {
  const days = numberIn(call.query, "days", 1, 30, 7)
  const included = (call.query.get("include_roles") ?? "").split(",").filter((id) => id !== "")
  return ok({ pruned: inactive(call, placeOf(call), days, included).length })
}

const shape = model({ days: integerIn(1, 30), compute_prune_count: boolean, include_roles: set(snowflake) })

const begin = (call: Call): Answer => {
  const body = object(call.body)
  const problems = new Problems()
  shape(problems, body, [])
  problems.done()
  const guild = placeOf(call)
  const days = number(body["days"]) ?? 7
  const gone = inactive(call, guild, days, array(body["include_roles"]).map(String))
  for (const user of gone) new Actions(call.world, guild).removeMember(user.id)
  const options = { delete_member_days: String(days), members_removed: String(gone.length) }
  writeFor(call, guild, { type: AuditLogEvent.memberPrune, target: null, options })
  call.world.signal.notify()
  return ok({ pruned: body["compute_prune_count"] === false ? null : gone.length })
}

/** The routes. */
export const pruneRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/guilds/:guild/prune", bot: true, handle: count },
  { method: "POST", pattern: "/guilds/:guild/prune", bot: true, handle: begin }
]
