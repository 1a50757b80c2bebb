/** What the bot may do with the members and roles of a guild. Source: Discord, "Permissions" and "Permission Hierarchy". */
import { missingPermissions } from "./apiError.ts"
import type { Json } from "./json.ts"
import { inGuild, ownerOf } from "./permissions.ts"
import * as payloads from "./payloads.ts"
import type { GuildRecord, UserRecord, World } from "./world.ts"

/** Whether a member has all of these permissions in a guild. */
export const may = (world: World, guild: GuildRecord, user: UserRecord, permission: bigint): boolean =>
  (inGuild(world, guild, user) & permission) === permission

// The place of a role in the order: of two with the same position, the older one is higher.
const place = (role: Json): bigint => (BigInt(Number(role["position"])) << 64n) - BigInt(String(role["id"]))

// What the bot has without roles stands for the role that it gets when it is added: the lowest but for @everyone.
const lowest = 1n

const top = (world: World, guild: GuildRecord, user: UserRecord): bigint | undefined =>
  payloads
    .rolesOf(guild, user)
    .map(place)
    .reduce<bigint | undefined>(
      (best, one) => (best === undefined || one > best ? one : best),
      user.id === world.bot.id ? lowest : undefined
    )

/** Throws Discord's error unless the bot has a permission in a guild. */
export const demandInGuild = (world: World, guild: GuildRecord, permission: bigint): void => {
  if (!may(world, guild, world.bot, permission)) throw missingPermissions()
}

/** Throws Discord's error unless the bot's highest role is above the target's. Who is no member has none. */
export const demandRank = (world: World, guild: GuildRecord, target: UserRecord): void => {
  if (ownerOf(guild) === target.id || target.id === world.bot.id) throw missingPermissions()
  if (ownerOf(guild) === world.bot.id || !guild.members.has(target.id)) return
  const own = top(world, guild, world.bot)
  const theirs = top(world, guild, target)
  if (own === undefined || (theirs !== undefined && own <= theirs)) throw missingPermissions()
}

/** Throws Discord's error unless the bot's highest role is above this one, which no integration manages. */
export const demandAbove = (world: World, guild: GuildRecord, role: Json): void => {
  if (role["managed"] === true || role["id"] === guild.id) throw missingPermissions()
  demandHigher(world, guild, role)
}

/** Throws Discord's error unless the bot's highest role is above this one. */
export const demandHigher = (world: World, guild: GuildRecord, role: Json): void => {
  if (ownerOf(guild) === world.bot.id) return
  const own = top(world, guild, world.bot)
  if (own === undefined || own <= place(role)) throw missingPermissions()
}
