/** Events about a channel, which go to those whose intents let them through. Source: Discord, "List of Intents". */
import { isSeen } from "./botAccess.ts"
import type { Json } from "./json.ts"
import type { ChannelRecord, World } from "./world.ts"

/** The intents of an event in guilds, and in direct messages; without the latter it is only about guilds. */
interface Intents {
  readonly guild: number
  readonly direct?: number
}

const reactions: Intents = { guild: 1 << 10, direct: 1 << 13 }

const intents = {
  CHANNEL_PINS_UPDATE: { guild: 1 << 0, direct: 1 << 12 },
  INVITE_CREATE: { guild: 1 << 6 },
  INVITE_DELETE: { guild: 1 << 6 },
  MESSAGE_REACTION_ADD: reactions,
  MESSAGE_REACTION_REMOVE: reactions,
  MESSAGE_REACTION_REMOVE_ALL: reactions,
  MESSAGE_REACTION_REMOVE_EMOJI: reactions,
  TYPING_START: { guild: 1 << 11, direct: 1 << 14 },
  VOICE_CHANNEL_STATUS_UPDATE: { guild: 1 << 0 },
  WEBHOOKS_UPDATE: { guild: 1 << 5 }
} as const satisfies Readonly<Record<string, Intents>>

/** Sends an event with the ids of the channel and its guild, unless the bot does not see the channel. */
export const emitIn = (world: World, channel: ChannelRecord, t: keyof typeof intents, d: Json): void => {
  const { guildId } = channel
  if (guildId !== undefined && (world.guilds.get(guildId)?.unavailable === true || !isSeen(world, channel))) return
  const needed: Intents = intents[t]
  const place = { channel_id: channel.id, ...(guildId === undefined ? {} : { guild_id: guildId }) }
  world.emit(t, { ...d, ...place }, guildId, guildId === undefined ? needed.direct : needed.guild)
}
