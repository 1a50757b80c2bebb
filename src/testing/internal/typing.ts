/** Who types. Source: Discord, "Typing Start". */
import { emitIn } from "./channelEvents.ts"
import * as payloads from "./payloads.ts"
import type { ChannelRecord, UserRecord, World } from "./world.ts"

/** A user begins to type: TYPING_START. */
export const startTyping = (world: World, channel: ChannelRecord, user: UserRecord): void => {
  const guild = world.guilds.get(channel.guildId ?? "")
  const member = guild === undefined ? {} : { member: payloads.memberOf(guild, user) }
  emitIn(world, channel, "TYPING_START", { user_id: user.id, timestamp: Math.floor(world.now() / 1000), ...member })
}
