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
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as Identify from "../../src/cluster/internal/identify.ts"
import * as Member from "../../src/cluster/internal/member.ts"
import * as Peers from "../../src/cluster/internal/peers.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as IdentifyBudgetConformance from "../../src/testing/IdentifyBudgetConformance.ts"
import * as IdentifyQueueConformance from "../../src/testing/IdentifyQueueConformance.ts"
import { freePort } from "./support/freePort.ts"
import { serving } from "./support/serving.ts"

const identify = { interval: "100 millis", margin: "200 millis" } as const

const config = DiscordConfig.layer({ token: Redacted.make("a.b.c") })

/** What a member uses, which knows the coordinator by its name, and calls it over a socket. */
const member = Layer.unwrap(
  Effect.map(freePort, (port) => {
    const address = RunnerAddress.make("127.0.0.1", port)
    const coordinator = Peers.nameOf(address)
    return Layer.effectContext(
      Effect.gen(function* () {
        yield* serving(coordinator, identify)
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
  const checks = IdentifyQueueConformance.checks(Layer.provide(member, info), {
    interval: "300 millis",
    margin: "200 millis",
    // How soon a turn comes is shown on a test clock, by that in memory.
    tolerance: "30 seconds"
  })
  for (const check of checks) it.live(check.name, () => check.run)
})

describe("the IdentifyBudget of a cluster, over a socket", () => {
  for (const check of IdentifyBudgetConformance.checks(member)) it.live(check.name, () => check.run)
})
