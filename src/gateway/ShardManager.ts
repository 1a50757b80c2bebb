/**
 * All shards of this process: starts them, keeps them, restarts and stops them.
 *
 * The methods are those of serenity's `ShardManager`. The structure is not: there is one fiber per shard in a map, and to
 * stop a shard is to interrupt its fiber and wait for it, so no acknowledgement can be missed or mixed up.
 */
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
import type * as Redacted from "effect/Redacted"
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
import * as Outbox from "./Outbox.ts"
import type { Presence } from "./Presence.ts"
import { SessionStore } from "./SessionStore.ts"
import * as Shard from "./Shard.ts"
import * as ShardId from "./ShardId.ts"
import * as ShardMessenger from "./ShardMessenger.ts"
import type * as ShardConnection from "./ShardConnection.ts"
import type * as ShardStatus from "./ShardStatus.ts"
import * as SafeStore from "./internal/safeStore.ts"

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
  readonly presence?: Presence | undefined
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
  /** Payloads that a connection may send in a window. Default: Discord's 120 in 60 seconds. */
  readonly sendLimit?: { readonly limit: number; readonly window: Duration.Input } | undefined
  /** Between two presences of a shard. Default: 4 seconds, as Discord ignores more. */
  readonly presenceInterval?: Duration.Input | undefined
  /**
   * How Discord compresses what it sends. zlib-stream saves five sixths of the traffic for a third more CPU, zstd-stream
   * a little more for a little less. Default: none.
   */
  readonly compression?: ShardConnection.Compression | undefined
  /** Guilds with more members than this send no offline members in GUILD_CREATE, 50 to 250. Default: Discord's 50. */
  readonly largeThreshold?: number | undefined
  /** Connects to this URL instead of Discord's, for gateway proxies. */
  readonly wsUrl?: string | undefined
  /** The HTTP agent that opens sockets, for forward proxies. */
  readonly agent?: Agent | undefined
}

/** Shards by number, and what is known of them. */
export type Runners = HashMap.HashMap<ShardId.ShardId, ShardStatus.ShardRunnerInfo>

/** The service. Method by method after serenity's `ShardManager`. */
export class ShardManager extends Context.Service<
  ShardManager,
  {
    /** Whether a fiber for this shard lives here. A shard that is connecting or waiting has one. */
    readonly has: (id: ShardId.ShardId) => Effect.Effect<boolean>
    /**
     * Starts the shards that this manager is responsible for and that are not running. Does not wait for them: see
     * {@link awaitReady}. Fails with `InvalidOptions`, with `SessionLimitExhausted` when the shards without a session
     * have not one IDENTIFY each, and as `GatewayInfo` does.
     */
    readonly initialize: Effect.Effect<void, GatewayError.GatewayError>
    /** Stops all shards and makes the manager responsible for others. Starts none: `initialize` does. */
    readonly setShards: (shards: Assignment | "auto") => Effect.Effect<void, GatewayError.GatewayError>
    /**
     * Stops a shard, if it runs, and starts it. Its session is resumed, unless it is to be a `"new"` one. Fails with
     * `ShardNotRunning` for a shard that this manager is not responsible for.
     */
    readonly restart: (
      id: ShardId.ShardId,
      options?: { readonly session?: "resume" | "new" | undefined }
    ) => Effect.Effect<void, GatewayError.GatewayError>
    /** The numbers of the shards whose fibers live, in order. */
    readonly shardsInstantiated: Effect.Effect<ReadonlyArray<ShardId.ShardId>>
    /**
     * Stops a shard and closes its connection with `code`, by default 1000: 1000 and 1001 end its session, any other of
     * 3000 to 4999 leaves it to be resumed, and the rest are defects. Completes when it has ended; false where there was
     * none, at once.
     */
    readonly shutdown: (id: ShardId.ShardId, code?: number) => Effect.Effect<boolean>
    /**
     * Stops all shards at the same time, within `shutdownTimeout`, and ends {@link awaitShutdown}. With `resumable`, their
     * sessions live on at Discord for some minutes.
     */
    readonly shutdownAll: (options?: { readonly resumable?: boolean | undefined }) => Effect.Effect<void>
    /** The intents as a bit field. */
    readonly intents: number
    /** Ends {@link awaitShutdown} with this value, without touching the shards. */
    readonly returnWithValue: (exit: Exit.Exit<void, GatewayError.GatewayError>) => Effect.Effect<void>
    /** Completes when the shard has ended; at once where none runs. */
    readonly shutdownFinished: (id: ShardId.ShardId) => Effect.Effect<void>
    /** Every shard that was started since the last `setShards`, also those that have ended. */
    readonly runners: Effect.Effect<Runners>
    /** Every step of every shard from now on. A reader that is 4096 steps behind loses the oldest. */
    readonly changes: Stream.Stream<ShardStatus.Change>
    /** Completes when all shards are Connected at the same time. Fails when one has ended, or ends, before. */
    readonly awaitReady: Effect.Effect<void, GatewayError.GatewayError>
    /** Completes on {@link shutdownAll}; fails when a shard, or with `"stop-shard"` the last one, could not go on. */
    readonly awaitShutdown: Effect.Effect<void, GatewayError.GatewayError>
    /** One shard, to send to. */
    readonly shard: (id: ShardId.ShardId) => ShardMessenger.ShardMessenger
    /** The shard that a guild belongs to. Fails with `InvalidOptions` before the total is known. */
    readonly shardFor: (guildId: string) => Effect.Effect<ShardMessenger.ShardMessenger, GatewayError.GatewayError>
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
  const store = SafeStore.make(yield* SessionStore)
  const info = yield* GatewayInfo
  const events = yield* GatewayEvents
  const queue = yield* IdentifyQueue
  const ownBudget = yield* IdentifyBudget.make({ reserve: options.identifyReserve })
  const budget = Option.getOrElse(yield* Effect.serviceOption(IdentifyBudget.IdentifyBudget), () => ownBudget)

  const changes = yield* PubSub.sliding<ShardStatus.Change>(4096)
  const fibers = yield* FiberMap.make<ShardId.ShardId, void>()
  // The newest shard of each number, alive or ended.
  const shards = new Map<ShardId.ShardId, Shard.Shard>()
  // Outlive their shards, for the presence is the bot's wish and not a shard's.
  const outboxes = new Map<ShardId.ShardId, Outbox.Outbox>()
  let wanted = options.shards
  let assignment: Assignment | undefined
  let outcome = Deferred.makeUnsafe<void, GatewayError.GatewayError>()
  // Why all shards were stopped, until the shard that caused it has ended.
  let fatal: GatewayError.GatewayError | undefined

  const settings = resolve(options, config.token, (change) => {
    PubSub.publishUnsafe(changes, change)
  })

  const outboxOf = (id: ShardId.ShardId): Outbox.Outbox => {
    let outbox = outboxes.get(id)
    if (outbox === undefined) {
      outbox = Outbox.make(id, settings.outbox)
      outboxes.set(id, outbox)
    }
    return outbox
  }

  const isRunning = (id: ShardId.ShardId) => FiberMap.hasUnsafe(fibers, id)

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
        duration: options.shutdownTimeout ?? "5 seconds",
        orElse: () => Effect.logWarning("Some shards did not stop in time; they go on stopping by themselves")
      })
    )

  const onFatal = Effect.fnUntraced(function* (id: ShardId.ShardId, error: GatewayError.GatewayError) {
    yield* Effect.logError(`Shard ${id} cannot go on: ${error.message}`)
    const others = [...shards.keys()].some((other) => other !== id && isRunning(other))
    if (options.onFatal === "stop-shard" && others) return
    yield* stopAll(CloseCode.resumable, id)
    fatal = error
  })

  const supervise = (id: ShardId.ShardId, total: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const services = { budget, events, info, outbox: outboxOf(id), queue, store }
      const shard = Shard.make({ ...settings.shard, id, total }, services)
      shards.set(id, shard)
      return shard.run
    }).pipe(
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError(`The fiber of shard ${id} crashed and will be restarted`, Cause.die(defect)),
          Effect.fail(new Crash())
        )
      ),
      Effect.retry({ while: (error) => error._tag === "Crash", schedule: crashPolicy }),
      Effect.catch((error) => (error._tag === "Crash" ? Effect.void : onFatal(id, error)))
    )

  const start = (id: ShardId.ShardId, total: number) =>
    Effect.map(FiberMap.run(fibers, id, supervise(id, total), { onlyIfMissing: true }), (fiber) => {
      // Who waits for the outcome shall find no fiber of the shard that caused it.
      fiber.addObserver(() => {
        if (fatal === undefined) return
        Deferred.doneUnsafe(outcome, Effect.fail(fatal))
        fatal = undefined
      })
    })

  const assign = Effect.suspend((): Effect.Effect<Assignment, GatewayError.GatewayError> => {
    if (assignment !== undefined) return Effect.succeed(assignment)
    if (wanted !== "auto") return Effect.as(validate(wanted), wanted)
    return Effect.map(info.get, ({ shards }) => ({ index: 0, init: shards, total: shards }))
  })

  const initialize = Effect.gen(function* () {
    const { index, init, total } = yield* assign
    assignment = { index, init, total }
    const ids = ShardId.range(index, init).filter((id) => !isRunning(id))
    const sessions = yield* Effect.forEach(
      ids,
      (id) => store.load(Shard.sessionKey(config.token, settings.shard.intents, id, total)),
      { concurrency: 16 }
    )
    const identifies = sessions.filter((session) => session === undefined).length
    if (identifies > 0) yield* budget.require(identifies)
    if (Deferred.isDoneUnsafe(outcome)) outcome = Deferred.makeUnsafe()
    yield* Effect.forEach(ids, (id) => start(id, total), { discard: true })
  })

  const awaitReady = Effect.gen(function* () {
    const subscription = yield* PubSub.subscribe(changes)
    while (true) {
      const ids = assignment === undefined ? [] : ShardId.range(assignment.index, assignment.init)
      const stages = ids.map((id) => shards.get(id)?.status.stage)
      if (stages.length > 0 && stages.every((stage) => stage?._tag === "Connected")) return
      for (const [i, stage] of stages.entries()) {
        if (stage?._tag === "Fatal") return yield* stage.error
        const id = ids[i]
        if (id !== undefined && stage?._tag === "Stopped" && !isRunning(id)) return yield* notRunning(id)
      }
      yield* PubSub.take(subscription)
    }
  }).pipe(Effect.scoped)

  const messenger = (id: ShardId.ShardId) => ShardMessenger.make(id, { events, outbox: outboxOf(id) })

  yield* Effect.addFinalizer(() => {
    const resumable = options.onClose === undefined ? store.durable : options.onClose === "resumable"
    return Effect.andThen(stopAll(resumable ? CloseCode.resumable : CloseCode.normal), store.flush)
  })

  return ShardManager.of({
    has: (id) => Effect.sync(() => isRunning(id)),
    initialize,
    setShards: (next) =>
      Effect.gen(function* () {
        if (next !== "auto") yield* validate(next)
        const sameTotal = next !== "auto" && next.total === assignment?.total
        // Discord ends the sessions of another total; those of the same may be resumed, also by another process.
        yield* stopAll(sameTotal ? CloseCode.resumable : CloseCode.normal)
        shards.clear()
        wanted = next
        assignment = undefined
      }),
    restart: (id, restartOptions) =>
      Effect.gen(function* () {
        const { index, init, total } = yield* assign
        if (id < index || id >= index + init) return yield* notRunning(id)
        const isNew = restartOptions?.session === "new"
        yield* stop(id, isNew ? CloseCode.normal : CloseCode.resumable)
        if (isNew) yield* store.remove(Shard.sessionKey(config.token, settings.shard.intents, id, total))
        yield* start(id, total)
      }),
    shardsInstantiated: Effect.sync(() => [...shards.keys()].filter(isRunning).sort((a, b) => a - b)),
    shutdown: (id, code = CloseCode.normal) =>
      CloseCode.isSendable(code)
        ? stop(id, code)
        : Effect.die(new RangeError(`a client may close with 1000, 1001 or 3000 to 4999, not with ${code}`)),
    shutdownAll: (shutdownOptions) =>
      stopAll(shutdownOptions?.resumable === true ? CloseCode.resumable : CloseCode.normal).pipe(
        Effect.andThen(store.flush),
        Effect.andThen(Effect.sync(() => void Deferred.doneUnsafe(outcome, Effect.void)))
      ),
    intents: settings.shard.intents,
    returnWithValue: (exit) => Effect.sync(() => void Deferred.doneUnsafe(outcome, exit)),
    shutdownFinished: (id) =>
      Effect.suspend(() =>
        Option.match(FiberMap.getUnsafe(fibers, id), {
          onNone: () => Effect.void,
          onSome: (fiber) => Effect.asVoid(Fiber.await(fiber))
        })
      ),
    runners: Effect.map(Clock.currentTimeMillis, (now) =>
      HashMap.fromIterable([...shards].map(([id, { status }]) => [id, status.snapshot(now)] as const))
    ),
    changes: Stream.fromPubSub(changes),
    awaitReady,
    awaitShutdown: Effect.suspend(() => Deferred.await(outcome)),
    shard: messenger,
    shardFor: (guildId) => Effect.map(assign, ({ total }) => messenger(ShardId.fromGuildId(guildId, total)))
  })
})

const notRunning = (shard: ShardId.ShardId) => GatewayError.fail(new GatewayError.ShardNotRunning({ shard }))

const millis = (input: Duration.Input | undefined, otherwise: Duration.Input): number =>
  Duration.toMillis(input ?? otherwise)

const resolve = (
  options: Options,
  token: Redacted.Redacted,
  onChange: (change: ShardStatus.Change) => void
): { readonly shard: Omit<Shard.Config, "id" | "total">; readonly outbox: Outbox.Options } => {
  const sendWindow = millis(options.sendLimit?.window, "1 minute")
  return {
    outbox: {
      limit: options.sendLimit?.limit ?? 120,
      presence: options.presence,
      presenceInterval: millis(options.presenceInterval, "4 seconds"),
      window: sendWindow
    },
    shard: {
      agent: options.agent,
      closeTimeout: millis(options.closeTimeout, "1.5 seconds"),
      compression: options.compression,
      gatewayUrl: options.wsUrl,
      handshakeTimeout: millis(options.handshakeTimeout, "10 seconds"),
      helloTimeout: millis(options.helloTimeout, "20 seconds"),
      identify: options.identify ?? capped("1 second", "10 minutes"),
      intents: Intents.toBits(options.intents),
      invalidSessionWait: [
        millis(options.invalidSessionWait?.[0], "1 second"),
        millis(options.invalidSessionWait?.[1], "5 seconds")
      ],
      largeThreshold: options.largeThreshold,
      onChange,
      readyTimeout: millis(options.readyTimeout, "2 minutes"),
      resume: options.resume ?? capped("250 millis", "15 seconds"),
      resumedTimeout: millis(options.resumedTimeout, "1 minute"),
      sendWindow,
      stableAfter: millis(options.stableAfter, "1 minute"),
      token
    }
  }
}

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
