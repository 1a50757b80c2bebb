/** The queue and the budget of a cluster keep the rules of those in memory, asked by a member that is not the coordinator. */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import { describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as Coordination from "../../src/cluster/internal/coordination.ts"
import * as Identify from "../../src/cluster/internal/identify.ts"
import * as Member from "../../src/cluster/internal/member.ts"
import * as OfficeHandlers from "../../src/cluster/internal/officeHandlers.ts"
import * as Peers from "../../src/cluster/internal/peers.ts"
import { CoordinatorRpcs } from "../../src/cluster/internal/protocol.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as IdentifyBudgetConformance from "../../src/testing/IdentifyBudgetConformance.ts"
import * as IdentifyQueueConformance from "../../src/testing/IdentifyQueueConformance.ts"
import { freePort } from "./support/freePort.ts"

const identify = { interval: "100 millis", margin: "20 millis" } as const

/** A coordinator in office, which serves its calls on a port. */
const serving = Effect.fnUntraced(function* (name: string) {
  const coordinator = yield* Coordination.make({
    name,
    peers: yield* Peers.make,
    storage: yield* RunnerStorage.RunnerStorage,
    store: yield* KeyValueStore.KeyValueStore,
    info: yield* GatewayInfo.GatewayInfo,
    queue: yield* IdentifyQueue.IdentifyQueue,
    budget: yield* IdentifyBudget.IdentifyBudget,
    total: "auto",
    touch: () => Effect.void,
    prefix: "",
    identify,
    settle: 0,
    lease: 0
  })
  yield* Layer.build(
    RpcServer.layer(CoordinatorRpcs, { disableTracing: true }).pipe(
      Layer.provide(CoordinatorRpcs.toLayer(OfficeHandlers.make({ coordinator }))),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provide(NodeClusterSocket.layerSocketServer)
    )
  )
})

const config = DiscordConfig.layer({ token: Redacted.make("a.b.c") })

/** What a member uses, which knows the coordinator by its name, and calls it over a socket. */
const member = Layer.unwrap(
  Effect.map(freePort, (port) => {
    const address = RunnerAddress.make("127.0.0.1", port)
    const coordinator = Peers.nameOf(address)
    return Layer.effectContext(
      Effect.gen(function* () {
        yield* serving(coordinator)
        const self = new Member.Member({ name: "127.0.0.1:1", weight: 1 })
        self.heard = { coordinator, term: 1, total: 1, shards: [], peers: [] }
        const peers = yield* Peers.make
        return Context.make(IdentifyQueue.IdentifyQueue, Identify.queue(self, peers)).pipe(
          Context.add(IdentifyBudget.IdentifyBudget, Identify.budget(self, peers))
        )
      })
    ).pipe(
      Layer.provide(Layer.merge(IdentifyQueue.layerMemory(identify), IdentifyBudget.layer())),
      Layer.provide(NodeClusterSocket.layerClientProtocol),
      Layer.provide([
        KeyValueStore.layerMemory,
        RunnerStorage.layerMemory,
        RpcSerialization.layerSchemaBinary(),
        SessionStore.layerMemory,
        config,
        ShardingConfig.layer({ runnerAddress: Option.some(address), runnerListenAddress: Option.some(address) })
      ])
    )
  })
)

const info = GatewayInfo.layerStatic({
  url: "ws://127.0.0.1",
  shards: 1,
  sessionStartLimit: { total: 1000, remaining: 1000, resetAfter: 60_000, maxConcurrency: 1 }
})

describe("the IdentifyQueue of a cluster, over a socket", () => {
  const checks = IdentifyQueueConformance.checks(Layer.provide(member, info), { interval: "120 millis" })
  for (const check of checks) it.live(check.name, () => check.run)
})

describe("the IdentifyBudget of a cluster, over a socket", () => {
  for (const check of IdentifyBudgetConformance.checks(member)) it.live(check.name, () => check.run)
})
