/** The REST routes of members. Source: Discord, "Guild Resource". */
import { created, noContent, ok } from "./answers.ts"
import {
  bannedFromGuild,
  invalidAccessToken,
  missingAccess,
  missingPermissions,
  notInVoice,
  unknownChannel,
  unknownRole,
  unknownUser,
  wrongChannelType
} from "./apiError.ts"
import { AuditLogEvent, changesOf, writeFor } from "./auditLog.ts"
import { demand } from "./botAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, type Json, object, string } from "./json.ts"
import { demandAbove, demandInGuild, demandRank, may } from "./memberAccess.ts"
import { memberOf, roleIds } from "./memberRules.ts"
import * as payloads from "./payloads.ts"
import { isVoice, ownerOf, Permission } from "./permissions.ts"
import { ascending, idIn, numberIn } from "./queries.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { boolean, integer, model, needed, set, snowflake, text, textUpTo } from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, RoleRecord, UserRecord } from "./world.ts"

// Reading

const guildMembers = 1 << 1

// Source: Discord, "List Guild Members": it needs the privileged intent.
const list = (call: Call): Answer => {
  const { query, world } = call
  const guild = guildOf(call)
  const limit = numberIn(query, "limit", 1, 1000, 1)
  const after = idIn(query, "after") ?? 0n
  if ((world.settings.disallowedIntents & guildMembers) !== 0) throw missingAccess()
  const there = ascending(world.members(guild.id), ({ id }) => id).filter(({ id }) => BigInt(id) > after)
  return ok(there.slice(0, limit).map((user) => payloads.memberOf(guild, user)))
}

const readMember = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(payloads.memberOf(guild, memberOf(call, guild)))
}

const search = (call: Call): Answer => {
  const { query, world } = call
  const guild = guildOf(call)
  const limit = numberIn(query, "limit", 1, 1000, 1)
  const wanted = query.get("query")?.toLowerCase() ?? ""
  const problems = new Problems()
  problems.length(["query"], wanted, 1, 100)
  problems.done()
  const found = world
    .members(guild.id)
    .map((user) => ({ user, nick: string(payloads.memberOf(guild, user)["nick"]) }))
    .filter(({ nick, user }) => [user.username, nick].some((name) => name?.toLowerCase().startsWith(wanted)))
  return ok(found.slice(0, limit).map(({ user }) => payloads.memberOf(guild, user)))
}

// Changes

const longestTimeout = 28 * 24 * 3_600_000

const changeable = model({
  nick: textUpTo(32),
  roles: set(snowflake),
  mute: boolean,
  deaf: boolean,
  channel_id: snowflake,
  communication_disabled_until: text,
  flags: integer
})

// The code of a bad time as reported in discord.js #11119.
const checkChange = ({ world }: Call, body: Json): void => {
  const problems = new Problems()
  changeable(problems, body, [])
  const until = body["communication_disabled_until"]
  const ends = Date.parse(string(until) ?? "")
  if (until !== undefined && until !== null && !(ends <= world.now() + longestTimeout)) {
    const code = "INVALID_COMMUNICATION_DISABLED_TIMESTAMP"
    problems.add(["communication_disabled_until"], code, "Invalid communication disabled timestamp")
  }
  problems.done()
}

const roleById = (guild: GuildRecord, id: unknown): RoleRecord => {
  const role = guild.roles.find((one) => one.id === id)
  if (role === undefined) throw unknownRole()
  return role
}

const demandRoles = ({ world }: Call, guild: GuildRecord, before: ReadonlyArray<string>, roles: unknown): void => {
  demandInGuild(world, guild, Permission.manageRoles)
  const after = array(roles).map(String)
  const changed = [...before.filter((id) => !after.includes(id)), ...after.filter((id) => !before.includes(id))]
  for (const id of changed) demandAbove(world, guild, payloads.role(roleById(guild, id)))
}

const demandTimeout = ({ world }: Call, guild: GuildRecord, user: UserRecord): void => {
  demandInGuild(world, guild, Permission.moderateMembers)
  if (ownerOf(guild) === user.id || may(world, guild, user, Permission.administrator)) throw missingPermissions()
  demandRank(world, guild, user)
}

/** The channel that a member is moved to, in which the bot may connect; `undefined` for none. */
const destinationOf = ({ world }: Call, guild: GuildRecord, id: unknown): string | undefined => {
  if (id === null) return undefined
  const channel = guild.channels.find((one) => one.id === id)
  if (channel === undefined) throw unknownChannel()
  if (!isVoice(channel)) throw wrongChannelType()
  demand(world, channel, Permission.connect | Permission.moveMembers)
  return channel.id
}

// Source: Discord, "Modify Guild Member": each of these is enough.
const ofFlags = [
  Permission.manageGuild,
  Permission.manageRoles,
  Permission.moderateMembers | Permission.kickMembers | Permission.banMembers
]

const demandVoice = (call: Call, guild: GuildRecord, user: UserRecord, body: Json): void => {
  const { world } = call
  if (body["mute"] !== undefined) demandInGuild(world, guild, Permission.muteMembers)
  if (body["deaf"] !== undefined) demandInGuild(world, guild, Permission.deafenMembers)
  if (body["channel_id"] !== undefined) {
    demandInGuild(world, guild, Permission.moveMembers)
    destinationOf(call, guild, body["channel_id"])
  }
  const isAboutVoice = ["channel_id", "deaf", "mute"].some((field) => body[field] !== undefined)
  if (isAboutVoice && !guild.voice.has(user.id)) throw notInVoice()
}

/** Throws Discord's error for what the bot may not change. */
const demandChange = (call: Call, guild: GuildRecord, user: UserRecord, body: Json): void => {
  const { world } = call
  if (body["roles"] !== undefined) demandRoles(call, guild, roleIds(guild, user), body["roles"] ?? [])
  if (body["nick"] !== undefined) {
    demandInGuild(world, guild, Permission.manageNicknames)
    demandRank(world, guild, user)
  }
  if (body["communication_disabled_until"] !== undefined) demandTimeout(call, guild, user)
  if (body["flags"] !== undefined && !ofFlags.some((bits) => may(world, guild, world.bot, bits))) {
    throw missingPermissions()
  }
  demandVoice(call, guild, user, body)
}

/** What is written down about a change: roles and moves have entries of their own. */
const record = (call: Call, guild: GuildRecord, user: UserRecord, before: Json): void => {
  const after = payloads.memberOf(guild, user)
  const fields = ["nick", "deaf", "mute", "communication_disabled_until", "flags"]
  const changes = changesOf(before, after, fields)
  if (changes.length > 0) writeFor(call, guild, { type: AuditLogEvent.memberUpdate, target: user.id, changes })
  recordRoles(call, guild, user, array(before["roles"]).map(String))
}

const recordRoles = (call: Call, guild: GuildRecord, user: UserRecord, before: ReadonlyArray<string>): void => {
  const after = roleIds(guild, user)
  const named = (key: string, ids: ReadonlyArray<string>) => {
    const roles = guild.roles.filter(({ id }) => ids.includes(id)).map((role) => ({ id: role.id, name: role.name }))
    return roles.length === 0 ? [] : [{ key, new_value: roles }]
  }
  const changes = [
    ...named(
      "$add",
      after.filter((id) => !before.includes(id))
    ),
    ...named(
      "$remove",
      before.filter((id) => !after.includes(id))
    )
  ]
  if (changes.length > 0) writeFor(call, guild, { type: AuditLogEvent.memberRoleUpdate, target: user.id, changes })
}

const move = (call: Call, guild: GuildRecord, user: UserRecord, body: Json): void => {
  const state = object(guild.voice.get(user.id))
  const kept = Object.fromEntries(Object.entries(state).filter(([field]) => field !== "channel_id"))
  const heard = ["deaf", "mute"].flatMap((field) => (body[field] === undefined ? [] : [[field, body[field] === true]]))
  const isMoved = body["channel_id"] !== undefined
  const place = isMoved ? destinationOf(call, guild, body["channel_id"]) : string(state["channel_id"])
  if (!isMoved && heard.length === 0) return
  new Actions(call.world, guild).voice(user.id, place, { ...kept, ...Object.fromEntries(heard) })
  if (!isMoved || place === state["channel_id"]) return
  const type = place === undefined ? AuditLogEvent.memberDisconnect : AuditLogEvent.memberMove
  const where = place === undefined ? {} : { channel_id: place }
  writeFor(call, guild, { type, target: null, options: { ...where, count: "1" } })
}

const change = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const user = memberOf(call, guild)
  const body = object(call.body)
  checkChange(call, body)
  demandChange(call, guild, user, body)
  const before = payloads.memberOf(guild, user)
  const fields = ["communication_disabled_until", "deaf", "flags", "mute", "nick", "roles"]
  const given = Object.fromEntries(fields.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]])))
  // An empty name takes the name away, as null does; without roles there are none.
  const empty = { ...(body["nick"] === "" ? { nick: null } : {}), ...(body["roles"] === null ? { roles: [] } : {}) }
  move(call, guild, user, body)
  new Actions(world, guild).updateMember(user.id, { ...given, ...empty })
  record(call, guild, user, before)
  world.signal.notify()
  return ok(payloads.memberOf(guild, user))
}

const own = model({ nick: textUpTo(32), banner: text, avatar: text, bio: textUpTo(190) })

// Source: Discord, "Modify Current Member".
const changeOwn = (call: Call): Json => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  own(problems, body, [])
  problems.done()
  if (body["nick"] !== undefined) demandInGuild(world, guild, Permission.changeNickname)
  const before = payloads.memberOf(guild, world.bot)
  const nick = body["nick"] === undefined ? {} : { nick: body["nick"] === "" ? null : body["nick"] }
  const image = (field: string) =>
    body[field] === undefined ? {} : { [field]: body[field] === null ? null : `fake_${field}` }
  new Actions(world, guild).updateMember(world.bot.id, { ...nick, ...image("avatar"), ...image("banner") })
  record(call, guild, world.bot, before)
  world.signal.notify()
  return payloads.memberOf(guild, world.bot)
}

const kick = (call: Call): Answer => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.kickMembers)
  const user = memberOf(call, guild)
  demandRank(call.world, guild, user)
  new Actions(call.world, guild).removeMember(user.id)
  writeFor(call, guild, { type: AuditLogEvent.memberKick, target: user.id })
  call.world.signal.notify()
  return noContent
}

// Source: Discord, "Add Guild Member Role" and "Remove Guild Member Role".
const changeRole = (call: Call, isAdded: boolean): Answer => {
  const { params, world } = call
  const guild = guildOf(call)
  const user = memberOf(call, guild)
  const role = roleById(guild, params["role"])
  demandInGuild(world, guild, Permission.manageRoles)
  demandAbove(world, guild, payloads.role(role))
  const before = roleIds(guild, user)
  if (before.includes(role.id) === isAdded) return noContent
  const roles = isAdded ? [...before, role.id] : before.filter((id) => id !== role.id)
  new Actions(world, guild).updateMember(user.id, { roles })
  recordRoles(call, guild, user, before)
  world.signal.notify()
  return noContent
}

// Joining

const joining = model({
  access_token: needed(text),
  nick: textUpTo(32),
  roles: set(snowflake),
  mute: boolean,
  deaf: boolean
})

// Source: Discord, "Add Guild Member".
const add = (call: Call): Answer => {
  const { params, world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  joining(problems, body, [])
  problems.done()
  demandInGuild(world, guild, Permission.createInstantInvite)
  const user = world.users.get(params["id"] ?? "")
  if (user === undefined) throw unknownUser()
  const grant = world.grants.byAccess(String(body["access_token"]), world.now())
  if (grant?.userId !== user.id || !grant.scopes.includes("guilds.join")) throw invalidAccessToken()
  if (guild.members.has(user.id)) return noContent
  if (guild.bans.has(user.id)) throw bannedFromGuild()
  if (body["nick"] !== undefined) demandInGuild(world, guild, Permission.manageNicknames)
  if (body["roles"] !== undefined) demandRoles(call, guild, [], body["roles"])
  if (body["mute"] !== undefined) demandInGuild(world, guild, Permission.muteMembers)
  if (body["deaf"] !== undefined) demandInGuild(world, guild, Permission.deafenMembers)
  const fields = ["nick", "roles", "mute", "deaf"].flatMap((field) =>
    body[field] === undefined ? [] : [[field, body[field]]]
  )
  new Actions(world, guild).addMember(user.id, Object.fromEntries(fields))
  world.signal.notify()
  return created(payloads.memberOf(guild, user))
}

const members = "/guilds/:guild/members"
const bot = true

/** The routes. */
export const memberRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: members, bot, handle: list },
  { method: "GET", pattern: `${members}/search`, bot, handle: search },
  { method: "GET", pattern: `${members}/:id`, bot, handle: readMember },
  { method: "PATCH", pattern: `${members}/@me`, bot, handle: (call) => ok(changeOwn(call)) },
  // Deprecated.
  { method: "PATCH", pattern: `${members}/@me/nick`, bot, handle: (call) => ok({ nick: changeOwn(call)["nick"] }) },
  { method: "PUT", pattern: `${members}/:id`, bot, handle: add },
  { method: "PATCH", pattern: `${members}/:id`, bot, handle: change },
  { method: "DELETE", pattern: `${members}/:id`, bot, handle: kick },
  { method: "PUT", pattern: `${members}/:id/roles/:role`, bot, handle: (call) => changeRole(call, true) },
  { method: "DELETE", pattern: `${members}/:id/roles/:role`, bot, handle: (call) => changeRole(call, false) }
]
