/** A process with shard 0 of 2, whose turns to IDENTIFY are a coordinator's: `lateProgram.ts <apiUrl> <token> <host:port>`. */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as DiscordConfig from "../../../src/DiscordConfig.ts"
import * as Identify from "../../../src/cluster/internal/identify.ts"
import * as Member from "../../../src/cluster/internal/member.ts"
import * as Peers from "../../../src/cluster/internal/peers.ts"
import * as GatewayEvents from "../../../src/gateway/GatewayEvents.ts"
import * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import * as SessionStore from "../../../src/gateway/SessionStore.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as ShardManager from "../../../src/gateway/ShardManager.ts"
import * as DiscordRest from "../../../src/rest/DiscordRest.ts"

const [apiUrl = "", token = "", coordinator = ""] = process.argv.slice(2)

const queue = Layer.effect(
  IdentifyQueue.IdentifyQueue,
  Effect.map(Peers.make, (peers) => {
    const member = new Member.Member({ name: "127.0.0.1:1", weight: 1 })
    member.heard = { coordinator, term: 1, total: 2, shards: [], peers: [] }
    return Identify.queue(member, peers)
  })
).pipe(Layer.provide(NodeClusterSocket.layerClientProtocol), Layer.provide(RpcSerialization.layerSchemaBinary()))

const manager = ShardManager.layer({ shards: { ids: [ShardId.make(0)], total: 2 }, intents: ["Guilds"] }).pipe(
  Layer.provide([GatewayEvents.layer, GatewayInfo.layer(), SessionStore.layerMemory, queue]),
  Layer.provide(DiscordRest.layer()),
  Layer.provide(DiscordConfig.layer({ apiUrl, token: Redacted.make(token) }))
)

await Effect.runPromise(
  ShardManager.ShardManager.use(({ initialize }) => Effect.andThen(initialize, Effect.never)).pipe(
    Effect.provide(manager),
    Effect.orDie
  )
)
