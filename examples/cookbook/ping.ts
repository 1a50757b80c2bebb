/**
 * # Ping with latency
 *
 * Says how long a reply takes, and how long the gateway takes to acknowledge a heartbeat.
 *
 * The first number is the time of one call of Discord's REST API: `Reply.send` completes when Discord has the reply. The
 * second one is what the [shards](../operating/shards.md) measure with each heartbeat. A bot with several shards shows
 * its slowest one.
 *
 * ## What to watch out for
 *
 * - There is no heartbeat latency until the first heartbeat of a connection was acknowledged, so it is an `Option`, and the recipe says so.
 * - Do not subtract the time in the interaction's id from the clock of your machine: the two clocks differ by more than a
 * latency.
 * - Over [HTTP](../guide/http.md) there is no `ShardManager`, and the command does not compile there.
 */
import { Array, Clock, Duration, Effect, HashMap } from "effect"
import { Command, Reply, ShardManager } from "fibercord"

/** The average latency of the slowest shard of this process. */
const gatewayLatency = Effect.gen(function* () {
  const shards = yield* ShardManager.ShardManager
  const averages = Array.fromIterable(HashMap.values(yield* shards.runners)).map((shard) => shard.averageLatency)
  const latencies = Array.getSomes(averages).map(Duration.toMillis)
  return latencies.length === 0 ? "not measured yet" : `${Math.round(Math.max(...latencies))} ms`
})

export const ping = Command.slash(
  "ping",
  { description: "Is the bot fast?", replies: { ephemeral: true } },
  Effect.fn("ping")(function* () {
    const before = yield* Clock.currentTimeMillis
    yield* Reply.send({ content: "Pong." })
    const reply = (yield* Clock.currentTimeMillis) - before
    yield* Reply.edit({ content: `Pong. Reply: ${reply} ms, gateway: ${yield* gatewayLatency}.` })
  })
)
