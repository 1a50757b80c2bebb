/** Guilds as tests hold them. */
import * as Effect from "effect/Effect"
import type { Guild } from "../FakeDiscord.ts"
import type { Core } from "./core.ts"
import * as payloads from "./payloads.ts"
import type { GuildRecord, World } from "./world.ts"

const handle = (world: World, record: GuildRecord): Guild => ({
  id: record.id,
  name: record.name,
  channelId: record.channels[0]?.id ?? record.id,
  everyone: record.id,
  // Source: Discord, "Channel Create": sent when a new channel is created in a guild.
  channel: (name) =>
    Effect.sync(() => {
      const channel = world.addChannel({ name, guildId: record.id })
      world.emit("CHANNEL_CREATE", payloads.channel(channel), record.id)
      return channel.id
    }),
  role: (name, options) => Effect.sync(() => world.addRole(record.id, { name, ...options }).id)
})

/** Adds a guild and announces it. */
export const add = (
  { settings, world }: Core,
  name: string,
  options: { readonly shard?: number | undefined; readonly shardCount?: number | undefined } = {}
): Effect.Effect<Guild> =>
  Effect.sync(() => {
    const { shard = 0, shardCount = settings.shards } = options
    const record = world.addGuild({ name, shardId: shard, shardCount })
    world.announceGuild(record)
    return handle(world, record)
  })
