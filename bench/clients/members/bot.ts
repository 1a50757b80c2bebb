/** The bot of a main thread and of its workers. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { BroadcastChannel, threadId } from "node:worker_threads"
import type { Bot as BotOf } from "../../../dist/index.js"
import { load, loadCluster } from "../../lib/library.ts"
import { type Job, token } from "../../lib/protocol.ts"

const channelName = "bench"

/** What a worker says. */
export type Said =
  /** How many of its shards are connected. */
  | { readonly _tag: "Shards"; readonly thread: number; readonly connected: number }
  /** It has seen the first event of a flood. */
  | { readonly _tag: "First" }
  /** It has seen the last event of a shard. */
  | { readonly _tag: "Last" }

/** The way from the workers to the main thread. */
export const channel = new BroadcastChannel(channelName)

export const say = (said: Said): void => channel.postMessage(said)

/** Runs it. `handlers` are those of a worker. */
export const bot = async (
  job: Job,
  handlers: Layer.Layer<never, never, BotOf.Services> = Layer.empty
): Promise<Effect.Effect<void, unknown>> => {
  const { Bot, DiscordConfig, ShardManager } = await load(job.library)
  const { ClusterBot } = await loadCluster(job.library)
  const reporter = Layer.effectDiscard(
    Effect.flatMap(ShardManager.ShardManager, (manager) =>
      Effect.map(manager.runners, (runners) => {
        const connected = [...runners].filter(([, { stage }]) => stage._tag === "Connected").length
        say({ _tag: "Shards", thread: threadId, connected })
      }).pipe(Effect.andThen(Effect.sleep("200 millis")), Effect.forever, Effect.forkScoped)
    )
  )
  const member = ClusterBot.layer({
    interactions: [],
    commands: { sync: false },
    gateway: { intents: ["Guilds", "GuildMessages"], shards: { index: 0, count: job.shards, total: job.shards } },
    cluster: {
      host: "127.0.0.1",
      identify: { interval: "20 millis" },
      workers: { count: job.members?.count ?? 1, entry: new URL("worker.ts", import.meta.url) }
    }
  })
  return reporter.pipe(
    Layer.provideMerge(member),
    Layer.provide(handlers),
    Layer.provide(ClusterBot.layerSqlite({ filename: `${job.members?.folder}/members` })),
    Layer.provide(Bot.layerServices),
    Layer.provide(DiscordConfig.layer({ token: Redacted.make(token), apiUrl: `${job.http}/api` })),
    Bot.launch
  )
}
