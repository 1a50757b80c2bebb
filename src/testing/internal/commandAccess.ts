/**
 * Which commands a user can run where. Source: Discord, "Application Commands": contexts, permissions, and age-restricted
 * commands.
 */
import { array, type Json, number, objects, string } from "./json.ts"
import { inChannel, Permission, roleIdsOf } from "./permissions.ts"
import { isArchived } from "./threads.ts"
import { isThread } from "./threadTypes.ts"
import { refusal, writeRefusal } from "./userAccess.ts"
import type { ChannelRecord, GuildRecord, UserRecord, World } from "./world.ts"

/** Interaction contexts, and where an application is installed. */
const Context = { guild: 0, botDirect: 1, privateChannel: 2 } as const
const Installation = { guild: 0, user: 1 } as const

const groupDirect = 3

/** The interaction context of a channel. */
const contextOf = ({ guildId, type }: ChannelRecord): number =>
  guildId !== undefined ? Context.guild : type === groupDirect ? Context.privateChannel : Context.botDirect

const names = ["in guilds", "in direct messages with the bot", "in private channels"]

const contextRefusal = (command: Json, channel: ChannelRecord): string | undefined => {
  const context = contextOf(channel)
  // Commands of a guild are in that guild only.
  if (command["guild_id"] !== undefined) return undefined
  const contexts = command["contexts"]
  const isOffered = Array.isArray(contexts)
    ? contexts.includes(context)
    : context !== Context.botDirect || command["dm_permission"] !== false
  if (isOffered) return undefined
  const field = Array.isArray(contexts) ? `its contexts are [${contexts.join(", ")}]` : "its dm_permission is false"
  return `it is not offered ${names[context]}: ${field}`
}

/** By what an interaction is authorized: keys of `authorizing_integration_owners`, with their values. */
export const ownersOf = (command: Json, channel: ChannelRecord, user: UserRecord): Json => {
  const types = array(command["integration_types"] ?? [Installation.guild])
  const isGuildCommand = command["guild_id"] !== undefined
  const ofGuild =
    (isGuildCommand || types.includes(Installation.guild)) && contextOf(channel) !== Context.privateChannel
  const ofUser = !isGuildCommand && types.includes(Installation.user) && user.installed === true
  return {
    ...(ofGuild ? { [Installation.guild]: channel.guildId ?? "0" } : {}),
    ...(ofUser ? { [Installation.user]: user.id } : {})
  }
}

// Overwrites

const key = (guildId: string, id: string): string => `${guildId}/${id}`

/** The overwrites of a command in a guild, or of all commands by the application's id. `undefined` if there are none. */
export const overwritesOf = (world: World, guildId: string, id: string): ReadonlyArray<Json> | undefined =>
  world.commandPermissions.get(key(guildId, id))

/** The object that Discord sends of them. */
export const permissionsObject = (world: World, guildId: string, id: string): Json => ({
  id,
  application_id: world.settings.applicationId,
  guild_id: guildId,
  permissions: overwritesOf(world, guildId, id) ?? []
})

/** Replaces the overwrites: APPLICATION_COMMAND_PERMISSIONS_UPDATE. */
export const setOverwrites = (world: World, guildId: string, id: string, permissions: ReadonlyArray<Json>): void => {
  if (permissions.length === 0) world.commandPermissions.delete(key(guildId, id))
  else world.commandPermissions.set(key(guildId, id), permissions)
  world.emit("APPLICATION_COMMAND_PERMISSIONS_UPDATE", permissionsObject(world, guildId, id), guildId)
  world.signal.notify()
}

const Type = { role: 1, user: 2, channel: 3 } as const

const channelSays = (overwrites: ReadonlyArray<Json>, guild: GuildRecord, channel: ChannelRecord): boolean => {
  const place = isThread(channel) ? string(channel.fields?.["parent_id"]) : channel.id
  // Source: Discord, "Application Command Permissions Constants".
  const allChannels = String(BigInt(guild.id) - 1n)
  const of = (id: string | undefined) => overwrites.find((one) => one["type"] === Type.channel && one["id"] === id)
  return (of(place) ?? of(allChannels))?.["permission"] !== false
}

/** What overwrites say of a member: its own, then its roles together, then those of everyone. */
const memberSays = (overwrites: ReadonlyArray<Json>, guild: GuildRecord, user: UserRecord): boolean | undefined => {
  const of = (type: number, fits: (id: unknown) => boolean) =>
    overwrites.filter((one) => one["type"] === type && fits(one["id"])).map((one) => one["permission"] === true)
  const roles = roleIdsOf(guild, user)
  const levels = [
    of(Type.user, (id) => id === user.id),
    of(Type.role, (id) => id !== guild.id && roles.has(id)),
    of(Type.role, (id) => id === guild.id)
  ]
  const first = levels.find((level) => level.length > 0)
  return first?.some((allowed) => allowed)
}

const permissionRefusal = (
  world: World,
  command: Json,
  channel: ChannelRecord,
  user: UserRecord
): string | undefined => {
  const guild = world.guilds.get(channel.guildId ?? "")
  if (guild === undefined) return undefined
  const set = inChannel(world, channel, user)
  // Members with the Administrator permission can use all commands.
  if ((set & Permission.administrator) !== 0n) return undefined
  const lacking = refusal(world, channel, user, Permission.useApplicationCommands)
  if (lacking !== undefined) return lacking.rule
  const explicit = overwritesOf(world, guild.id, String(command["id"]))
  const overwrites = explicit ?? overwritesOf(world, guild.id, world.settings.applicationId) ?? []
  const whose = explicit === undefined ? "the application" : "the command"
  if (!channelSays(overwrites, guild, channel)) return `the permissions of ${whose} disable it in this channel`
  const said = memberSays(overwrites, guild, user)
  if (said === false) return `the permissions of ${whose} disable it for ${user.username}`
  if (said === true) return undefined
  const needed = string(command["default_member_permissions"])
  if (needed === undefined) return undefined
  if (BigInt(needed) === 0n) return 'its default_member_permissions are "0": it is for administrators only'
  return (set & BigInt(needed)) === BigInt(needed)
    ? undefined
    : `${user.username} does not have its default_member_permissions, ${needed}`
}

const ageRefusal = (world: World, command: Json, channel: ChannelRecord, user: UserRecord): string | undefined => {
  if (command["nsfw"] !== true) return undefined
  if (channel.guildId === undefined) {
    return user.ageRestricted === true ? undefined : "it is age-restricted, and the user has not enabled such commands"
  }
  const place = isThread(channel) ? world.channels.get(String(channel.fields?.["parent_id"])) : channel
  return place?.fields?.["nsfw"] === true ? undefined : "it is age-restricted, and the channel is not"
}

const messageMenu = 3

/** Why a user cannot run a command here, if it cannot. */
export const commandRefusal = (
  world: World,
  command: Json,
  channel: ChannelRecord,
  user: UserRecord
): string | undefined => {
  // Slash commands are typed where messages are (issues 2696 and 6916 of discord-api-docs), and a user command needs the
  // same permission: Discord, "User Commands". Those on messages are for readers, too.
  const isOfReaders = number(command["type"]) === messageMenu
  const refused = isOfReaders ? refusal(world, channel, user) : writeRefusal(world, channel, user)
  if (refused !== undefined) return refused.rule
  // Source: Discord, "Active & Archived Threads".
  if (isArchived(channel)) return "the thread is archived"
  const notHere = contextRefusal(command, channel)
  if (notHere !== undefined) return notHere
  if (Object.keys(ownersOf(command, channel, user)).length === 0) {
    return `the application is not installed for it here: its integration_types are [${array(command["integration_types"]).join(", ")}]`
  }
  return permissionRefusal(world, command, channel, user) ?? ageRefusal(world, command, channel, user)
}

/** The commands that overwrites can be of: those of the guild, and global ones. */
export const commandOf = (world: World, guildId: string, nameOrId: string): Json | undefined =>
  objects(world.visibleCommands(guildId)).find((one) => one["id"] === nameOrId || one["name"] === nameOrId)
