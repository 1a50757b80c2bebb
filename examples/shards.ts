/**
 * Shards without a bot, and what supervision does: a live table of eight shards while everything goes wrong. It brings
 * its own Discord, and ends by itself.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Duration, Effect, HashMap, Layer, Option, Ref, References, Stream } from "effect"
import { CloseCode, ShardId, ShardManager } from "fibercord"
import { FakeDiscord } from "fibercord/testing"

const shardCount = 8

const columns = [7, 14, 10, 10, 10, 9, 34]
const line = (cells: ReadonlyArray<string>) => cells.map((cell, n) => cell.padEnd(columns[n] ?? 0)).join(" ")

const table = Effect.gen(function* () {
  const manager = yield* ShardManager.ShardManager
  const runners = yield* manager.runners
  const rows = [...HashMap.values(runners)]
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, identifies, lastEnd, latency, resumes, sequence, stage }) =>
      line([
        `${id}`,
        stage._tag,
        `${identifies}`,
        `${resumes}`,
        `${sequence}`,
        Option.match(latency, { onNone: () => "–", onSome: Duration.format }),
        Option.match(lastEnd, { onNone: () => "", onSome: CloseCode.describe })
      ])
    )
  yield* Console.log(
    ["", line(["shard", "stage", "IDENTIFYs", "RESUMEs", "sequence", "latency", "last end"]), ...rows].join("\n")
  )
})

const program = Effect.gen(function* () {
  const manager = yield* ShardManager.ShardManager
  const discord = yield* FakeDiscord.FakeDiscord

  // What a dashboard would do: follow the changes, and redraw when they pause.
  const transitions = yield* Ref.make(0)
  yield* manager.changes.pipe(
    Stream.tap(() => Ref.update(transitions, (n) => n + 1)),
    Stream.debounce("150 millis"),
    Stream.runForEach(() => table),
    Effect.forkScoped({ startImmediately: true })
  )

  yield* Console.log(`${shardCount} shards, four at a time`)
  yield* manager.initialize
  yield* manager.awaitReady
  yield* Effect.sleep("500 millis")

  const fault = (what: string, cause: Effect.Effect<unknown, { readonly message: string }>) =>
    Console.log(`\n── ${what}`).pipe(
      Effect.andThen(cause),
      Effect.andThen(Effect.sleep("200 millis")),
      Effect.andThen(manager.awaitReady),
      Effect.andThen(Effect.sleep("300 millis"))
    )

  yield* fault(
    "shard 0 loses its connection, shard 1 is told to reconnect",
    Effect.all([discord.faults.dropConnection(0), discord.faults.reconnect(1)])
  )
  yield* fault(
    "Discord closes shard 2 with 4000, shard 3 with 4009: its session is over",
    Effect.all([discord.faults.close(2, 4000), discord.faults.close(3, 4009)])
  )
  yield* fault(
    "shard 4 is half-open: nobody answers its heartbeats",
    Effect.andThen(
      discord.faults.pauseSocket(4),
      discord.awaitLog(FakeDiscord.is("Resumed", ({ shardId }) => shardId === 4))
    )
  )
  yield* fault(
    "both gateway hosts are down for a second",
    Effect.gen(function* () {
      const outage = yield* discord.faults.refuseConnections()
      yield* Effect.sleep("1 second")
      yield* outage.clear
    })
  )
  yield* fault(
    "shard 5 is restarted by hand, shard 6 gets a presence",
    Effect.all([manager.restart(ShardId.make(5)), manager.shard(ShardId.make(6)).setPresence({ status: "dnd" })])
  )

  yield* manager.shutdownAll()
  yield* manager.awaitShutdown
  const violations = yield* discord.violations
  yield* Console.log(
    `\n${yield* Ref.get(transitions)} steps, ${violations.length} of Discord's rules broken, all shards stopped`
  )
}).pipe(Effect.scoped)

const ManagerLive = ShardManager.layer({ shards: "auto", intents: ["Guilds"], invalidSessionWait: [100, 200] })

const Live = ManagerLive.pipe(
  Layer.provideMerge(
    FakeDiscord.layer({
      shards: shardCount,
      maxConcurrency: 4,
      identifyInterval: "500 millis",
      heartbeatInterval: "1 second"
    })
  )
)

// The table says what the log would.
program.pipe(Effect.provide(Live), Effect.provideService(References.MinimumLogLevel, "Warn"), NodeRuntime.runMain)
