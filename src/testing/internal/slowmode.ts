/** How long users wait between two messages. Source: Discord, "Channel Object", `rate_limit_per_user`. */
import { number, object } from "./json.ts"
import { may } from "./memberAccess.ts"
import { Permission } from "./permissions.ts"
import type { ChannelRecord, UserRecord, World } from "./world.ts"

/** For how many milliseconds more a user cannot write here. */
export const waitOf = (world: World, user: UserRecord, channel: ChannelRecord): number => {
  const guild = world.guilds.get(channel.guildId ?? "")
  const seconds = number(channel.fields?.["rate_limit_per_user"]) ?? 0
  if (guild === undefined || seconds === 0 || may(world, guild, user, Permission.bypassSlowmode)) return 0
  const last = [...world.messages.values()].findLast(
    ({ channelId, interactionId, raw }) =>
      channelId === channel.id && interactionId === undefined && object(raw["author"])["id"] === user.id
  )
  if (last === undefined) return 0
  return Math.max(0, Date.parse(String(last.raw["timestamp"])) + seconds * 1000 - world.now())
}
