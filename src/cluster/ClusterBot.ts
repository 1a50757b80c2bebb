/**
 * A bot in as many processes as it takes. Every process runs the same program; one of them, whichever, decides who runs
 * which shard, and any of them may be stopped, killed or added at any time.
 *
 * ```ts
 * import { NodeRuntime } from "@effect/platform-node"
 * import { PgClient } from "@effect/sql-pg"
 * import { Config, Layer } from "effect"
 * import { Bot, Command, Reply } from "fibercord"
 * import { ClusterBot } from "fibercord/cluster"
 *
 * const ping = Command.slash("ping", { description: "Is it there?" }, () => Reply.send({ content: "pong" }))
 *
 * ClusterBot.layer({ interactions: [ping], cluster: { host: "10.0.0.7" } }).pipe(
 *   Layer.provide(PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })),
 *   Layer.provide(Bot.layerDiscord),
 *   Bot.launch,
 *   NodeRuntime.runMain
 * )
 * ```
 *
 * Built on Effect Cluster, which may change in a minor version of Effect: membership, the place of the coordinator and the
 * transport between processes are its own.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { SocketServerError } from "effect/socket/SocketServer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Bot from "../Bot.ts"
import type * as GatewayError from "../gateway/GatewayError.ts"
import { GatewayInfo } from "../gateway/GatewayInfo.ts"
import type * as IdentifyBudget from "../gateway/IdentifyBudget.ts"
import type * as IdentifyQueue from "../gateway/IdentifyQueue.ts"
import type * as SessionStore from "../gateway/SessionStore.ts"
import type * as DiscordRest from "../rest/DiscordRest.ts"
import * as ShardManager from "../gateway/ShardManager.ts"
import type * as Definition from "../interactions/definitions/Definition.ts"
import type * as Interactions from "../interactions/router/Interactions.ts"
import type * as Runtimes from "../runtime/Runtimes.ts"
import type { Cluster } from "./Cluster.ts"
import type { Options as KubernetesOptions } from "./internal/kubernetes.ts"
import * as Parts from "./internal/parts.ts"
import { nameOf, PeersService } from "./internal/peers.ts"
import * as Sqlite from "../sqlite/sqlite.ts"
import * as Joining from "./internal/joining.ts"
import * as Workers from "./internal/workers.ts"
import * as WorkerThread from "./internal/workerThread.ts"

export type { Options as KubernetesOptions } from "./internal/kubernetes.ts"
export { WorkerFailed, type WorkersOptions } from "./internal/workers.ts"

/** How this process takes part in the cluster. */
export interface ClusterOptions {
  /**
   * The host name or address under which other members reach this process. No other process may have the same host and
   * port, so members on several machines need it. Default: `localhost`.
   */
  readonly host?: string | undefined
  /**
   * The port under which they do. `secret` says who may talk to it. Default: 34431.
   */
  readonly port?: number | undefined
  /**
   * What all members know and nobody else: they talk by TLS 1.3 with a key that is made of it, and refuse others, which a
   * line of the log says. At least 32 random characters. All members have the same one; another one for a cluster that
   * runs needs it to stop and start. Default: the bot's token.
   *
   * `false` lets everybody who reaches the port use the bot's token and stop its shards. Bun and Deno need it, because
   * their TLS knows no such keys.
   */
  readonly secret?: Redacted.Redacted | false | undefined
  /** The address to listen on, if it is not `host`: in a container often `0.0.0.0`. Default: `host`. */
  readonly listenHost?: string | undefined
  /** The port to listen on, if it is not `port`: where one is mapped to the other. Default: `port`. */
  readonly listenPort?: number | undefined
  /** How many shards this process runs, relative to others. Default: 1. */
  readonly weight?: number | undefined
  /**
   * How long a process that cannot be reached counts as alive, and keeps its shards. They are back on other members within
   * 2 seconds more. A pause of a process that is shorter costs nothing. Default: 5 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * How it is found out whether a process lives: by asking it, or with the help of the API of Kubernetes, which finds pods
   * by their addresses. A member that does not answer and whose pod is gone or not ready loses its shards at once, and not
   * when its lease is over. While the API does not answer, it is as with `"ping"`. Default: `"ping"`.
   */
  readonly health?: "ping" | "k8s" | { readonly k8s: KubernetesOptions } | undefined
  /** The beginning of the names of tables and keys, for several bots in one database: 37 bytes at most. Default: `fibercord`. */
  readonly prefix?: string | undefined
  /** How often changed sessions are written, as in `KeyValueSessionStore`. Default: 1 second. */
  readonly writeInterval?: Duration.Input | undefined
  /**
   * The spacing of IDENTIFYs in the whole cluster, as in `IdentifyQueue`. A member whose IDENTIFY is not on its way within
   * four fifths of `margin` after its turn was given, because a process or the network paused, asks for another turn.
   * Default: an interval of 5 seconds and a margin of 500 milliseconds, which is never less than 100.
   */
  readonly identify?: IdentifyQueue.Options | undefined
  /**
   * When there are more shards by themselves: as many times the present number as Discord's recommendation needs, and at
   * least twice. Waits until all shards are connected and no member leaves, and needs one IDENTIFY for each above the
   * reserve; a line of the log says when it begins and how it ends. See `Cluster.reshard`. Default: with
   * `"auto"` shards, as `ReshardOptions` says.
   */
  readonly reshard?: ReshardOptions | undefined
  /**
   * How long the first members of a cluster wait for others that start at the same time, before shards are assigned. A
   * member that comes later takes its share by RESUME. Default: 1 second.
   */
  readonly settle?: Duration.Input | undefined
  /**
   * Options of `DiscordRest`, of which the bot has one of its own: all members keep Discord's limits together, as one
   * client does. `globalRequestsPerSecond` is that of the cluster. Default: those of `DiscordRest.layer`.
   */
  readonly rest?: Omit<DiscordRest.Options, "owners"> | undefined
  /**
   * Runs the bot in so many worker threads of this process, each of them a member with shards of its own: its handlers use
   * as many cores. Every thread runs the file of the program again. Default: the bot runs in this thread, as one member.
   *
   * The main thread runs no shard and no handler. It starts threads again that end, and stops them all when it is told to
   * stop. Building the layer does not complete there, so what needs the bot's services is built in the workers only; what
   * the bot needs is built in each thread. `isMainThread` of `node:worker_threads` says which one it is.
   *
   * The first worker listens on `port`, and each other one on the port after it; without `port`, on ports that are free.
   */
  readonly workers?: number | Workers.WorkersOptions | undefined
}

/** When a cluster has more shards by itself. */
export interface ReshardOptions {
  /** Whether it does. Default: whether `gateway.shards` is `"auto"`. */
  readonly auto?: boolean | undefined
  /** How often Discord is asked how many shards it recommends. Default: 1 hour. */
  readonly every?: Duration.Input | undefined
  /**
   * How full shards may become, as a part of the 2500 guilds from which on Discord refuses a shard. Discord recommends one
   * shard for about 1000 guilds, so 0.8 is passed when it recommends more than twice as many shards as there are. With
   * 0.32, it is when the recommendation passes 80 % of the present number. Default: 0.8.
   */
  readonly threshold?: number | undefined
}

/** Options of {@link layer}. */
export type Options<
  D extends ReadonlyArray<Definition.Any>,
  F = Interactions.OnErrorFor<Definition.Errors<D[number]>>
> = Bot.Options<D, F> & {
  /** How this process takes part in the cluster. Default: as one member that only processes of this machine reach. */
  readonly cluster?: ClusterOptions | undefined
}

/** What the bot itself provides to its handlers. */
export type Provided =
  | Bot.Provided
  | Cluster
  | DiscordRest.DiscordRest
  | IdentifyBudget.IdentifyBudget
  | IdentifyQueue.IdentifyQueue
  | SessionStore.SessionStore

type Needs<D extends ReadonlyArray<Definition.Any>, F> = Exclude<Interactions.Needs<D, F>, Provided>

/**
 * The bot, as one member of its cluster. Takes what `Bot.layer` takes. `gateway.shards` says how many shards there are in
 * all, if nothing is stored yet: `"auto"` (default), or the `total` of an assignment, whose numbers do not matter.
 *
 * Building it joins the cluster, and waits until the shards that this member was assigned are connected. When its scope
 * ends, its shards move to other members first: they are resumed there, and no event is lost.
 */
export const layer = <const D extends ReadonlyArray<Definition.Any>, F extends Interactions.AnyOnError<D>>(
  options: Options<D, F>
): Layer.Layer<
  Provided,
  | GatewayError.GatewayError
  | Interactions.InvalidDefinition
  | Runtimes.InvalidOptions
  | SqlError
  | SocketServerError
  | Workers.WorkerFailed,
  Exclude<Bot.Services, Provided> | SqlClient | Needs<D, F>
> => {
  const { cluster } = options
  const thread = WorkerThread.current()
  if (thread !== undefined) return inWorker(options as never, thread) as never
  if (cluster?.workers === undefined) return ofThisThread(options as never, settingsOf(cluster)) as never
  const workers = typeof cluster.workers === "number" ? { count: cluster.workers } : cluster.workers
  return Bot.validated(options, Layer.effectContext(supervised(workers))) as never
}

/** The main thread asks Discord first, so that a wrong token fails once. */
const supervised = (workers: Workers.WorkersOptions) =>
  Effect.andThen(
    GatewayInfo.use((info) => info.get),
    Workers.supervise(workers)
  )

type AnyOptions = Options<ReadonlyArray<Definition.Any>, never>

const inWorker = (options: AnyOptions, thread: WorkerThread.WorkerThread) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { cluster } = options
      const host = cluster?.listenHost ?? cluster?.host ?? defaultHost
      const port = cluster?.port === undefined ? yield* WorkerThread.freePort(host) : cluster.port + thread.number - 1
      return WorkerThread.serving(thread, ofThisThread(options, settingsOf({ ...cluster, port })))
    })
  )

const ofThisThread = (options: AnyOptions, settings: Parts.Settings) => {
  const shards = options.gateway?.shards ?? "auto"
  const bot = Bot.layerWithoutShards(options).pipe(
    Layer.provideMerge(ShardManager.layer({ intents: ["Guilds"], ...options.gateway, shards: { ids: [], total: 1 } }))
  )
  const { auto = shards === "auto", every = "1 hour", threshold = 0.8 } = options.cluster?.reshard ?? {}
  const office = {
    autoReshard: auto ? { every, threshold } : undefined,
    total: shards === "auto" ? shards : shards.total,
    identifyReserve: options.gateway?.identifyReserve
  }
  const joined = Layer.effect(
    ShardManager.ShardManager,
    PeersService.use((peers) => Joining.join(peers))
  )
  return joined.pipe(
    Layer.provideMerge(bot),
    // What others ask for is answered until the last Runtime has ended.
    Layer.provideMerge(Parts.serving(settings, office)),
    Layer.provideMerge(Parts.services(settings)),
    Layer.provideMerge(Parts.transport(settings))
  )
}

const defaultHost = "localhost"

// Milliseconds. With less, a turn would be over before its member hears of it.
const leastMargin = 100

const settingsOf = (options: ClusterOptions = {}): Parts.Settings => {
  const { host = defaultHost, port = 34431 } = options
  return {
    name: nameOf({ host, port }),
    host,
    port,
    listenHost: options.listenHost ?? host,
    listenPort: options.listenPort ?? port,
    weight: options.weight ?? 1,
    lease: options.lease ?? "5 seconds",
    health: options.health ?? "ping",
    prefix: options.prefix ?? "fibercord",
    secret: options.secret,
    writeInterval: options.writeInterval,
    identify: {
      ...options.identify,
      margin: Math.max(leastMargin, Duration.toMillis(options.identify?.margin ?? "500 millis"))
    },
    settle: options.settle ?? "1 second",
    rest: options.rest
  }
}
/** Options of {@link layerSqlite}. */
export interface SqliteOptions {
  /** The file, which all processes of the machine open. */
  readonly filename: string
}

/** Storage for members on one machine, without a server: SQLite of Node. Fails with `SqlError` if it cannot be opened. */
export const layerSqlite = ({ filename }: SqliteOptions): Layer.Layer<SqlClient, SqlError> => Sqlite.layer({ filename })
