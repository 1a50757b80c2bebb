/**
 * A bot in as many processes as it takes. Every process runs the same program; one of them, whichever, decides who runs
 * which shard, and any of them may be stopped, killed or added at any time.
 *
 * ```ts
 * ClusterBot.layer({ interactions: [counter], cluster: { host: "10.0.0.7" } }).pipe(
 *   Layer.provide(PgClient.layer({ url })),
 *   Layer.provide(Bot.layerDiscord),
 *   Bot.launch,
 *   NodeRuntime.runMain
 * )
 * ```
 *
 * Built on Effect Cluster, which may change in a minor version of Effect: membership, the place of the coordinator and the
 * transport between processes are its own.
 */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as RunnerServer from "effect/cluster/RunnerServer"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as Runners from "effect/cluster/Runners"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Singleton from "effect/cluster/Singleton"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import type { SocketServerError } from "effect/socket/SocketServer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Bot from "../Bot.ts"
import type * as GatewayError from "../gateway/GatewayError.ts"
import * as IdentifyBudget from "../gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../gateway/IdentifyQueue.ts"
import * as KeyValueSessionStore from "../gateway/KeyValueSessionStore.ts"
import type * as SessionStore from "../gateway/SessionStore.ts"
import * as ShardManager from "../gateway/ShardManager.ts"
import type * as Definition from "../interactions/definitions/Definition.ts"
import type * as Interactions from "../interactions/router/Interactions.ts"
import * as Runtimes from "../runtime/Runtimes.ts"
import { Cluster } from "./Cluster.ts"
import * as Calls from "./internal/calls.ts"
import * as Handlers from "./internal/handlers.ts"
import * as Identify from "./internal/identify.ts"
import * as Member from "./internal/member.ts"
import * as Office from "./internal/office.ts"
import * as Peers from "./internal/peers.ts"
import { MemberRpcs } from "./internal/protocol.ts"
import * as Sqlite from "./internal/sqlite.ts"
import * as Questions from "./internal/questions.ts"
import * as Joining from "./internal/joining.ts"

/** How this process takes part in the cluster. */
export interface ClusterOptions {
  /** The host name or address under which other members reach this process. Default: `localhost`. */
  readonly host?: string | undefined
  /** The port under which they do. Default: 34431. */
  readonly port?: number | undefined
  /** The address to listen on, if it is not `host`: in a container often `0.0.0.0`. */
  readonly listenHost?: string | undefined
  /** How many shards this process runs, relative to others. Default: 1. */
  readonly weight?: number | undefined
  /**
   * How long a process that cannot be reached counts as alive. Its shards are back on other members within 2 seconds more.
   * Default: 5 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * How it is found out whether a process lives: by asking it, or from the API of Kubernetes, with pods found by their
   * addresses. Default: `"ping"`.
   */
  readonly health?: "ping" | "k8s" | undefined
  /** The beginning of the names of tables and keys, for several bots in one database. Default: `fibercord`. */
  readonly prefix?: string | undefined
  /** How often changed sessions are written, as in `KeyValueSessionStore`. Default: 1 second. */
  readonly writeInterval?: Duration.Input | undefined
  /**
   * The spacing of IDENTIFYs in the whole cluster, as in `IdentifyQueue`. Default of `margin`: 500 milliseconds, because a
   * process may pause between its turn and its IDENTIFY.
   */
  readonly identify?: IdentifyQueue.Options | undefined
  /**
   * How long the first members of a cluster wait for others that start at the same time, before shards are assigned. A
   * member that comes later takes its share by RESUME. Default: 1 second.
   */
  readonly settle?: Duration.Input | undefined
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
  GatewayError.GatewayError | Interactions.InvalidDefinition | Runtimes.InvalidOptions | SqlError | SocketServerError,
  Exclude<Bot.Services, Provided> | SqlClient | Needs<D, F>
> => {
  const settings = settingsOf(options.cluster)
  const shards = options.gateway?.shards ?? "auto"
  const bot = Bot.layerWithoutShards<D, F>(options as never).pipe(
    Layer.provideMerge(ShardManager.layer({ intents: ["Guilds"], ...options.gateway, shards: { ids: [], total: 1 } }))
  )
  return joined(settings, {
    total: shards === "auto" ? shards : shards.total,
    reserve: options.gateway?.identifyReserve
  }).pipe(
    Layer.provideMerge(bot),
    Layer.provideMerge(services(settings)),
    Layer.provideMerge(transport(settings))
  ) as never
}

interface Settings {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly listenHost: string
  readonly weight: number
  readonly lease: Duration.Input
  readonly health: "ping" | "k8s"
  readonly prefix: string
  readonly writeInterval: Duration.Input | undefined
  readonly identify: IdentifyQueue.Options
  readonly settle: Duration.Input
}

const settingsOf = (options: ClusterOptions = {}): Settings => {
  const { host = "localhost", port = 34431 } = options
  return {
    name: Peers.nameOf({ host, port }),
    host,
    port,
    listenHost: options.listenHost ?? host,
    weight: options.weight ?? 1,
    lease: options.lease ?? "5 seconds",
    health: options.health ?? "ping",
    prefix: options.prefix ?? "fibercord",
    writeInterval: options.writeInterval,
    identify: { margin: "500 millis", ...options.identify },
    settle: options.settle ?? "1 second"
  }
}

class PeersService extends Context.Service<PeersService, Peers.Peers>()("fibercord/cluster/Peers") {}

/** How members find each other and talk: what of it is Effect Cluster's. */
const transport = ({ health, host, lease, listenHost, port, prefix, weight }: Settings) => {
  const protocol = NodeClusterSocket.layerClientProtocol
  const peers = Layer.effect(PeersService, Peers.make)
  const alive =
    health === "k8s"
      ? RunnerHealth.layerK8s().pipe(Layer.provide(NodeClusterSocket.layerK8sHttpClient))
      : RunnerHealth.layerPing.pipe(Layer.provide(Runners.layerRpc))
  const config = ShardingConfig.layer({
    runnerAddress: Option.some(RunnerAddress.make(host, port)),
    runnerListenAddress: Option.some(RunnerAddress.make(listenHost, port)),
    runnerShardWeight: weight,
    // One lock: that of the coordinator.
    shardsPerGroup: 1,
    shardLockRefreshInterval: "1 second",
    shardLockExpiration: lease,
    refreshAssignmentsInterval: "1 second",
    entityMessagePollInterval: "1 second",
    runnerHealthCheckInterval: "2 seconds",
    entityTerminationTimeout: "1 second",
    simulateRemoteSerialization: false
  })
  return Layer.mergeAll(peers, alive).pipe(
    Layer.provideMerge(protocol),
    Layer.provideMerge(
      Layer.mergeAll(
        MessageStorage.layerNoop,
        SqlRunnerStorage.layerWith({ prefix: `${prefix}_cluster` }),
        RpcSerialization.layerSchemaBinary(),
        KeyValueStore.layerSql({ table: `${prefix}_store` })
      )
    ),
    Layer.provideMerge(config)
  )
}

/** What the bot uses instead of what a single process does. */
const services = ({ name, weight, writeInterval }: Settings) => {
  const base = Layer.mergeAll(
    Layer.sync(Member.ThisMember, () => new Member.Member({ name, weight })),
    Questions.layer,
    Office.layer,
    KeyValueSessionStore.layer({ writeInterval })
  )
  const ofCluster = Layer.effectContext(
    Effect.gen(function* () {
      const member = yield* Member.ThisMember
      const peers = yield* PeersService
      const questions = yield* Questions.Questions
      return Context.make(IdentifyQueue.IdentifyQueue, Identify.queue(member, peers)).pipe(
        Context.add(IdentifyBudget.IdentifyBudget, Identify.budget(member, peers)),
        Context.add(Cluster, Calls.make(member, peers, questions))
      )
    })
  )
  return Layer.provideMerge(ofCluster, base)
}

/**
 * Closes a layer, but does not wait for it for ever. Effect's `RpcServer` waits for clients that are gone, after their
 * sockets have failed while the process was frozen.
 */
const closingWithin =
  (limit: Duration.Input) =>
  <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
    Layer.effectContext(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        yield* Effect.addFinalizer((exit) =>
          Effect.flatMap(Effect.forkDetach(Scope.close(scope, exit)), (fiber) =>
            Effect.timeoutOption(Fiber.await(fiber), limit)
          )
        )
        return yield* Layer.buildWithScope(layer, scope)
      })
    )

/** Takes part: serves calls, stands for coordinator, and runs what it is assigned. */
const joined = (
  settings: Settings,
  options: { readonly total: number | "auto"; readonly reserve: number | undefined }
) => {
  const server = RpcServer.layer(Runners.Rpcs.merge(MemberRpcs), {
    disableTracing: true,
    disableFatalDefects: true
  }).pipe(Layer.provide(RunnerServer.layerHandlers), Layer.provide(Handlers.layer), closingWithin("2 seconds"))
  const join = Layer.effect(
    ShardManager.ShardManager,
    Effect.gen(function* () {
      const member = yield* Member.ThisMember
      member.mark = (yield* Runtimes.Runtimes).mark
      return yield* Joining.join(yield* PeersService)
    })
  )
  const coordinator = Layer.unwrap(
    Effect.gen(function* () {
      const serving = Office.serve({
        name: settings.name,
        peers: yield* PeersService,
        store: yield* KeyValueStore.KeyValueStore,
        total: options.total,
        prefix: `${settings.prefix}/`,
        identify: settings.identify,
        settle: settings.settle,
        identifyReserve: options.reserve
      })
      return Singleton.make("fibercord/coordinator", serving)
    })
  )
  return join.pipe(
    Layer.provide(coordinator),
    Layer.provide(server),
    Layer.provide(RpcServer.layerProtocolSocketServer),
    Layer.provide(NodeClusterSocket.layerSocketServer),
    Layer.provide(Sharding.layer),
    Layer.provide(Runners.layerRpc)
  )
}

/** Options of {@link layerSqlite}. */
export interface SqliteOptions {
  /** The file, which all processes of the machine open. */
  readonly filename: string
}

/** Storage for members on one machine, without a server: SQLite of Node. Fails with `SqlError` if it cannot be opened. */
export const layerSqlite = ({ filename }: SqliteOptions): Layer.Layer<SqlClient, SqlError> => Sqlite.layer({ filename })
