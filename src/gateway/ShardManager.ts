/**
 * All shards of this process: starts them, keeps them, restarts and stops them.
 *
 * The methods are those of serenity's `ShardManager`. The structure is not: there is one fiber per shard in a map, and to
 * stop a shard is to interrupt its fiber and wait for it, so no acknowledgement can be missed or mixed up.
 */
import type { GatewayPresenceUpdateData } from "discord-api-types/v10"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Agent } from "node:http"
import { DiscordConfig } from "../DiscordConfig.ts"
import * as CloseCode from "./CloseCode.ts"
import * as GatewayError from "./GatewayError.ts"
import { GatewayEvents } from "./GatewayEvents.ts"
import { GatewayInfo } from "./GatewayInfo.ts"
import * as IdentifyBudget from "./IdentifyBudget.ts"
import { IdentifyQueue } from "./IdentifyQueue.ts"
import * as Intents from "./Intents.ts"
import { SessionStore } from "./SessionStore.ts"
import * as Shard from "./Shard.ts"
import * as ShardId from "./ShardId.ts"
import type * as ShardStatus from "./ShardStatus.ts"

/** Which shards run here: `init` of them from number `index` on, of `total` in all processes. */
export interface Assignment {
  readonly index: number
  readonly init: number
  readonly total: number
}

/** Options of {@link layer}. */
export interface Options {
  /** Which shards run here. `"auto"` runs all, as many as Discord recommends when they are initialized. */
  readonly shards: Assignment | "auto"
  /** The events to receive, by name or as a bit field. */
  readonly intents: Intents.Intents
  /** The presence that shards start with. Default: none, which Discord shows as online. */
  readonly presence?: GatewayPresenceUpdateData | undefined
  /**
   * When to connect again where that costs no IDENTIFY. The first attempt after a stable time starts at once; a Schedule
   * that ends makes the shard fail with `GatewayUnavailable`. Default: 250 ms doubling to 15 s, jittered, for ever.
   */
  readonly resume?: Schedule.Schedule<unknown, CloseCode.End> | undefined
  /** When to IDENTIFY again after one that did not last. Default: 1 s doubling to 10 minutes, jittered, for ever. */
  readonly identify?: Schedule.Schedule<unknown, CloseCode.End> | undefined
  /** The part of the daily IDENTIFYs that is never used, from 0 to 1. Default: 0.05. See `IdentifyBudget`. */
  readonly identifyReserve?: number | undefined
  /** What a shard that cannot go on means for the others. Default: `"stop-all"`. */
  readonly onFatal?: "stop-all" | "stop-shard" | undefined
  /**
   * What closing the Layer's scope means for the sessions at Discord: `"end"` takes the bot offline at once,
   * `"resumable"` keeps them for the next process. Default: `"resumable"` with a durable `SessionStore`, else `"end"`.
   */
  readonly onClose?: "end" | "resumable" | undefined
  /** How long a shard must have been Connected for its policies to start over. Default: 1 minute. */
  readonly stableAfter?: Duration.Input | undefined
  /** Longest time for the socket to open. Default: 10 seconds. */
  readonly handshakeTimeout?: Duration.Input | undefined
  /** Longest time from there to HELLO. Default: 20 seconds. */
  readonly helloTimeout?: Duration.Input | undefined
  /** Longest time from IDENTIFY to READY. Discord may take long in an outage. Default: 2 minutes. */
  readonly readyTimeout?: Duration.Input | undefined
  /** Longest time from RESUME, or the last replayed event, to RESUMED. Default: 1 minute. */
  readonly resumedTimeout?: Duration.Input | undefined
  /** Longest time that Discord is given to answer when we close a connection. Default: 1.5 seconds. */
  readonly closeTimeout?: Duration.Input | undefined
  /** Longest time that stopping all shards may take. Default: 5 seconds. */
  readonly shutdownTimeout?: Duration.Input | undefined
  /** Bounds of the random wait after op 9. Default: 1 to 5 seconds, which Discord asked for. */
  readonly invalidSessionWait?: readonly [min: Duration.Input, max: Duration.Input] | undefined
  /** Guilds with more members than this send no offline members in GUILD_CREATE, 50 to 250. Default: Discord's 50. */
  readonly largeThreshold?: number | undefined
  /** Connects to this URL instead of Discord's, for gateway proxies. */
  readonly wsUrl?: string | undefined
  /** The HTTP agent that opens sockets, for forward proxies. */
  readonly agent?: Agent | undefined
}

/** Which shards are running: their numbers and what is known of them. */
export type Runners = HashMap.HashMap<ShardId.ShardId, ShardStatus.ShardRunnerInfo>

/** The service. Method by method after serenity's `ShardManager`. */
export class ShardManager extends Context.Service<
  ShardManager,
  {
    /** Whether a fiber for this shard lives here. A shard that is connecting or waiting has one. */
    readonly has: (id: ShardId.ShardId) => Effect.Effect<boolean>
    /**
     * Starts the shards that this manager is responsible for and that are not running. Does not wait for them: see
     * {@link awaitReady}. Fails with `InvalidOptions`, with `SessionLimitExhausted` when there is not one IDENTIFY left
     * for each, and as {@link GatewayInfo} does.
     */
    readonly initialize: Effect.Effect<void, GatewayError.GatewayError>
    /** Every shard that was started, also those that have ended since. */
    readonly runners: Effect.Effect<Runners>
    /** The numbers of the shards whose fibers live, in order. */
    readonly shardsInstantiated: Effect.Effect<ReadonlyArray<ShardId.ShardId>>
    /** Every step of every shard from now on. A reader that is 4096 steps behind loses the oldest. */
    readonly changes: Stream.Stream<ShardStatus.Change>
    /** Completes when all shards are Connected at the same time. Fails when one cannot go on. */
    readonly awaitReady: Effect.Effect<void, GatewayError.GatewayError>
    /**
     * Stops all shards at the same time, within `shutdownTimeout`, and ends {@link awaitShutdown}. With `resumable`, their
     * sessions live on at Discord for some minutes.
     */
    readonly shutdownAll: (options?: { readonly resumable?: boolean | undefined }) => Effect.Effect<void>
    /** Completes on {@link shutdownAll}; fails when a shard, or with `"stop-shard"` the last one, could not go on. */
    readonly awaitShutdown: Effect.Effect<void, GatewayError.GatewayError>
    /** Ends {@link awaitShutdown} with this value, without touching the shards. */
    readonly returnWithValue: (exit: Exit.Exit<void, GatewayError.GatewayError>) => Effect.Effect<void>
    /** The intents as a bit field. */
    readonly intents: number
  }
>()("fibercord/gateway/ShardManager") {}

const capped = (first: Duration.Input, cap: Duration.Input): Schedule.Schedule<unknown> =>
  Schedule.min([Schedule.exponential(first), Schedule.spaced(cap)]).pipe(Schedule.jittered)

// A shard whose own code failed outside an attempt; the attempts have their own policies.
class Crash {
  readonly _tag = "Crash"
}
const crashPolicy = capped("1 second", "1 minute")

const make = Effect.fnUntraced(function* (options: Options) {
  const config = yield* DiscordConfig
  const store = yield* SessionStore
  const info = yield* GatewayInfo
  const ownBudget = yield* IdentifyBudget.make({ reserve: options.identifyReserve })
  const budget = Option.getOrElse(yield* Effect.serviceOption(IdentifyBudget.IdentifyBudget), () => ownBudget)
  const services: Shard.Services = { budget, events: yield* GatewayEvents, info, queue: yield* IdentifyQueue, store }

  const intents = Intents.toBits(options.intents)
  const invalidSessionWait = options.invalidSessionWait ?? ["1 second", "5 seconds"]
  const shutdownTimeout = options.shutdownTimeout ?? "5 seconds"
  const changes = yield* PubSub.sliding<ShardStatus.Change>(4096)
  const fibers = yield* FiberMap.make<ShardId.ShardId, void>()
  const shards = new Map<ShardId.ShardId, Shard.Shard>()
  let assignment: Assignment | undefined
  let outcome = Deferred.makeUnsafe<void, GatewayError.GatewayError>()

  const shardConfig: Omit<Shard.Config, "id" | "total"> = {
    agent: options.agent,
    closeTimeout: Duration.toMillis(options.closeTimeout ?? "1.5 seconds"),
    gatewayUrl: options.wsUrl,
    handshakeTimeout: Duration.toMillis(options.handshakeTimeout ?? "10 seconds"),
    helloTimeout: Duration.toMillis(options.helloTimeout ?? "20 seconds"),
    identify: options.identify ?? capped("1 second", "10 minutes"),
    intents,
    invalidSessionWait: [Duration.toMillis(invalidSessionWait[0]), Duration.toMillis(invalidSessionWait[1])],
    largeThreshold: options.largeThreshold,
    onChange: (change) => {
      PubSub.publishUnsafe(changes, change)
    },
    presence: () => options.presence,
    readyTimeout: Duration.toMillis(options.readyTimeout ?? "2 minutes"),
    resume: options.resume ?? capped("250 millis", "15 seconds"),
    resumedTimeout: Duration.toMillis(options.resumedTimeout ?? "1 minute"),
    sendWindow: 60_000,
    stableAfter: Duration.toMillis(options.stableAfter ?? "1 minute"),
    token: config.token
  }

  const assign = Effect.suspend((): Effect.Effect<Assignment, GatewayError.GatewayError> => {
    if (assignment !== undefined) return Effect.succeed(assignment)
    if (options.shards === "auto") {
      return Effect.map(info.get, (info) => ({ index: 0, init: info.shards, total: info.shards }))
    }
    return Effect.as(validate(options.shards), options.shards)
  })

  const stop = (id: ShardId.ShardId, code: number): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      const fiber = FiberMap.getUnsafe(fibers, id)
      const shard = shards.get(id)
      if (Option.isNone(fiber) || shard === undefined) return Effect.succeed(false)
      shard.closeCode = code
      return Effect.as(Fiber.interrupt(fiber.value), true)
    })

  const stopAll = (code: number, except?: ShardId.ShardId): Effect.Effect<void> =>
    Effect.suspend(() => {
      const ids = [...shards.keys()].filter((id) => id !== except)
      return Effect.forEach(ids, (id) => stop(id, code), { concurrency: "unbounded", discard: true })
    }).pipe(
      Effect.timeoutOrElse({
        duration: shutdownTimeout,
        orElse: () => Effect.logWarning("Some shards did not stop in time; they go on stopping by themselves")
      })
    )

  const onFatal = Effect.fnUntraced(function* (id: ShardId.ShardId, error: GatewayError.GatewayError) {
    yield* Effect.annotateLogs(Effect.logError(`Shard ${id} cannot go on: ${error.message}`), { shard: id })
    const others = [...shards.keys()].some((other) => other !== id && FiberMap.hasUnsafe(fibers, other))
    if (options.onFatal === "stop-shard" && others) return
    yield* stopAll(CloseCode.resumable, id)
    Deferred.doneUnsafe(outcome, Effect.fail(error))
  })

  const supervise = (id: ShardId.ShardId, total: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const shard = Shard.make({ ...shardConfig, id, total }, services)
      shards.set(id, shard)
      return shard.run
    }).pipe(
      Effect.catchDefect((defect) =>
        Effect.flatMap(
          Effect.logError(`The fiber of shard ${id} crashed and will be restarted`, Cause.die(defect)),
          () => Effect.fail(new Crash())
        )
      ),
      Effect.retry({ while: (error) => error._tag === "Crash", schedule: crashPolicy }),
      Effect.catch((error) => (error._tag === "Crash" ? Effect.void : onFatal(id, error)))
    )

  const start = (id: ShardId.ShardId, total: number) =>
    FiberMap.run(fibers, id, supervise(id, total), { onlyIfMissing: true })

  const isReady = () => {
    if (assignment === undefined) return false
    return ShardId.range(assignment.index, assignment.init).every(
      (id) => shards.get(id)?.status.stage._tag === "Connected"
    )
  }

  const ready = Effect.gen(function* () {
    const subscription = yield* PubSub.subscribe(changes)
    while (!isReady()) {
      const { to } = yield* PubSub.take(subscription)
      if (to._tag === "Fatal") return yield* to.error
    }
  })

  yield* Effect.addFinalizer(() => {
    const resumable = options.onClose === undefined ? store.durable : options.onClose === "resumable"
    return Effect.andThen(stopAll(resumable ? CloseCode.resumable : CloseCode.normal), store.flush)
  })

  return ShardManager.of({
    has: (id) => Effect.sync(() => FiberMap.hasUnsafe(fibers, id)),
    initialize: Effect.gen(function* () {
      const { index, init, total } = (assignment = yield* assign)
      if (Deferred.isDoneUnsafe(outcome)) outcome = Deferred.makeUnsafe()
      yield* Effect.forEach(ShardId.range(index, init), (id) => start(id, total), { discard: true })
    }),
    runners: Effect.map(Clock.currentTimeMillis, (now) =>
      HashMap.fromIterable([...shards].map(([id, { status }]) => [id, status.snapshot(now)] as const))
    ),
    shardsInstantiated: Effect.sync(() =>
      [...shards.keys()].filter((id) => FiberMap.hasUnsafe(fibers, id)).sort((a, b) => a - b)
    ),
    changes: Stream.fromPubSub(changes),
    awaitReady: Effect.scoped(ready),
    shutdownAll: (options) =>
      Effect.andThen(
        stopAll(options?.resumable === true ? CloseCode.resumable : CloseCode.normal),
        Effect.andThen(
          store.flush,
          Effect.sync(() => {
            Deferred.doneUnsafe(outcome, Effect.void)
          })
        )
      ),
    awaitShutdown: Effect.suspend(() => Deferred.await(outcome)),
    returnWithValue: (exit) =>
      Effect.sync(() => {
        Deferred.doneUnsafe(outcome, exit)
      }),
    intents
  })
})

const validate = ({ index, init, total }: Assignment): Effect.Effect<void, GatewayError.GatewayError> =>
  [index, init, total].every(Number.isInteger) && index >= 0 && init >= 1 && index + init <= total
    ? Effect.void
    : Effect.fail(
        GatewayError.fail(
          new GatewayError.InvalidOptions({
            option: "shards",
            detail: `${init} shard(s) from number ${index} on do not fit into a total of ${total}`
          })
        )
      )

/** Runs shards by these options. Boots nothing until `initialize`; closing its scope stops all. */
export const layer = (
  options: Options
): Layer.Layer<
  ShardManager,
  GatewayError.GatewayError,
  DiscordConfig | GatewayEvents | GatewayInfo | IdentifyQueue | SessionStore
> =>
  Layer.effect(
    ShardManager,
    Effect.andThen(options.shards === "auto" ? Effect.void : validate(options.shards), make(options))
  )
