/**
 * All shards of this process: starts them, keeps them, restarts and stops them.
 *
 * The methods are those of serenity's `ShardManager`. The structure is not: there is one fiber per shard in a map, and
 * to stop a shard is to interrupt its fiber and wait for it, so no acknowledgement can be missed or mixed up.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Agent } from "node:http"
import { DiscordConfig } from "../DiscordConfig.ts"
import * as CloseCode from "./CloseCode.ts"
import * as GatewayError from "./GatewayError.ts"
import { GatewayEvents } from "./GatewayEvents.ts"
import { GatewayInfo } from "./GatewayInfo.ts"
import * as IdentifyBudget from "./IdentifyBudget.ts"
import { IdentifyQueue } from "./IdentifyQueue.ts"
import type * as Intents from "./Intents.ts"
import * as Outbox from "./Outbox.ts"
import type { Presence } from "./Presence.ts"
import { SessionStore } from "./SessionStore.ts"
import * as Shard from "./Shard.ts"
import * as ShardId from "./ShardId.ts"
import * as ShardMessenger from "./ShardMessenger.ts"
import type * as ShardConnection from "./ShardConnection.ts"
import type * as ShardStatus from "./ShardStatus.ts"
import * as Generation from "./internal/generation.ts"
import type { Assignment } from "./internal/generation.ts"
import { resolve } from "./internal/managerSettings.ts"
import * as Reshard from "./internal/reshard.ts"
import * as SafeStore from "./internal/safeStore.ts"

export type { Assignment } from "./internal/generation.ts"

/** Options of {@link layer}. */
export interface Options {
  /** Which shards run here. `"auto"` runs all, as many as Discord recommends when they are initialized. */
  readonly shards: Assignment | "auto"
  /** The events to receive, by name or as a bit field. */
  readonly intents: Intents.Intents
  /** The presence that shards start with. Default: none, which Discord shows as online. */
  readonly presence?: Presence | undefined
  /**
   * When to connect again where that costs no IDENTIFY. The first attempt after a stable time starts at once; a
   * Schedule that ends makes the shard fail with `GatewayUnavailable`. Default: 250 ms doubling to 15 s, jittered, for
   * ever.
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
  /** Longest time from RESUME, or the last replayed event, to RESUMED; ten times that in all. Default: 1 minute. */
  readonly resumedTimeout?: Duration.Input | undefined
  /** Longest time that Discord is given to answer when we close a connection. Default: 1.5 seconds. */
  readonly closeTimeout?: Duration.Input | undefined
  /** Longest time that stopping all shards may take. Default: 5 seconds. */
  readonly shutdownTimeout?: Duration.Input | undefined
  /** Bounds of the random wait after op 9. Default: 1 to 5 seconds, which Discord asked for. */
  readonly invalidSessionWait?: readonly [min: Duration.Input, max: Duration.Input] | undefined
  /**
   * How far apart the same event may come from two sessions, when shards are replaced by `reshard`. Default: 5 seconds.
   */
  readonly reshardOverlap?: Duration.Input | undefined
  /**
   * Payloads that a connection may send in a window. Default: Discord's 120 in 60 seconds. `margin` is added to the
   * window, so that uneven delays on the way cannot bring two bursts into one of Discord's. Default: 500 millis.
   */
  readonly sendLimit?:
    | { readonly limit: number; readonly window: Duration.Input; readonly margin?: Duration.Input | undefined }
    | undefined
  /** Between two presences of a shard. Default: 4 seconds; Discord documents no limit of its own today. */
  readonly presenceInterval?: Duration.Input | undefined
  /**
   * How Discord compresses what it sends. zlib-stream saves five sixths of the traffic for a third more CPU,
   * zstd-stream a little more for a little less. Default: none.
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
     * Replaces the shards by others without a gap: the new ones are connected beside the old, both are heard for twice
     * `reshardOverlap` with each event handled once, and then the old ones are stopped and their sessions ended. Where
     * the new ones cannot all be connected, or this Effect is interrupted, they are stopped and the old ones carry on
     * as if nothing had been. Fails with what was in the way; uses one IDENTIFY for each new shard.
     */
    readonly reshard: (shards: Assignment | "auto") => Effect.Effect<void, GatewayError.GatewayError>
    /**
     * Stops a shard, if it runs, and starts it. Its session is resumed, unless it is to be a `"new"` one. Fails with
     * `ShardNotRunning` for a shard that this manager is not responsible for, and while all shards are being stopped
     * because one cannot go on, with its reason.
     */
    readonly restart: (
      id: ShardId.ShardId,
      options?: { readonly session?: "resume" | "new" | undefined }
    ) => Effect.Effect<void, GatewayError.GatewayError>
    /** The numbers of the shards whose fibers live, in order. */
    readonly shardsInstantiated: Effect.Effect<ReadonlyArray<ShardId.ShardId>>
    /**
     * Stops a shard and closes its connection with `code`, by default 1000: 1000 and 1001 end its session, any other of
     * 3000 to 4999 leaves it to be resumed, and the rest are defects. Completes when it has ended; false where there
     * was none, at once.
     */
    readonly shutdown: (id: ShardId.ShardId, code?: number) => Effect.Effect<boolean>
    /**
     * Stops all shards at the same time, within `shutdownTimeout`, and ends {@link awaitShutdown}. With `resumable`,
     * their sessions live on at Discord for some minutes.
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
    /** The shard that a guild belongs to. Fails as `GatewayInfo` does while `"auto"` has not been resolved. */
    readonly shardFor: (guildId: string) => Effect.Effect<ShardMessenger.ShardMessenger, GatewayError.GatewayError>
  }
>()("fibercord/gateway/ShardManager") {}

const make = Effect.fnUntraced(function* (options: Options) {
  const discordConfig = yield* DiscordConfig
  const store = SafeStore.make(yield* SessionStore)
  const info = yield* GatewayInfo
  const events = yield* GatewayEvents
  const queue = yield* IdentifyQueue
  const ownBudget = yield* IdentifyBudget.make({ reserve: options.identifyReserve })
  const budget = Option.getOrElse(yield* Effect.serviceOption(IdentifyBudget.IdentifyBudget), () => ownBudget)
  // Closed after the shards have been stopped, because a scope closes its newest first.
  const scope = yield* Scope.fork(yield* Effect.scope)
  const changes = yield* Effect.acquireRelease(PubSub.sliding<ShardStatus.Change>(4096), PubSub.shutdown)
  const settings = resolve(options, discordConfig, (change) => {
    PubSub.publishUnsafe(changes, change)
  })

  let wanted = options.shards
  let current: Generation.Generation | undefined
  // The generation that is to replace the current one.
  let pending: Generation.Generation | undefined
  // Outlive their shards, for the presence is the bot's wish and not a shard's.
  let outboxes = new Map<ShardId.ShardId, Outbox.Outbox>()
  let outcome = Deferred.makeUnsafe<void, GatewayError.GatewayError>()
  // Why all shards are being stopped, and the shard that it came from.
  let fatal: { readonly id: ShardId.ShardId; readonly error: GatewayError.GatewayError } | undefined

  const outboxIn = (all: Map<ShardId.ShardId, Outbox.Outbox>, id: ShardId.ShardId): Outbox.Outbox => {
    let outbox = all.get(id)
    if (outbox === undefined) {
      outbox = Outbox.make(id, settings.outbox)
      all.set(id, outbox)
    }
    return outbox
  }

  const onFatal = Effect.fnUntraced(function* (
    of: Generation.Generation,
    id: ShardId.ShardId,
    error: GatewayError.GatewayError
  ) {
    yield* Effect.logError(`Shard ${id} of ${of.assignment.total} cannot go on: ${error.message}`)
    // What that means for a reshard is decided there.
    if (of !== current) return
    if (options.onFatal === "stop-shard" && of.running().some((other) => other !== id)) return
    fatal ??= { id, error }
    yield* stopAll(CloseCode.resumable, id)
  })

  const generate = (assignment: Assignment, all: Map<ShardId.ShardId, Outbox.Outbox>) =>
    Generation.make(
      {
        assignment,
        config: settings.shard,
        events,
        onEnded: (id) => {
          // Who waits for the outcome shall find no fiber of the shard that caused it.
          if (fatal === undefined || (fatal.id !== id && current?.running().length !== 0)) return
          const { error } = fatal
          // Before anybody hears of it: who does may start shards in the same call.
          fatal = undefined
          Deferred.doneUnsafe(outcome, Effect.fail(error))
        },
        onFatal,
        outboxOf: (id) => outboxIn(all, id),
        services: { budget, info, queue, store },
        shutdownTimeout: settings.shutdownTimeout
      },
      scope
    )

  const stopAll = (code: number, except?: ShardId.ShardId): Effect.Effect<void> =>
    Effect.suspend(() =>
      Effect.forEach([current, pending], (each) => each?.stopAll(code, except) ?? Effect.void, {
        concurrency: "unbounded",
        discard: true
      })
    )

  const resolveShards = (shards: Assignment | "auto"): Effect.Effect<Assignment, GatewayError.GatewayError> =>
    shards === "auto"
      ? Effect.map(info.get, ({ shards }) => ({ index: 0, init: shards, total: shards }))
      : Effect.as(validate(shards), shards)

  const assigned = Effect.suspend(() =>
    current === undefined
      ? Effect.flatMap(resolveShards(wanted), (assignment) =>
          Effect.map(generate(assignment, outboxes), (made) => (current ??= made))
        )
      : Effect.succeed(current)
  )

  const sessionOf = (id: ShardId.ShardId, total: number) =>
    Shard.sessionKey(discordConfig.token, settings.shard.intents, id, total)

  const start = (generation: Generation.Generation, id: ShardId.ShardId) =>
    Effect.suspend((): Effect.Effect<void, GatewayError.GatewayError> => {
      // All are being stopped: one that started now would be left alone, and whoever waits for the end with it.
      if (fatal !== undefined) return Effect.fail(fatal.error)
      // What ended before is no outcome of what starts now.
      if (Deferred.isDoneUnsafe(outcome)) outcome = Deferred.makeUnsafe()
      return generation.start(id)
    })

  const initialize = Effect.gen(function* () {
    const generation = yield* assigned
    const { total } = generation.assignment
    const ids = generation.ids.filter((id) => !generation.isRunning(id))
    const sessions = yield* Effect.forEach(ids, (id) => store.load(sessionOf(id, total)), { concurrency: 16 })
    const identifies = sessions.filter((session) => session === undefined).length
    if (identifies > 0) yield* budget.require(identifies)
    yield* Effect.forEach(ids, (id) => start(generation, id), { discard: true })
  })

  const ready = (of: () => Generation.Generation | undefined) =>
    Effect.gen(function* () {
      const subscription = yield* PubSub.subscribe(changes)
      while (true) {
        const generation = of()
        const stages = generation?.ids.map((id) => ({ id, stage: generation.stageOf(id) })) ?? []
        if (stages.length > 0 && stages.every(({ stage }) => stage?._tag === "Connected")) return
        for (const { id, stage } of stages) {
          if (stage?._tag === "Fatal") return yield* stage.error
          if (stage?._tag === "Stopped" && generation?.isRunning(id) === false) return yield* notRunning(id)
        }
        yield* PubSub.take(subscription)
      }
    }).pipe(Effect.scoped)

  const setShards = Effect.fnUntraced(function* (next: Assignment | "auto") {
    if (next !== "auto") yield* validate(next)
    const sameTotal = next !== "auto" && next.total === current?.assignment.total
    // Discord ends the sessions of another total; those of the same may be resumed, also by another process.
    yield* stopAll(sameTotal ? CloseCode.resumable : CloseCode.normal)
    const old = current
    wanted = next
    current = undefined
    if (old !== undefined) yield* old.dispose
  })

  const reshardOnce = Effect.fn("ShardManager.reshard")(function* (next: Assignment | "auto") {
    const assignment = yield* resolveShards(next)
    const from = current
    if (from === undefined || from.running().length === 0) {
      yield* setShards(next)
      yield* initialize
      return yield* ready(() => current)
    }
    yield* budget.require(assignment.init)
    const nextOutboxes = new Map<ShardId.ShardId, Outbox.Outbox>()
    const handOverPresences = Effect.forEach(
      outboxes,
      ([id, outbox]) => {
        const presence = outbox.presence()
        const next = outboxIn(nextOutboxes, id)
        return presence === undefined || presence === next.presence() ? Effect.void : next.setPresence(presence)
      },
      { discard: true }
    )
    yield* handOverPresences
    yield* Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const to = yield* generate(assignment, nextOutboxes)
        const takeOver = Reshard.takeOver({ events, from, ready: ready(() => to), settle: settings.reshardOverlap, to })
        pending = to
        const exit = yield* Effect.exit(restore(takeOver))
        pending = undefined
        if (Exit.isFailure(exit)) {
          yield* to.dispose
          return yield* exit
        }
        yield* handOverPresences
        wanted = next
        current = to
        outboxes = nextOutboxes
        Reshard.mute(from)
        yield* from.stopAll(CloseCode.normal)
        yield* from.dispose
        const alone = Effect.sync(() => Reshard.unmute(to, events))
        yield* Effect.forkIn(Effect.delay(alone, settings.reshardOverlap), scope)
      })
    )
  })

  let isResharding = false
  const reshard = (next: Assignment | "auto") =>
    Effect.suspend(() => {
      if (isResharding) return Effect.fail(invalid("reshard", "another one is under way"))
      isResharding = true
      return Effect.ensuring(
        reshardOnce(next),
        Effect.sync(() => {
          isResharding = false
        })
      )
    })

  const messenger = (id: ShardId.ShardId) => ShardMessenger.make(id, { events, outbox: () => outboxIn(outboxes, id) })

  yield* Effect.addFinalizer(() => {
    const resumable = isResumableOnClose(options.onClose, store.durable)
    return Effect.andThen(stopAll(resumable ? CloseCode.resumable : CloseCode.normal), store.flush)
  })

  return ShardManager.of({
    has: (id) => Effect.sync(() => current?.isRunning(id) ?? false),
    initialize,
    setShards,
    reshard,
    restart: (id, restartOptions) =>
      Effect.gen(function* () {
        const generation = yield* assigned
        if (!generation.ids.includes(id)) return yield* notRunning(id)
        const isNew = restartOptions?.session === "new"
        yield* generation.stop(id, isNew ? CloseCode.normal : CloseCode.resumable)
        if (isNew) yield* store.remove(sessionOf(id, generation.assignment.total))
        yield* start(generation, id)
      }),
    shardsInstantiated: Effect.sync(() => current?.running() ?? []),
    shutdown: (id, code = CloseCode.normal) =>
      CloseCode.isSendable(code)
        ? Effect.suspend(() => current?.stop(id, code) ?? Effect.succeed(false))
        : Effect.die(new RangeError(`a client may close with 1000, 1001 or 3000 to 4999, not with ${code}`)),
    shutdownAll: (shutdownOptions) =>
      stopAll(shutdownOptions?.resumable === true ? CloseCode.resumable : CloseCode.normal).pipe(
        Effect.andThen(store.flush),
        Effect.andThen(Effect.sync(() => void Deferred.doneUnsafe(outcome, Effect.void)))
      ),
    intents: settings.shard.intents,
    returnWithValue: (exit) => Effect.sync(() => void Deferred.doneUnsafe(outcome, exit)),
    shutdownFinished: (id) => Effect.suspend(() => current?.ended(id) ?? Effect.void),
    runners: Effect.map(Clock.currentTimeMillis, (now) =>
      HashMap.fromIterable((current?.statuses() ?? []).map((status) => [status.id, status.snapshot(now)] as const))
    ),
    changes: Stream.fromPubSub(changes),
    awaitReady: ready(() => current),
    awaitShutdown: Effect.suspend(() => Deferred.await(outcome)),
    shard: messenger,
    shardFor: (guildId) =>
      Effect.map(assigned, ({ assignment }) => messenger(ShardId.fromGuildId(guildId, assignment.total)))
  })
})

/** Whether sessions are kept when the scope closes; `durable` is the session store's. */
export const isResumableOnClose = (onClose: Options["onClose"], durable: boolean): boolean =>
  onClose === undefined ? durable : onClose === "resumable"

const notRunning = (shard: ShardId.ShardId) => GatewayError.fail(new GatewayError.ShardNotRunning({ shard }))

const invalid = (option: string, detail: string) =>
  GatewayError.fail(new GatewayError.InvalidOptions({ option, detail }))

const validate = ({ index, init, total }: Assignment): Effect.Effect<void, GatewayError.GatewayError> =>
  [index, init, total].every(Number.isInteger) && index >= 0 && init >= 1 && index + init <= total
    ? Effect.void
    : Effect.fail(invalid("shards", `${init} from number ${index} on do not fit into a total of ${total}`))

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
