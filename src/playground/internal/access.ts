/** What users see and may do, as the fake decides it. */
import type { APIApplicationCommand } from "../../discord/DiscordApi.ts"
import { commandRefusal } from "../../testing/internal/commandAccess.ts"
import { directPermissions } from "../../testing/internal/payloads.ts"
import { inChannel, isSeenBy, Permission } from "../../testing/internal/permissions.ts"
import { refusal } from "../../testing/internal/userAccess.ts"
import type { ChannelRecord, UserRecord, World } from "../../testing/internal/world.ts"
import type * as Protocol from "../Protocol.ts"

/** Whether a user sees a channel. Those who are in direct messages are the bot and one user. */
export const sees = (world: World, user: UserRecord, channel: ChannelRecord): boolean => isSeenBy(world, channel, user)

/** A user's permissions in a channel. */
const permissionsIn = (world: World, user: UserRecord, channel: ChannelRecord): bigint =>
  channel.guildId === undefined ? BigInt(directPermissions) : inChannel(world, channel, user)

/** Whether a user may delete messages of others in a channel. Source: Discord, "Delete Message". */
export const moderates = (world: World, user: UserRecord, channel: ChannelRecord): boolean =>
  channel.guildId !== undefined && refusal(world, channel, user, Permission.manageMessages) === undefined

/** The channels that a user sees, and the commands that it is offered in one of them. */
export const view = (world: World, user: UserRecord, channel: ChannelRecord | undefined): Protocol.View => {
  const channels = [...world.channels.values()].filter((one) => sees(world, user, one)).map(({ id }) => id)
  if (channel === undefined || !sees(world, user, channel)) return { channels, commands: [], permissions: "0" }
  const visible = world.visibleCommands(channel.guildId)
  const commands = visible.filter((one) => commandRefusal(world, one, channel, user) === undefined)
  return {
    channels,
    commands: commands as unknown as ReadonlyArray<APIApplicationCommand>,
    permissions: `${permissionsIn(world, user, channel)}`
  }
}
