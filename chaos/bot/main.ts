/**
 * The bot under test, as a process of its own. It takes orders over the channel of `child_process`, and reports what it
 * sees on file descriptor 3. It does not call `process.exit`, so any socket, timer or fiber that is left keeps it
 * alive.
 */
import { NodeServices } from "@effect/platform-node"
import { Cause, Clock, Context, Deferred, Effect, Fiber, FiberSet, Layer, Schedule, Stream } from "effect"
import { KeyValueStore } from "effect/persistence"
import {
  Bot,
  DiscordConfig,
  DiscordRest,
  GatewayError,
  GatewayEvents,
  GatewayInfo,
  IdentifyBudget,
  IdentifyQueue,
  Runtimes,
  ShardId,
  ShardManager
} from "fibercord"
import { KeyValueSessionStore } from "fibercord/persistence"
import { jumpyClock } from "../../test/support/jumpyClock.ts"
import * as settings from "../settings.ts"
import type { Compression } from "../kinds.ts"
import type { Order } from "../wire.ts"
import { checkRuntimes, definitions } from "./runtimes.ts"
import { now, report } from "./report.ts"
import { layerHandlers, layerSessions, layerStore, trouble } from "./trouble.ts"

const [directory = "", shards = "1", compression = "none"] = process.argv.slice(2)
const { bot } = settings

for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    report({ _tag: "Unhandled", at: now(), detail: `${event}: ${detail}` })
  })
}

// The current session of each shard: the log of the fake Discord numbers events by session.
const sessions = new Map<number, string>()

const fieldsOf = (data: unknown): Readonly<Record<string, unknown>> =>
  typeof data === "object" && data !== null ? { ...data } : {}

/** The handler of the ledger, which reports every event at once. */
const layerLedger = GatewayEvents.onRaw(
  ({ d, s, t }, { id }) =>
    Effect.sync(() => {
      const data = fieldsOf(d)
      if (t === "READY") sessions.set(id, String(data["session_id"]))
      report({
        _tag: "Event",
        at: now(),
        shard: id,
        session: sessions.get(id) ?? "unknown",
        seq: s,
        t,
        n: typeof data["number"] === "number" ? data["number"] : undefined,
        interaction: t === "INTERACTION_CREATE" ? String(data["id"]) : undefined
      })
    }),
  { concurrency: Infinity }
)

const fast = (first: number, cap: number) =>
  Schedule.min([Schedule.exponential(first), Schedule.spaced(cap)]).pipe(Schedule.jittered)

const layerServices = IdentifyBudget.layer({ reserve: bot.reserve }).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      GatewayEvents.layer,
      IdentifyQueue.layerMemory({ interval: settings.discord.identifyInterval, margin: settings.bot.identifyMargin }),
      GatewayInfo.layer({ timeToLive: 2_000, retry: fast(100, 1_000) }),
      layerSessions((shard, session) => sessions.set(shard, session)).pipe(
        Layer.provide(KeyValueSessionStore.layer({ writeInterval: bot.writeInterval })),
        Layer.provide(layerStore),
        Layer.provide(KeyValueStore.layerFileSystem(directory)),
        Layer.provide(NodeServices.layer)
      )
    )
  ),
  Layer.provideMerge(DiscordRest.layer({ timeout: bot.restTimeout })),
  Layer.provideMerge(DiscordConfig.layerConfig)
)

const layerBot = Bot.layer({
  interactions: definitions,
  runtimes: { resolution: bot.resolution, drain: bot.drain },
  gateway: {
    shards: { index: 0, count: Number(shards), total: Number(shards) },
    intents: ["Guilds", "GuildMessages"],
    resume: fast(50, 1_000),
    identify: fast(100, 1_000),
    stableAfter: 3_000,
    handshakeTimeout: 1_500,
    helloTimeout: 1_500,
    readyTimeout: 2_000,
    resumedTimeout: 1_500,
    closeTimeout: 400,
    shutdownTimeout: bot.shutdownTimeout,
    invalidSessionWait: [100, 400],
    presenceInterval: 500,
    sendLimit: { limit: settings.discord.sendLimit, window: settings.discord.sendWindow },
    compression: compression === "none" ? undefined : (compression as Exclude<Compression, "none">)
  }
}).pipe(Layer.provideMerge(Layer.mergeAll(layerLedger, layerHandlers)), Layer.provideMerge(layerServices))

const blockedLoop = Effect.gen(function* () {
  const interval = 50
  let before = performance.now()
  while (true) {
    yield* Effect.sleep(interval)
    const after = performance.now()
    const millis = Math.round(after - before - interval)
    if (millis >= settings.bounds.lag) report({ _tag: "Lag", at: now(), millis })
    before = after
  }
})

const collect = (globalThis as { readonly gc?: () => void }).gc

const sample = (runtimes: Runtimes.Runtimes["Service"]) =>
  Effect.gen(function* () {
    // The second collection frees what the finalizers of the first have released.
    for (let i = 0; i < 3; i++) {
      collect?.()
      yield* Effect.sleep(50)
    }
    report({ _tag: "Sample", at: now(), heap: process.memoryUsage().heapUsed, runtimes: yield* runtimes.size })
  })

const flood = (manager: ShardManager.ShardManager["Service"], id: ShardId.ShardId, count: number, guild: string) =>
  Effect.forEach(
    Array.from({ length: count }, (_, i) => i),
    (i) =>
      Effect.ignore(
        i % 2 === 0
          ? manager.shard(id).setActivity({ name: `flood ${i}`, type: "playing" })
          : manager.shard(id).updateVoiceState({ guildId: guild, channelId: null })
      ),
    { concurrency: "unbounded", discard: true }
  )

type Running = ShardManager.ShardManager | Runtimes.Runtimes | IdentifyBudget.IdentifyBudget

// Like another manager with the same token would.
const spend = (budget: IdentifyBudget.IdentifyBudget["Service"]) =>
  Effect.catch(Effect.forever(budget.take), ({ reason }) =>
    Effect.map(Clock.currentTimeMillis, (millis) => {
      if (reason._tag === "SessionLimitExhausted") {
        report({ _tag: "Spent", at: now(), millis: Math.round(reason.resetAt - millis) })
      }
    })
  )

const askForMembers = (
  manager: ShardManager.ShardManager["Service"],
  { guild, id, shard }: Extract<Order, { readonly _tag: "Members" }>
) =>
  manager
    .shard(ShardId.make(shard))
    .requestMembers({ guildId: guild, query: "user", timeout: bot.membersTimeout })
    .pipe(
      Stream.runDrain,
      Effect.match({ onSuccess: () => "complete", onFailure: ({ reason }) => reason._tag }),
      Effect.map((outcome) => report({ _tag: "Members", at: now(), id, outcome }))
    )

const obey = (
  order: Order,
  context: Context.Context<Running>,
  stop: Deferred.Deferred<void>
): Effect.Effect<unknown> => {
  const manager = Context.get(context, ShardManager.ShardManager)
  switch (order._tag) {
    case "Stop":
      return Deferred.succeed(stop, undefined)
    case "Sample":
      return sample(Context.get(context, Runtimes.Runtimes))
    case "Flood":
      return flood(manager, ShardId.make(order.shard), order.count, order.guild)
    case "Restart":
      return Effect.ignore(manager.restart(ShardId.make(order.shard), { session: order.session }))
    case "Overlap": {
      const restart = Effect.ignore(manager.restart(ShardId.make(order.shard)))
      const interrupted = Effect.timeoutOrElse(restart, { duration: "5 millis", orElse: () => Effect.void })
      return Effect.all([restart, interrupted, restart], { concurrency: "unbounded", discard: true })
    }
    case "Presence":
      return Effect.ignore(manager.shard(ShardId.make(order.shard)).setActivity({ name: order.text, type: "playing" }))
    case "Spend":
      return spend(Context.get(context, IdentifyBudget.IdentifyBudget))
    case "Members":
      return askForMembers(manager, order)
    case "Store":
      return Effect.sync(() => (trouble.store = order.mode))
    case "Handlers":
      return Effect.sync(() => {
        trouble.handlers = order.mode
        trouble.mistreated = order.count
      })
    case "Jump":
      return Effect.sync(() => (trouble.jump += order.millis))
  }
}

const main = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>()
  // Set up before anything is built, so that no order is missed.
  const early: Array<Order> = []
  let take = (order: Order): void => {
    if (order._tag === "Stop") Deferred.doneUnsafe(stop, Effect.void)
    else early.push(order)
  }
  process.on("message", (order: Order) => take(order))
  // The channel alone does not keep the process alive.
  process.channel?.unref()

  yield* Effect.forkScoped(blockedLoop)
  const built = yield* Effect.forkScoped(Layer.build(layerBot))
  yield* Effect.raceFirst(Fiber.await(built), Deferred.await(stop))
  const exit = built.pollUnsafe()
  if (exit === undefined) return
  const context = yield* Effect.catchCause(exit, (cause) => {
    const error = Cause.squash(cause)
    const reason = error instanceof GatewayError.GatewayError ? error.reason._tag : "unknown"
    report({ _tag: "BootFailed", at: now(), reason, detail: Cause.pretty(cause) })
    process.exitCode = 2
    return Effect.undefined
  })
  if (context === undefined) return
  report({ _tag: "Booted", at: now() })
  // Orders run by the clock of the bot, and end with it.
  const run = yield* FiberSet.runtime(yield* FiberSet.make<unknown>())<never>()
  take = (order) => void run(obey(order, context, stop))
  for (const order of early) take(order)

  yield* Effect.forkScoped(Effect.repeat(checkRuntimes(Context.get(context, Runtimes.Runtimes)), Schedule.spaced(100)))
  const manager = Context.get(context, ShardManager.ShardManager)
  yield* Effect.raceFirst(
    Deferred.await(stop),
    Effect.catch(manager.awaitShutdown, (error) =>
      Effect.sync(() => {
        report({ _tag: "Fatal", at: now(), reason: error.reason._tag, detail: error.message })
        process.exitCode = 1
      })
    )
  )
})

const clock = jumpyClock(await Effect.runPromise(Clock.Clock), () => trouble.jump)
await Effect.runPromise(main.pipe(Effect.scoped, Effect.provideService(Clock.Clock, clock)))
report({ _tag: "Closed", at: now() })
process.disconnect()
// Reports what keeps the process alive. The timer itself does not.
setInterval(() => report({ _tag: "Left", at: now(), resources: process.getActiveResourcesInfo() }), 1_000).unref()
