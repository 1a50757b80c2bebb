/** What a member is made of, beside the bot itself: layers, from the bottom up. */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as RunnerServer from "effect/cluster/RunnerServer"
import * as Runners from "effect/cluster/Runners"
import { RunnerStorage } from "effect/cluster/RunnerStorage"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Singleton from "effect/cluster/Singleton"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import { fromReason, type GatewayError, InvalidOptions } from "../../gateway/GatewayError.ts"
import * as IdentifyBudget from "../../gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../gateway/IdentifyQueue.ts"
import * as KeyValueSessionStore from "../../gateway/KeyValueSessionStore.ts"
import { SessionStore } from "../../gateway/SessionStore.ts"
import { DiscordConfig } from "../../DiscordConfig.ts"
import { RuntimeOwners } from "../../interactions/router/RuntimeOwners.ts"
import * as DiscordRest from "../../rest/DiscordRest.ts"
import { Cluster } from "../Cluster.ts"
import * as Calls from "./calls.ts"
import { Forwarding } from "./forwarding.ts"
import * as Handlers from "./handlers.ts"
import * as Kubernetes from "./kubernetes.ts"
import * as Identify from "./identify.ts"
import * as Member from "./member.ts"
import { botOf } from "../../members/botOf.ts"
import * as MembersOnly from "../../members/membersOnly.ts"
import * as Office from "./office.ts"
import * as Peers from "./peers.ts"
import { MemberRpcs } from "./protocol.ts"
import * as Questions from "./questions.ts"
import { patient } from "./patience.ts"
import * as Storage from "./storage.ts"
import * as SharedRest from "./sharedRest.ts"

/** How this process takes part, with all defaults. */
export interface Settings {
  /** `host:port`. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly listenHost: string
  readonly listenPort: number
  readonly weight: number
  readonly lease: Duration.Input
  readonly health: "ping" | "k8s" | { readonly k8s: Kubernetes.Options }
  readonly prefix: string
  /** What members know and strangers do not. The bot's token if undefined; `false` if everybody may talk to them. */
  readonly secret: MembersOnly.Secret
  readonly writeInterval: Duration.Input | undefined
  readonly identify: IdentifyQueue.Options
  readonly settle: Duration.Input
  readonly rest: Omit<DiscordRest.Options, "owners"> | undefined
}

/**
 * Members with different keys would not hear each other, and each would take all shards for its own. One that comes to
 * others with another key does not start.
 */
const sameKey = (settings: Settings) =>
  Effect.gen(function* () {
    const key = yield* MembersOnly.keyFrom(settings.secret)
    yield* sameMark(settings, key === undefined ? "none" : MembersOnly.markOf(key), {
      place: "key",
      option: "cluster.secret",
      mayBeMissing: false,
      detail: (others) =>
        `is not that of ${others}, or the bot's token is not, or their version has none: stop all members of the cluster before others start`
    })
  })

/**
 * With a secret that is not made of the token, or none, members of several bots would hear each other, and share out the shards
 * of one of them. One that comes to those of another bot does not start.
 */
const sameBot = (settings: Settings) =>
  Effect.gen(function* () {
    const { token } = yield* DiscordConfig
    yield* sameMark(settings, botOf(token), {
      place: "bot",
      option: "cluster.prefix",
      mayBeMissing: true,
      detail: (others) =>
        `is that of another bot, whose members ${others} run in this database: give each bot a prefix of its own`
    })
  })

/** What all members of a cluster have in common. */
interface Common {
  /** Where its mark is stored. */
  readonly place: string
  /** Whether living members of earlier versions have stored none. */
  readonly mayBeMissing: boolean
  readonly option: string
  readonly detail: (others: string) => string
}

const sameMark = ({ name, prefix }: Settings, mark: string, { detail, mayBeMissing, option, place }: Common) =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const { getRunners } = yield* RunnerStorage
    const read = store.get(`${prefix}/${place}`)
    const stored = yield* read
    if (stored === mark) return
    const living = (yield* getRunners).flatMap(([runner, isHealthy]) =>
      isHealthy ? [Peers.nameOf(runner.address)] : []
    )
    const others = living.filter((other) => other !== name)
    const isFree = others.length === 0 || (stored === undefined && mayBeMissing)
    if (isFree) return yield* store.set(`${prefix}/${place}`, mark)
    // Others may have started just now.
    if ((yield* read) === mark) return
    return yield* fromReason(new InvalidOptions({ option, detail: detail(others.join(", ")) }))
  }).pipe(
    // Without the storage, members do not come to others.
    Effect.catchTags({ KeyValueStoreError: () => Effect.void, PersistenceError: () => Effect.void })
  )

// PostgreSQL keeps so many bytes of the name of a table, and this is the longest.
const longestTable = "_cluster_runner_migrations"
const longestPrefix = 63 - longestTable.length

// Tables of two long prefixes would be taken for each other.
const validPrefix = (prefix: string): Effect.Effect<void, GatewayError> => {
  if (Buffer.byteLength(prefix) <= longestPrefix) return Effect.void
  const detail = `is longer than ${longestPrefix} bytes, so that PostgreSQL would cut the names of tables off`
  return Effect.fail(fromReason(new InvalidOptions({ option: "cluster.prefix", detail })))
}

/** How members find each other and talk: what of it is Effect Cluster's. */
export const transport = (settings: Settings) =>
  Layer.unwrap(Effect.as(validPrefix(settings.prefix), validTransport(settings)))

const validTransport = (settings: Settings) => {
  const { health, host, lease, listenHost, listenPort, port, prefix, secret, weight } = settings
  const calls = MembersOnly.layersFor(secret, { host: listenHost, port: listenPort }).clientProtocol
  const peers = Layer.effect(Peers.PeersService, Peers.make)
  const alive = (
    health === "ping"
      ? Layer.merge(RunnerHealth.layerPing, Kubernetes.layerUnknown)
      : Layer.provideMerge(
          Kubernetes.layerHealth,
          Layer.effect(Kubernetes.Pods, Kubernetes.make(host, health === "k8s" ? {} : health.k8s))
        )
  ).pipe(Layer.provide(Runners.layerRpc))
  const config = ShardingConfig.layer({
    runnerAddress: Option.some(RunnerAddress.make(host, port)),
    runnerListenAddress: Option.some(RunnerAddress.make(listenHost, listenPort)),
    runnerShardWeight: weight,
    // One lock: that of the coordinator.
    shardsPerGroup: 1,
    shardLockRefreshInterval: "1 second",
    shardLockExpiration: lease,
    // How late the next coordinator is after the lease of the last one, each.
    refreshAssignmentsInterval: "500 millis",
    entityMessagePollInterval: "500 millis",
    runnerHealthCheckInterval: "2 seconds",
    entityTerminationTimeout: "1 second",
    simulateRemoteSerialization: false
  })
  const storage = Layer.mergeAll(MessageStorage.layerNoop, RpcSerialization.layerSchemaBinary(), Storage.layer(prefix))
  return Layer.mergeAll(peers, alive).pipe(
    Layer.provideMerge(calls),
    Layer.provideMerge(storage),
    Layer.provideMerge(config)
  )
}

// One that is not a number could not be told to the coordinator, and the member would wait for ever.
const validWeight = (weight: number): Effect.Effect<void, GatewayError> => {
  if (Number.isFinite(weight) && weight >= 0) return Effect.void
  const detail = `is ${weight}: expected a number of 0 or more`
  return Effect.fail(fromReason(new InvalidOptions({ option: "cluster.weight", detail })))
}

/** What the bot uses instead of what a single process does. */
export const services = (settings: Settings) => {
  const { name, rest, weight, writeInterval } = settings
  const base = Layer.mergeAll(
    Layer.effect(
      Member.ThisMember,
      Effect.map(
        Effect.all([validWeight(weight), sameBot(settings), sameKey(settings)], { discard: true }),
        () => new Member.Member({ name, weight })
      )
    ),
    Questions.layer,
    Office.layer
  )
  const sessions = Layer.effect(
    SessionStore,
    Effect.gen(function* () {
      return patient(yield* Member.ThisMember, yield* Peers.PeersService, yield* SessionStore)
    })
  ).pipe(Layer.provide(KeyValueSessionStore.layer({ writeInterval })))
  const ofCluster = Layer.effectContext(
    Effect.gen(function* () {
      const member = yield* Member.ThisMember
      const peers = yield* Peers.PeersService
      const forwarding = new Forwarding(member, peers)
      return Context.make(IdentifyQueue.IdentifyQueue, Identify.queue(member, peers)).pipe(
        Context.add(IdentifyBudget.IdentifyBudget, Identify.budget(member, peers)),
        Context.add(RuntimeOwners, forwarding.service),
        Context.add(Handlers.Forwards, forwarding),
        Context.add(Cluster, Calls.make(member, peers, yield* Questions.Questions))
      )
    })
  )
  const sharedRest = Layer.unwrap(
    Effect.gen(function* () {
      const member = yield* Member.ThisMember
      const peers = yield* Peers.PeersService
      const owners = SharedRest.makeOwners(member, peers)
      member.invalidRequests = owners.invalidRequests
      yield* Effect.forkScoped(SharedRest.mergeCounts(member, peers, owners))
      return DiscordRest.layer({ ...rest, owners })
    })
  )
  return Layer.mergeAll(ofCluster, sharedRest, sessions).pipe(Layer.provideMerge(base))
}

/** Serves the calls of other members, and stands for coordinator. */
export const serving = (
  { identify, lease, listenHost: host, listenPort: port, name, prefix, secret, settle }: Settings,
  options: Pick<Office.Options, "autoReshard" | "identifyReserve" | "total">
) => {
  const server = RpcServer.layer(Runners.Rpcs.merge(MemberRpcs), {
    disableTracing: true,
    disableFatalDefects: true
  }).pipe(Layer.provide(RunnerServer.layerHandlers), Layer.provide(Handlers.layer), closingWithin("2 seconds"))
  const { socketServer } = MembersOnly.layersFor(secret, { host, port })
  const coordinator = Layer.unwrap(
    Effect.gen(function* () {
      const peers = yield* Peers.PeersService
      const store = yield* KeyValueStore.KeyValueStore
      const pods = yield* Kubernetes.Pods
      const isLost = (name: string) =>
        Effect.map(pods.stateOf(Peers.addressOf(name).host), (state) => state === "gone" || state === "notReady")
      const needs = { isLost, peers, store }
      const own = { identify, lease, name, prefix: `${prefix}/`, settle }
      return Singleton.make("fibercord/coordinator", Office.serve({ ...options, ...needs, ...own }))
    })
  )
  return coordinator.pipe(
    Layer.provide(server),
    Layer.provide(RpcServer.layerProtocolSocketServer),
    Layer.provide(closingWithin("3 seconds")(Sharding.layer)),
    Layer.provide(Runners.layerRpc),
    // Before it registers: whoever has the address already would be unregistered by one that fails to listen on it.
    Layer.provide(socketServer)
  )
}

/**
 * Closes a layer, but does not wait for it for ever. Effect's `RpcServer` waits for clients that are gone, after their
 * sockets have failed while the process was frozen; its `Sharding` waits for a database that is away.
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
