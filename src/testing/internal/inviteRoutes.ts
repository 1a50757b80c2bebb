/** The routes of invites. Source: Discord, "Invite Resource", "Create Channel Invite" and "Get Guild Invites". */
import { missingPermissions, notInDirectMessages, notJson, unknownRole, wrongChannelType } from "./apiError.ts"
import { checkBoolean, checkChoice, checkId, checkRequired, flagOf, given, ok } from "./answers.ts"
import { allows, demand } from "./botAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import * as invites from "./invites.ts"
import { array, isObject, type Json, number, string } from "./json.ts"
import { unknownInvite } from "./limitErrors.ts"
import { demandAbove, demandInGuild, may } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { isVoice, Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { isThread } from "./threadTypes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord } from "./world.ts"

type Find = (call: Call) => ChannelRecord

const category = 4
const week = 604_800

const guildChannel = (find: Find, call: Call): ChannelRecord => {
  const channel = find(call)
  if (channel.guildId === undefined) throw notInDirectMessages()
  return channel
}

const check = (body: Json, channel: ChannelRecord): void => {
  const problems = new Problems()
  problems.range(["max_age"], body["max_age"], 0, week)
  problems.range(["max_uses"], body["max_uses"], 0, 100)
  for (const field of ["temporary", "unique"]) checkBoolean(problems, [field], body[field])
  const { target_type: type } = body
  checkChoice(problems, ["target_type"], type, [1, 2])
  if (type === 1) checkRequired(problems, ["target_user_id"], body["target_user_id"])
  if (type === 2) checkRequired(problems, ["target_application_id"], body["target_application_id"])
  for (const field of ["target_user_id", "target_application_id"]) checkId(problems, [field], body[field])
  if (type !== undefined && type !== null && !isVoice(channel)) {
    problems.add(["target_type"], "BASE_TYPE_INVALID", "Only invites to voice channels have a target")
  }
  problems.done()
}

/** Throws unless the bot may give these roles with an invite. */
const demandRoles = ({ world }: Call, guild: GuildRecord, ids: ReadonlyArray<unknown>): void => {
  if (ids.length === 0) return
  demandInGuild(world, guild, Permission.manageRoles)
  for (const id of ids) {
    const role = guild.roles.find((one) => one.id === id)
    if (role === undefined) throw unknownRole()
    demandAbove(world, guild, payloads.role(role))
  }
}

const targetOf = ({ world }: Call, body: Json): Json => {
  const user = world.users.get(string(body["target_user_id"]) ?? "")
  return {
    ...given(body, ["target_type"]),
    ...(user === undefined ? {} : { target_user: payloads.user(user) }),
    ...(body["target_application_id"] === undefined
      ? {}
      : { target_application: { id: body["target_application_id"] } })
  }
}

const create = (find: Find, call: Call): Answer => {
  const { body, world } = call
  // Source: Discord, "Create Channel Invite": the fields are optional, the body is not.
  if (!isObject(body)) throw notJson()
  const channel = guildChannel(find, call)
  check(body, channel)
  demand(world, channel, Permission.createInstantInvite)
  if (isThread(channel) || channel.type === category) throw wrongChannelType()
  const guild = world.guilds.get(channel.guildId ?? "")
  const roleIds = array(body["role_ids"])
  if (guild !== undefined) demandRoles(call, guild, roleIds)
  const terms = {
    maxAge: number(body["max_age"]) ?? invites.defaults.maxAge,
    maxUses: number(body["max_uses"]) ?? invites.defaults.maxUses,
    temporary: body["temporary"] === true,
    roleIds: roleIds.map(String),
    target: targetOf(call, body)
  }
  return ok(invites.payload(world, invites.add(world, channel, world.bot, terms, body["unique"] === true), true))
}

const listOfChannel = (find: Find, call: Call): Answer => {
  const { world } = call
  const channel = guildChannel(find, call)
  demand(world, channel, Permission.manageChannels)
  return ok(invites.list(world, { channelId: channel.id }).map((each) => invites.payload(world, each, true)))
}

const listOfGuild = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const managesGuild = may(world, guild, world.bot, Permission.manageGuild)
  if (!managesGuild && !may(world, guild, world.bot, Permission.viewAuditLog)) throw missingPermissions()
  return ok(invites.list(world, { guildId: guild.id }).map((each) => invites.payload(world, each, managesGuild)))
}

const inviteOf = ({ params, world }: Call): invites.InviteRecord => {
  const invite = invites.byCode(world, params["code"] ?? "")
  if (invite === undefined) throw unknownInvite()
  return invite
}

const get = (call: Call): Answer => {
  const { query, world } = call
  const invite = inviteOf(call)
  const guild = world.guilds.get(invite.guildId)
  const event = guild?.scheduledEvents.get(query.get("guild_scheduled_event_id") ?? "")
  const size = guild?.members.size ?? 0
  return ok({
    ...invites.payload(world, invite, false),
    ...(flagOf(call, "with_counts") ? { approximate_member_count: size, approximate_presence_count: size } : {}),
    ...(event === undefined ? {} : { guild_scheduled_event: event })
  })
}

const remove = (call: Call): Answer => {
  const { world } = call
  const invite = inviteOf(call)
  const channel = world.channels.get(invite.channelId)
  const guild = world.guilds.get(invite.guildId)
  const managesChannel = channel !== undefined && allows(world, channel, Permission.manageChannels)
  const managesGuild = guild !== undefined && may(world, guild, world.bot, Permission.manageGuild)
  if (!managesChannel && !managesGuild) throw missingPermissions()
  const body = invites.payload(world, invite, false)
  invites.remove(world, invite)
  return ok(body)
}

/** The routes. */
export const inviteRoutes = (find: Find): ReadonlyArray<Route> => {
  const inChannel = "/channels/:channel/invites"
  const bot = true
  return [
    { method: "POST", pattern: inChannel, bot, handle: (call) => create(find, call) },
    { method: "GET", pattern: inChannel, bot, handle: (call) => listOfChannel(find, call) },
    { method: "GET", pattern: "/guilds/:guild/invites", bot, handle: listOfGuild },
    { method: "GET", pattern: "/invites/:code", bot, handle: get },
    { method: "DELETE", pattern: "/invites/:code", bot, handle: remove }
  ]
}
