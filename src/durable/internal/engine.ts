/** The workflow engine of Effect Cluster, for one machine and for many. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import type * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SocketRunner from "effect/cluster/SocketRunner"
import * as SqlMessageStorage from "effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as MembersOnly from "../../members/membersOnly.ts"
import * as Sqlite from "../../sqlite/sqlite.ts"
import * as FileOwner from "./fileOwner.ts"
import * as Quietly from "./quietly.ts"

const tables = (prefix: string) =>
  SqlMessageStorage.layerWith({ prefix: `${prefix}_durable` }).pipe(Layer.provide(NodeCrypto.layerDigest))

// How late a timeout is, and how late another process's click is heard of.
const intervals = {
  entityMessagePollInterval: "250 millis",
  refreshAssignmentsInterval: "250 millis",
  // With a bound, the clocks of thousands that are due at once go first, and whoever clicks meanwhile waits for all of them.
  maxResidentEntities: "unbounded",
  // What arrives for a dialogue for which there is no code waits until there is, or `codeless.ts` takes it over.
  // The engine would end it otherwise.
  entityRegistrationTimeout: "Infinity",
  // How long a step may still take when the process ends. After that it is interrupted, and taken again elsewhere.
  entityTerminationTimeout: "5 seconds",
  simulateRemoteSerialization: false
} as const

// Built by itself: the layers of Effect Cluster are the same values here and in `ClusterBot`, each with its own settings, and
// a build makes each value once.

/** One process runs the dialogues of a file, and others wait for their turn. */
export const layerSqlite = (filename: string, prefix: string) => {
  const config = ShardingConfig.layer({ ...intervals, shardsPerGroup: 8 })
  return ClusterWorkflowEngine.layer.pipe(
    Layer.provideMerge(Layer.provide(Sharding.layer, Quietly.layer)),
    Layer.provide(Runners.layerNoop),
    Layer.provideMerge(tables(prefix)),
    Layer.provide([FileOwner.layer(filename, prefix), RunnerHealth.layerNoop]),
    Layer.provide(config),
    // Whoever waits longer is told so, or tries again.
    Layer.provideMerge(Sqlite.layer({ filename, busyTimeout: "2 seconds" })),
    Layer.fresh
  )
}

/** How one of many processes takes part. */
export interface Options {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly listenHost?: string | undefined
  readonly listenPort?: number | undefined
  readonly lease?: Duration.Input | undefined
  readonly secret?: MembersOnly.Secret
  readonly prefix: string
}

/** Processes on many machines run the dialogues together. */
export const layerSql = ({ host = "localhost", port = 34432, ...options }: Options) => {
  const { lease, listenHost = host, listenPort = port, prefix, secret } = options
  const { clientProtocol, socketServer } = MembersOnly.layersFor(secret, { host: listenHost, port: listenPort })
  const config = ShardingConfig.layer({
    ...intervals,
    runnerAddress: Option.some(RunnerAddress.make(host, port)),
    runnerListenAddress: Option.some(RunnerAddress.make(listenHost, listenPort)),
    shardsPerGroup: 64,
    shardLockRefreshInterval: "1 second",
    shardLockExpiration: lease ?? "5 seconds",
    runnerHealthCheckInterval: "2 seconds"
  })
  const health = RunnerHealth.layerPing.pipe(Layer.provide(Runners.layerRpc), Layer.provide(clientProtocol))
  return ClusterWorkflowEngine.layer.pipe(
    Layer.provideMerge(SocketRunner.layer.pipe(Layer.provide([socketServer, clientProtocol, Quietly.layer]))),
    Layer.provide(health),
    Layer.provideMerge(tables(prefix)),
    Layer.provide(Layer.orDie(SqlRunnerStorage.layerWith({ prefix: `${prefix}_durable` }))),
    Layer.provide(config),
    Layer.provide(RpcSerialization.layerSchemaBinary()),
    Layer.fresh
  )
}
