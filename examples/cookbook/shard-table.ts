/**
 * # A table of all shards
 *
 * Shows what each shard does, how fast it is, and how often it had to begin anew.
 *
 * `ShardManager` knows the stage of each [shard](../operating/shards.md) of this process. Stages are data: `Connected`,
 * `Resuming`, `Backoff` and so on, with what belongs to them.
 *
 * ## What to watch out for
 *
 * - A process shows its own shards. For those of all processes, ask them with a `Question` of
 * [`fibercord/cluster`](../operating/cluster.md).
 * - The interaction came through one of these shards, or the command would not run. Look at the metrics for what happened
 * while none was connected.
 * - A message has at most 2000 characters, which is 29 shards. Pages show more.
 */
import { Array, Duration, Effect, HashMap, Option, Order } from "effect"
import { Command, Middleware, Reply, ShardManager } from "fibercord"

const millis = Option.match({
  onNone: () => "-",
  onSome: (latency: Duration.Duration) => `${Math.round(Duration.toMillis(latency))} ms`
})

const columns = (...cells: ReadonlyArray<string | number>) => cells.map((cell) => `${cell}`.padStart(13)).join("")

export const shards = (owner: string) =>
  Command.slash("shards", { description: "All shards", replies: { ephemeral: true } }, () =>
    Effect.gen(function* () {
      const manager = yield* ShardManager.ShardManager
      const runners = Array.fromIterable(HashMap.values(yield* manager.runners))
      const lines = Array.sort(
        runners,
        Order.mapInput(Order.Number, (shard: (typeof runners)[number]) => shard.id)
      ).map((shard) => columns(shard.id, shard.stage._tag, millis(shard.latency), shard.identifies, shard.resumes))
      const table = [columns("shard", "stage", "latency", "identify", "resume"), ...lines].join("\n")
      yield* Reply.send({ content: `\`\`\`\n${table}\n\`\`\`` })
    })
  ).pipe(Middleware.guard(({ user }) => user.id === owner, { denied: "Only my owner may see that." }))
