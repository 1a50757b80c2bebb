/**
 * All shards of this process: starts them, keeps them connected, restarts and stops them.
 *
 * The methods are modelled on those of serenity's `ShardManager`. Every shard has one fiber, and stopping a shard means
 * interrupting its fiber and waiting for it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import type { Agent } from "node:http"
import type { DiscordConfig } from "../DiscordConfig.ts"
import * as Inspection from "../internal/Inspection.ts"
import * as CloseCode from "./CloseCode.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { GatewayEvents } from "./GatewayEvents.ts"
import type { GatewayInfo } from "./GatewayInfo.ts"
import type { IdentifyQueue } from "./IdentifyQueue.ts"
import * as Inspected from "./inspected.ts"
import type * as Intents from "./Intents.ts"
import type { Presence } from "./Presence.ts"
import type { SessionStore } from "./SessionStore.ts"
import * as ShardId from "./ShardId.ts"
import type * as ShardMessenger from "./ShardMessenger.ts"
import type * as ShardStatus from "./ShardStatus.ts"
import { assign } from "./internal/assign.ts"
import * as Generation from "./internal/generation.ts"
import * as Manager from "./internal/manager.ts"
import * as Settings from "./internal/managerSettings.ts"
import { awaitReady } from "./internal/readiness.ts"
import { reshard } from "./internal/reshard.ts"

/** Shards in a row: `count` of them, starting with number `index`, of `total` in all processes. */
export interface ShardRange {
  readonly index: number
  readonly count: number
  readonly total: number
}

/** Any shards: those with these numbers, in any order, of `total` in all processes. None is possible too. */
export interface ShardSet {
  readonly ids: ReadonlyArray<number>
  readonly total: number
}

/** Which shards run in this process. */
export type Assignment = ShardRange | ShardSet

/** How Discord compresses what it sends. Source: Discord, "Transport Compression". */
export type Compression = "zlib-stream" | "zstd-stream"

/** Options of {@link layer}. */
export interface Options {
  /** Which shards run here. `"auto"` runs all of them, as many as Discord recommends on `initialize`. */
  readonly shards: Assignment | "auto"
  /** The events to receive, by name or as a bit field. */
  readonly intents: Intents.Intents
  /** The presence to start with. Default: none, which Discord shows as online. */
  readonly presence?: Presence | undefined
  /**
   * When to connect again if that costs no IDENTIFY. The first attempt after a stable time starts immediately. When the
   * Schedule ends, the shard fails with `GatewayUnavailable`. Default: after 250 milliseconds, doubling up to 15
   * seconds, with jitter and without end.
   */
  readonly resume?: Schedule.Schedule<unknown, CloseCode.End> | undefined
  /**
   * When to IDENTIFY again after an IDENTIFY that did not last. When the Schedule ends, the shard fails with
   * `GatewayUnavailable`. Default: after 1 second, doubling up to 10 minutes, with jitter and without end.
   */
  readonly identify?: Schedule.Schedule<unknown, CloseCode.End> | undefined
  /**
   * The part of the daily IDENTIFYs that is never used, from 0 to 1. Default: 0.05. Ignored when an `IdentifyBudget` is
   * provided.
   */
  readonly identifyReserve?: number | undefined
  /**
   * What happens when a shard cannot go on: `"stop-all"` stops all shards, `"stop-shard"` lets the others continue.
   * Default: `"stop-all"`.
   */
  readonly onFatal?: "stop-all" | "stop-shard" | undefined
  /**
   * What happens to the sessions at Discord when the Layer's scope closes: `"end"` takes the bot offline immediately,
   * and `"resumable"` keeps them for the next process. Default: `"resumable"` with a durable `SessionStore`, otherwise
   * `"end"`.
   */
  readonly onClose?: "end" | "resumable" | undefined
  /** How long a shard has to be Connected for `resume` and `identify` to start over. Default: 1 minute. */
  readonly stableAfter?: Duration.Input | undefined
  /** The longest time for the socket to open. Default: 10 seconds. */
  readonly handshakeTimeout?: Duration.Input | undefined
  /** The longest time from then until HELLO. Default: 20 seconds. */
  readonly helloTimeout?: Duration.Input | undefined
  /** The longest time from IDENTIFY until READY, which may be long in an outage. Default: 2 minutes. */
  readonly readyTimeout?: Duration.Input | undefined
  /**
   * The longest time from RESUME, or from the last replayed event, until RESUMED. Ten times as long in all. Default: 1
   * minute.
   */
  readonly resumedTimeout?: Duration.Input | undefined
  /** The longest wait for Discord to answer when a shard closes its connection. Default: 1.5 seconds. */
  readonly closeTimeout?: Duration.Input | undefined
  /** The longest time for all shards to stop. Default: 5 seconds. */
  readonly shutdownTimeout?: Duration.Input | undefined
  /** The bounds of the random wait after an invalid session (op 9). Default: Discord's 1 to 5 seconds. */
  readonly invalidSessionWait?: readonly [min: Duration.Input, max: Duration.Input] | undefined
  /**
   * How far apart the same event may arrive in two sessions whose shards are Connected, while `reshard` replaces
   * shards. Default: 5 seconds.
   */
  readonly reshardOverlap?: Duration.Input | undefined
  /**
   * How many payloads a connection may send in a window. Default: Discord's 120 in 60 seconds. `margin` is added to the
   * window, so that uneven network delays cannot bring two bursts into one window. Its default: 500 milliseconds.
   */
  readonly sendLimit?:
    | { readonly limit: number; readonly window: Duration.Input; readonly margin?: Duration.Input | undefined }
    | undefined
  /** The least time between two presences of a shard. Default: 4 seconds. Discord documents no limit. */
  readonly presenceInterval?: Duration.Input | undefined
  /**
   * How Discord compresses what it sends. `"zlib-stream"` saves five sixths of the traffic and takes a third more CPU.
   * `"zstd-stream"` saves a little more and takes a little less. Default: no compression.
   */
  readonly compression?: Compression | undefined
  /** GUILD_CREATE lists no offline members of guilds larger than this, from 50 to 250. Default: Discord's 50. */
  readonly largeThreshold?: number | undefined
  /** The URL to connect to, for gateway proxies. Default: Discord's. */
  readonly gatewayUrl?: string | undefined
  /** The HTTP agent that opens the sockets, for forward proxies. */
  readonly agent?: Agent | undefined
}

/** What is known about each shard, by its number. */
export type Runners = HashMap.HashMap<ShardId.ShardId, ShardStatus.ShardRunnerInfo>

/**
 * The service. Operations that start shards (`initialize`, `assign`, `restart`, `reshard`) run one at a time, in the order of their
 * calls. Those that stop all of them (`setShards`, `shutdownAll`, `close`, a shard that cannot go on, the end of the
 * scope) overtake them: what is under way or waits fails with `Overtaken`, and leaves no shard running.
 */
export class ShardManager extends Context.Service<
  ShardManager,
  {
    /** Whether the shard runs here. A shard that is connecting or waiting runs too. */
    readonly has: (id: ShardId.ShardId) => Effect.Effect<boolean>
    /**
     * Starts the shards that this manager is responsible for and that do not run. Does not wait for them to connect:
     * see {@link awaitReady}. Fails with `InvalidOptions`, with `SessionLimitExhausted` when there is not one IDENTIFY
     * for each shard without a session, like `GatewayInfo`, and with the reason for which all shards are being stopped.
     * When it is interrupted, it has started all of them or none.
     */
    readonly initialize: Effect.Effect<void, GatewayError>
    /**
     * Stops all shards and makes the manager responsible for others, which {@link initialize} starts. With another
     * total, forgets the sessions of the old one. {@link awaitShutdown} goes on waiting meanwhile. When it is
     * interrupted, it is done all the same, and completes `awaitShutdown`, because nobody is left to start the others.
     * Fails with `InvalidOptions`.
     */
    readonly setShards: (shards: Assignment | "auto") => Effect.Effect<void, GatewayError>
    /**
     * Makes the manager responsible for exactly these shards of the same total, in any order: starts those of them that do
     * not run, also those that cannot go on or were taken by another process, and stops those that are not among them.
     * Shards that run and stay are not touched. `[]` leaves a manager that waits for others: it is ready, and does not
     * complete {@link awaitShutdown}. `"auto"` is resolved first, and given up for this list.
     *
     * Shards are stopped resumable, and this completes when they have ended: with a `SessionStore` that processes share,
     * another process can RESUME them then. Does not wait for the new ones to connect: see {@link awaitReady}.
     *
     * Fails like {@link initialize}, and with `InvalidOptions` when there is no shard of such a number, or one is listed
     * twice. Nothing has changed then, nor when it is interrupted before it has begun to change something; later, it is
     * done all the same. Shards that are to leave wait until the events of a `reshard` have settled.
     */
    readonly assign: (ids: ReadonlyArray<number>) => Effect.Effect<void, GatewayError>
    /**
     * Replaces the shards by those of another total without a gap. The new shards connect beside the old ones and
     * receive their guilds, while each event is handled once. When no shard of either was away for `reshardOverlap`,
     * the old ones are stopped and their sessions ended. Payloads that wait go to the shards that serve the same guilds,
     * presences stay, and new numbers get the presence that was set last. Uses one IDENTIFY for each new shard.
     *
     * When a new shard cannot connect, or this Effect is interrupted before the old shards are being stopped, the new
     * ones are stopped and the old ones continue. Fails with `InvalidOptions`, also while another reshard is under way
     * or when the total is the one that there is (`"auto"` then does nothing), and with the reason for which a new
     * shard could not connect.
     */
    readonly reshard: (shards: Assignment | "auto") => Effect.Effect<void, GatewayError>
    /**
     * Stops a shard, if it runs, and starts it. Its session is resumed, unless `session` is `"new"`. Default:
     * `"resume"`. Fails with `ShardNotRunning` for a shard that this manager is not responsible for, and, while all
     * shards are being stopped because one cannot go on, with the reason. When it is interrupted after it has told the
     * shard to stop, the shard starts again all the same.
     */
    readonly restart: (
      id: ShardId.ShardId,
      options?: { readonly session?: "resume" | "new" | undefined }
    ) => Effect.Effect<void, GatewayError>
    /** The numbers of the shards that run, in order. */
    readonly shardsInstantiated: Effect.Effect<ReadonlyArray<ShardId.ShardId>>
    /**
     * Stops a shard, waits until it has ended, and returns whether it ran. Its connection is closed with `code`: 1000
     * (the default) and 1001 end the session, and 3000 to 4999 keep it. Any other code is a defect. When it is
     * interrupted, the shard stops all the same. When the last shard was stopped, completes {@link awaitShutdown}.
     */
    readonly shutdown: (id: ShardId.ShardId, code?: number) => Effect.Effect<boolean>
    /**
     * Stops all shards at the same time, within `shutdownTimeout`, and completes {@link awaitShutdown}. With
     * `resumable`, Discord keeps their sessions for some minutes. Default: false. When it is interrupted, it is done all
     * the same.
     */
    readonly shutdownAll: (options?: { readonly resumable?: boolean | undefined }) => Effect.Effect<void>
    /** Stops all shards as closing the layer's scope does: `onClose` says what becomes of their sessions. */
    readonly close: Effect.Effect<void>
    /** The intents as a bit field. */
    readonly intents: number
    /** Completes {@link awaitShutdown} with this value, and leaves the shards alone. */
    readonly returnWithValue: (exit: Exit.Exit<void, GatewayError>) => Effect.Effect<void>
    /** Completes when the shard has ended; immediately when it does not run. */
    readonly shutdownFinished: (id: ShardId.ShardId) => Effect.Effect<void>
    /**
     * Every shard that was started since the last `setShards` or `reshard`, including those that have ended, but without
     * those that {@link assign} has taken away once they have ended.
     */
    readonly runners: Effect.Effect<Runners>
    /** Every step of every shard from now on. A reader that falls 4096 steps behind loses the oldest ones. */
    readonly changes: Stream.Stream<ShardStatus.Change>
    /**
     * Completes when all shards are Connected at the same time, and at once when this manager is to run none. Fails when
     * one has ended or ends before that, unless it is being restarted.
     */
    readonly awaitReady: Effect.Effect<void, GatewayError>
    /**
     * Completes after {@link shutdownAll}, and when the last shard has ended and nothing is under way that would start
     * one. A manager that was assigned no shards waits for some. Fails when a shard could not go on, with `onFatal: "stop-shard"` when the last one could not.
     */
    readonly awaitShutdown: Effect.Effect<void, GatewayError>
    /** The messenger of a shard, to send to. */
    readonly shard: (id: ShardId.ShardId) => ShardMessenger.ShardMessenger
    /**
     * The messenger of the shard that serves a guild. While `"auto"` has not been resolved, fails like `GatewayInfo`.
     */
    readonly shardFor: (guildId: string) => Effect.Effect<ShardMessenger.ShardMessenger, GatewayError>
  }
>()("fibercord/gateway/ShardManager") {}

const make = Effect.fnUntraced(function* (options: Options) {
  const manager = yield* Manager.make(options)
  const { changes, outcome, settings } = manager
  const service = ShardManager.of({
    has: (id) => Effect.sync(() => manager.current !== undefined && Generation.isRunning(manager.current, id)),
    initialize: Manager.initialize(manager),
    setShards: (shards) => Manager.setShards(manager, shards),
    assign: (ids) => assign(manager, ids),
    reshard: (shards) => reshard(manager, shards),
    restart: (id, options) => Manager.restart(manager, id, options?.session ?? "resume"),
    shardsInstantiated: Effect.sync(() => (manager.current === undefined ? [] : Generation.running(manager.current))),
    shutdown: (id, code = CloseCode.normal) => Manager.shutdown(manager, id, code),
    shutdownAll: (options) => Manager.shutdownAll(manager, options?.resumable === true),
    close: Manager.close(manager),
    intents: settings.shard.intents,
    returnWithValue: (exit) => Effect.sync(() => outcome.complete(exit)),
    shutdownFinished: (id) =>
      Effect.suspend(() => (manager.current === undefined ? Effect.void : Generation.ended(manager.current, id))),
    runners: Effect.map(Clock.currentTimeMillis, (now) => {
      const statuses = manager.current === undefined ? [] : Generation.statuses(manager.current)
      return HashMap.fromIterable(statuses.map((status) => [status.id, status.snapshot(now)] as const))
    }),
    changes: changes.stream,
    awaitReady: awaitReady(manager),
    awaitShutdown: outcome.await,
    shard: (id) => Manager.messenger(manager, id),
    shardFor: (guildId) =>
      Effect.map(Manager.total(manager), (total) => Manager.messenger(manager, ShardId.fromGuildId(guildId, total)))
  })
  yield* Inspection.show(Inspected.managers, service)
  return service
})

/**
 * Runs shards. Starts none until `initialize`, and stops all of them when its scope closes. Fails with `InvalidOptions`
 * when `shards` is not a possible assignment, a duration is infinite, or `presence` is larger than 3584 bytes of JSON.
 * Logs a warning when this version of Node cannot decompress what `compression` asks for.
 */
export const layer = (
  options: Options
): Layer.Layer<
  ShardManager,
  GatewayError,
  DiscordConfig | GatewayEvents | GatewayInfo | IdentifyQueue | SessionStore
> =>
  Layer.effect(
    ShardManager,
    Effect.gen(function* () {
      yield* Settings.validateDurations(options)
      yield* Settings.validatePresence(options)
      yield* Settings.warnOfCompression(options)
      return yield* make(options)
    })
  )
