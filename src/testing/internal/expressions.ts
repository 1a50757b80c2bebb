/** Emojis and stickers of guilds: how many fit, and who may change them. Source: Discord, "Emoji" and "Sticker" resources. */
import { missingPermissions } from "./apiError.ts"
import { type Json, number, object } from "./json.ts"
import { may } from "./memberAccess.ts"
import { Permission } from "./permissions.ts"
import type { GuildRecord, World } from "./world.ts"

// Source: Discord's help, "Server Boosting FAQ": by the level of the guild.
const emojiSlots = [50, 100, 150, 250]
const stickerSlots = [5, 15, 30, 60]

const levelOf = (guild: GuildRecord): number => number(guild.fields["premium_tier"]) ?? 0

/** How many emojis a guild has place for, and as many animated ones. */
export const emojiLimit = (guild: GuildRecord): number => emojiSlots[levelOf(guild)] ?? 50

/** How many stickers a guild has place for. */
export const stickerLimit = (guild: GuildRecord): number => stickerSlots[levelOf(guild)] ?? 5

/** Throws Discord's error unless the bot may change an emoji or a sticker: its own with either permission. */
export const demandChange = (world: World, guild: GuildRecord, expression: Json): void => {
  if (may(world, guild, world.bot, Permission.manageGuildExpressions)) return
  const isOwn = object(expression["user"])["id"] === world.bot.id
  if (!isOwn || !may(world, guild, world.bot, Permission.createGuildExpressions)) throw missingPermissions()
}

/** Whether the bot sees who has made emojis and stickers. */
export const showsUser = (world: World, guild: GuildRecord): boolean =>
  may(world, guild, world.bot, Permission.manageGuildExpressions) ||
  may(world, guild, world.bot, Permission.createGuildExpressions)
