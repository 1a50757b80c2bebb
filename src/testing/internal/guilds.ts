/** Guilds as tests hold them. */
import * as Effect from "effect/Effect"
import type { Guild } from "../FakeDiscord.ts"
import type { Core } from "./core.ts"
import type { GuildRecord, World } from "./world.ts"

const handle = (world: World, record: GuildRecord): Guild => ({
  id: record.id,
  name: record.name,
  channelId: record.channels[0]?.id ?? record.id,
  everyone: record.id,
  channel: (name) => Effect.sync(() => world.addChannel({ name, guildId: record.id }).id),
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
