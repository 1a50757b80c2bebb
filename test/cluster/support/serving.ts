/** The calls of a coordinator, without the cluster that it would coordinate. */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as RpcServer from "effect/rpc/RpcServer"
import * as Coordination from "../../../src/cluster/internal/coordination.ts"
import * as OfficeHandlers from "../../../src/cluster/internal/officeHandlers.ts"
import * as Peers from "../../../src/cluster/internal/peers.ts"
import { CoordinatorRpcs } from "../../../src/cluster/internal/protocol.ts"
import * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"

/** A coordinator in office, which serves its calls on a port. */
export const serving = Effect.fnUntraced(function* (name: string, identify: IdentifyQueue.Options) {
  const coordinator = yield* Coordination.make({
    name,
    peers: yield* Peers.make,
    storage: yield* RunnerStorage.RunnerStorage,
    store: yield* KeyValueStore.KeyValueStore,
    info: yield* GatewayInfo.GatewayInfo,
    queue: yield* IdentifyQueue.IdentifyQueue,
    budget: yield* IdentifyBudget.IdentifyBudget,
    total: "auto",
    isLost: () => Effect.succeed(false),
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
