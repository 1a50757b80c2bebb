/** The routes of the channels of guilds. Source: Discord, "Channel Resource" and "Guild Resource". */
import { missingPermissions, unknownChannel, wrongChannelType } from "./apiError.ts"
import { checkChoice, checkId, checkString, created, noContent, ok } from "./answers.ts"
import { demand } from "./botAccess.ts"
import * as channels from "./channels.ts"
import {
  checkOverwrite,
  checkSettings,
  demandLimits,
  guildTypes,
  kept,
  overwriteOf,
  settingsOf,
  Type
} from "./channelSettings.ts"
import { guildOf } from "./guildRoutes.ts"
import { array, type Json, number, object, objects, string } from "./json.ts"
import { communityChannel, manyParents, tooManyChannels, tooManyOverwrites, unknownOverwrite } from "./limitErrors.ts"
import { demandInGuild, may } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import * as threads from "./threads.ts"
import { isThread } from "./threadTypes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord, World } from "./world.ts"

type Find = (call: Call) => ChannelRecord

const mostChannels = 500
const mostInCategory = 50
const mostOverwrites = 1000

const childrenOf = (guild: GuildRecord, id: unknown): ReadonlyArray<ChannelRecord> =>
  guild.channels.filter(({ fields }) => fields?.["parent_id"] === id)

/** Adds what is wrong with a category as the place of a channel. The limit is in Discord's help, "Server Limits". */
const checkParent = (problems: Problems, guild: GuildRecord, parent: unknown, self?: ChannelRecord): void => {
  if (parent === undefined || parent === null) return
  const found = guild.channels.find(({ id }) => id === parent)
  if (found === undefined) problems.add(["parent_id"], "CHANNEL_PARENT_INVALID", "Category does not exist")
  else if (found.type !== Type.category) problems.add(["parent_id"], "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
  else if (self?.fields?.["parent_id"] !== parent && childrenOf(guild, parent).length >= mostInCategory) {
    const message = `Maximum number of channels in category reached (${mostInCategory})`
    problems.add(["parent_id"], "CHANNEL_PARENT_MAX_CHANNELS", message)
  }
}

const checkName = (problems: Problems, name: unknown): void => {
  checkString(problems, ["name"], name)
  if (typeof name === "string" || name === undefined) problems.length(["name"], name?.trim(), 1, 100)
}

/** Throws unless the bot has each permission that overwrites give or take, or one that lets it give and take any here. */
const demandOverwrites = (
  world: World,
  guild: GuildRecord,
  overwrites: ReadonlyArray<Json>,
  channel?: ChannelRecord
): void => {
  const own = objects(channel?.fields?.["permission_overwrites"]).find(({ id }) => id === world.bot.id)
  if ((bitsOf(own, "allow") & Permission.manageRoles) !== 0n) return
  const bits = overwrites.reduce((all, one) => all | BigInt(String(one["allow"])) | BigInt(String(one["deny"])), 0n)
  for (let bit = 1n; bit <= bits; bit <<= 1n) {
    if ((bits & bit) !== 0n && !may(world, guild, world.bot, bit)) throw missingPermissions()
  }
}

const hasNews = (guild: GuildRecord): boolean => array(guild.fields["features"]).includes("NEWS")

const create = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const type = number(body["type"]) ?? Type.text
  const settings = settingsOf(body, type)
  const problems = new Problems()
  checkName(problems, body["name"])
  checkChoice(problems, ["type"], body["type"], guildTypes)
  checkSettings(problems, settings, type)
  checkParent(problems, guild, settings["parent_id"])
  problems.done()
  demandInGuild(world, guild, Permission.manageChannels)
  if (type === Type.announcement && !hasNews(guild)) throw wrongChannelType()
  demandLimits(guild, settings, type)
  const fields = kept(world, settings)
  const overwrites = objects(fields["permission_overwrites"])
  demandOverwrites(world, guild, overwrites)
  const isOfRoles = overwrites.some((one) => (BigInt(String(one["allow"])) & Permission.manageRoles) !== 0n)
  if (isOfRoles && !may(world, guild, world.bot, Permission.administrator)) throw missingPermissions()
  if (guild.channels.length >= mostChannels) throw tooManyChannels()
  const position = Math.max(-1, ...guild.channels.map((each) => number(payloads.channel(each)["position"]) ?? 0)) + 1
  const made = channels.add(world, guild, String(body["name"]).trim(), { type, fields: { position, ...fields } })
  return created(payloads.channel(made))
}

const guildOfChannel = ({ world }: Call, { guildId }: ChannelRecord): GuildRecord => {
  const guild = world.guilds.get(guildId ?? "")
  if (guild === undefined) throw wrongChannelType()
  return guild
}

const convertible: ReadonlyArray<number> = [Type.text, Type.announcement]

const checkType = (problems: Problems, guild: GuildRecord, channel: ChannelRecord, type: unknown): void => {
  if (type === undefined || type === channel.type) return
  checkChoice(problems, ["type"], type, convertible.includes(channel.type) ? convertible : [channel.type])
  if (!hasNews(guild)) problems.add(["type"], "BASE_TYPE_CHOICES", `Value must be one of {${channel.type}}.`)
}

/** Changes a channel of a guild. */
export const changeChannel = (call: Call, channel: ChannelRecord, body: Json): Answer => {
  const { world } = call
  const guild = guildOfChannel(call, channel)
  const type = number(body["type"]) ?? channel.type
  const settings = settingsOf(body, type)
  const problems = new Problems()
  if (body["name"] !== undefined) checkName(problems, body["name"])
  checkType(problems, guild, channel, body["type"])
  checkSettings(problems, settings, type)
  checkParent(problems, guild, settings["parent_id"], channel)
  problems.done()
  demand(world, channel, Permission.manageChannels)
  demandLimits(guild, settings, type)
  const fields = kept(world, settings, channel.fields)
  if (fields["permission_overwrites"] !== undefined) {
    demand(world, channel, Permission.manageRoles)
    demandOverwrites(world, guild, changedOverwrites(channel, objects(fields["permission_overwrites"])), channel)
  }
  const name = (string(body["name"]) ?? channel.name).trim()
  return ok(payloads.channel(channels.change(world, guild, { ...channel, name, type }, fields)))
}

const bitsOf = (overwrite: Json | undefined, field: string): bigint => BigInt(string(overwrite?.[field]) ?? "0")

/** What is new about overwrites. */
const changedOverwrites = (channel: ChannelRecord, after: ReadonlyArray<Json>): ReadonlyArray<Json> => {
  const before = objects(channel.fields?.["permission_overwrites"])
  const ids = new Set([...before, ...after].map(({ id }) => id))
  return [...ids].map((id) => {
    const of = (all: ReadonlyArray<Json>) => all.find((one) => one["id"] === id)
    const changed = (field: string) => String(bitsOf(of(before), field) ^ bitsOf(of(after), field))
    return { id, allow: changed("allow"), deny: changed("deny") }
  })
}

const remove = (call: Call, channel: ChannelRecord): Answer => {
  const { world } = call
  if (channel.guildId === undefined) return ok(payloads.channel(channel))
  const guild = guildOfChannel(call, channel)
  demand(world, channel, isThread(channel) ? Permission.manageThreads : Permission.manageChannels)
  const needed = ["rules_channel_id", "public_updates_channel_id"].map((field) => guild.fields[field])
  if (needed.includes(channel.id)) throw communityChannel()
  channels.remove(world, guild, channel)
  return ok(payloads.channel(channel))
}

// Permissions

const overwritesOf = (channel: ChannelRecord): ReadonlyArray<Json> => objects(channel.fields?.["permission_overwrites"])

const setOverwrite = (call: Call, channel: ChannelRecord): Answer => {
  const { params, world } = call
  const guild = guildOfChannel(call, channel)
  if (isThread(channel)) throw wrongChannelType()
  const body = object(call.body)
  const id = params["overwrite"] ?? ""
  const problems = new Problems()
  checkOverwrite(problems, [], body)
  problems.done()
  demand(world, channel, Permission.manageRoles)
  const isThere = body["type"] === 0 ? guild.roles.some((role) => role.id === id) : world.users.has(id)
  if (!isThere) throw unknownOverwrite()
  const others = overwritesOf(channel).filter((each) => each["id"] !== id)
  if (others.length >= mostOverwrites) throw tooManyOverwrites()
  const after = [...others, overwriteOf({ ...body, id })]
  demandOverwrites(world, guild, changedOverwrites(channel, after), channel)
  channels.change(world, guild, channel, { permission_overwrites: after })
  return noContent
}

const deleteOverwrite = (call: Call, channel: ChannelRecord): Answer => {
  const { params, world } = call
  const guild = guildOfChannel(call, channel)
  if (isThread(channel)) throw wrongChannelType()
  demand(world, channel, Permission.manageRoles)
  const before = overwritesOf(channel)
  const after = before.filter((each) => each["id"] !== params["overwrite"])
  if (after.length === before.length) throw unknownOverwrite()
  channels.change(world, guild, channel, { permission_overwrites: after })
  return noContent
}

// Positions

interface Move {
  readonly channel: ChannelRecord
  readonly entry: Json
  readonly isMoved: boolean
}

const demandMove = (world: World, guild: GuildRecord, { channel, entry, isMoved }: Move): void => {
  if (!isMoved) return demandInGuild(world, guild, Permission.manageChannels)
  demand(world, channel, Permission.manageChannels)
  const target = guild.channels.find(({ id }) => id === entry["parent_id"])
  if (target === undefined) demandInGuild(world, guild, Permission.manageChannels)
  else demand(world, target, Permission.manageChannels)
  if (entry["lock_permissions"] === true) demand(world, channel, Permission.manageRoles)
}

// Source: Discord, "Modify Guild Channel Positions".
const move = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const problems = new Problems()
  const moves = objects(call.body).map((entry, at): Move => {
    checkId(problems, [at, "id"], entry["id"] ?? "")
    problems.range([at, "position"], entry["position"], 0, 2 ** 31 - 1)
    const channel = guild.channels.find(({ id }) => id === entry["id"])
    if (channel === undefined) throw unknownChannel()
    const isMoved = entry["parent_id"] !== undefined && entry["parent_id"] !== (channel.fields?.["parent_id"] ?? null)
    if (isMoved) checkParent(problems, guild, entry["parent_id"], channel)
    return { channel, entry, isMoved }
  })
  problems.done()
  if (moves.filter(({ isMoved }) => isMoved).length > 1) throw manyParents()
  for (const each of moves) demandMove(world, guild, each)
  for (const { channel, entry, isMoved } of moves) {
    const parent = guild.channels.find(({ id }) => id === entry["parent_id"])
    const isSynced = isMoved && entry["lock_permissions"] === true && parent !== undefined
    channels.change(world, guild, channel, {
      ...(number(entry["position"]) === undefined ? {} : { position: entry["position"] }),
      ...(isMoved ? { parent_id: entry["parent_id"] } : {}),
      ...(isSynced ? { permission_overwrites: overwritesOf(parent) } : {})
    })
  }
  return noContent
}

// Voice

const setStatus = (call: Call, channel: ChannelRecord): Answer => {
  const { world } = call
  const guild = guildOfChannel(call, channel)
  const status = object(call.body)["status"] ?? null
  const problems = new Problems()
  problems.length(["status"], status, 0, 500)
  checkString(problems, ["status"], status)
  problems.done()
  if (channel.type !== Type.voice) throw wrongChannelType()
  const isThere = guild.voice.get(world.bot.id)?.["channel_id"] === channel.id
  demand(world, channel, Permission.setVoiceChannelStatus)
  if (!isThere) demand(world, channel, Permission.manageChannels)
  world.emit("VOICE_CHANNEL_STATUS_UPDATE", { id: channel.id, guild_id: guild.id, status }, guild.id, 1 << 0)
  return noContent
}

const get = ({ world }: Call, channel: ChannelRecord): Answer => {
  demand(world, channel, 0n)
  const isIn = isThread(channel) && threads.isMember(world, channel, world.bot.id)
  return ok({ ...payloads.channel(channel), ...(isIn ? { member: threads.member(world, channel, world.bot.id) } : {}) })
}

/** The routes. That which changes a channel is beside the threads', which are changed by it, too. */
export const channelRoutes = (find: Find): ReadonlyArray<Route> => {
  const bot = true
  const ofGuild = "/guilds/:guild/channels"
  const one = "/channels/:channel"
  const permissions = `${one}/permissions/:overwrite`
  return [
    { method: "POST", pattern: ofGuild, bot, handle: create },
    { method: "PATCH", pattern: ofGuild, bot, handle: move },
    { method: "GET", pattern: one, bot, handle: (call) => get(call, find(call)) },
    { method: "DELETE", pattern: one, bot, handle: (call) => remove(call, find(call)) },
    { method: "PUT", pattern: permissions, bot, handle: (call) => setOverwrite(call, find(call)) },
    { method: "DELETE", pattern: permissions, bot, handle: (call) => deleteOverwrite(call, find(call)) },
    { method: "PUT", pattern: `${one}/voice-status`, bot, handle: (call) => setStatus(call, find(call)) }
  ]
}
