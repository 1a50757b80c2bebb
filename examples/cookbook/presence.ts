/**
 * # A status that changes by itself
 *
 * Shows another text every five minutes, and that the bot is idle at night.
 *
 * A presence is desired state: each [shard](../operating/shards.md) sends the newest one as soon as it may, and repeats it
 * in every IDENTIFY, so it survives lost connections.
 *
 * ## What to watch out for
 *
 * - A presence belongs to a shard. Set it for all of them.
 * - Discord lets a shard send 120 payloads in a minute. Once in five minutes is nothing; a clock with seconds is a bad idea.
 * - For a status that stays, `gateway: { presence }` of `Bot.layer` is enough.
 * - In a [cluster](../operating/cluster.md) each process sets those of its own shards.
 */
import { DateTime, Effect, Layer, Schedule } from "effect"
import { type Presence, ShardManager } from "fibercord"

const texts = ["/help for help", "Be kind", "/top for the best"]

const presenceAt = (now: DateTime.DateTime): Presence.Presence => {
  const { hour } = DateTime.toPartsUtc(now)
  const turn = Math.floor(DateTime.toEpochMillis(now) / 300_000) % texts.length
  return { status: hour < 6 ? "idle" : "online", activities: [{ type: "custom", state: texts[turn] }] }
}

const show = Effect.gen(function* () {
  const shards = yield* ShardManager.ShardManager
  const presence = presenceAt(yield* DateTime.now)
  const ids = yield* shards.shardsInstantiated
  yield* Effect.forEach(ids, (id) => shards.shard(id).setPresence(presence), { discard: true })
}).pipe(Effect.catchTag("GatewayError", (error) => Effect.logWarning("The presence could not be set", error)))

/** Give it the bot: `presence.pipe(Layer.provideMerge(BotLive))`. */
export const presence = Layer.effectDiscard(show.pipe(Effect.repeat(Schedule.spaced("5 minutes")), Effect.forkScoped))
