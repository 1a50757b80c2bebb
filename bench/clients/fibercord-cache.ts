/** fibercord with every handler of `fibercord`, and a cache that keeps every kind whole, in memory. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Seen } from "../client.ts"
import { load } from "../lib/library.ts"
import { type Job, token } from "../lib/protocol.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const { Bot, DiscordConfig, GatewayEvents, GuildCache, ShardManager } = await load(job.library)
  const shards = { index: 0, count: job.shards, total: job.shards }
  const intents = [
    "Guilds",
    "GuildMembers",
    "GuildExpressions",
    "GuildVoiceStates",
    "GuildMessages",
    "MessageContent"
  ] as const
  const cache = GuildCache.define({
    guilds: true,
    channels: true,
    roles: true,
    members: true,
    voiceStates: true,
    emojis: true,
    threads: true,
    // As many as discord.js keeps of a channel, for each of the ten channels.
    messages: { max: 2000 }
  })
  const handlers = GatewayEvents.onRaw((payload) =>
    Effect.sync(() => seen(payload.t === "INTERACTION_CREATE" ? payload.d.id : undefined))
  )
  const bot = ShardManager.ShardManager.use((manager) => Effect.andThen(manager.initialize, manager.awaitReady)).pipe(
    Layer.effectDiscard,
    Layer.provide(ShardManager.layer({ shards, intents, compression: job.compression })),
    Layer.provide(Layer.merge(handlers, cache.layer)),
    Layer.provide(Bot.layerServices),
    Layer.provide(DiscordConfig.layer({ token: Redacted.make(token), apiUrl: `${job.http}/api` }))
  )
  await new Promise<void>((resolve, reject) => {
    Layer.build(bot).pipe(
      Effect.andThen(Effect.sync(resolve)),
      Effect.andThen(Effect.never),
      Effect.scoped,
      Effect.tapCause((cause) => Effect.sync(() => reject(new Error(String(cause))))),
      Effect.runFork
    )
  })
}
