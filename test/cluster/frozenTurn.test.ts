/** A process that is stopped between its turn to IDENTIFY and the IDENTIFY. */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import { assert, it } from "@effect/vitest"
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
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Peers from "../../src/cluster/internal/peers.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "../gateway/harness.ts"
import { freePort } from "./support/freePort.ts"
import { serving } from "./support/serving.ts"

const { is } = FakeDiscord
const program = fileURLToPath(new URL("support/lateProgram.ts", import.meta.url))
const interval = 1000
const identify = { interval, margin: 500 }

const info = GatewayInfo.layerStatic({
  url: "ws://127.0.0.1",
  shards: 2,
  sessionStartLimit: { total: 1000, remaining: 1000, resetAfter: 60_000, maxConcurrency: 1 }
})

/** A coordinator on a port, which calls `onGiven` in the call that gives a turn to shard 0 for the first time. */
const coordinate = Effect.fnUntraced(function* (onGiven: () => void) {
  const { apiUrl, token } = yield* FakeDiscord.FakeDiscord
  const address = RunnerAddress.make("127.0.0.1", yield* freePort)
  let given = 0
  const queue = Layer.effect(
    IdentifyQueue.IdentifyQueue,
    IdentifyQueue.IdentifyQueue.useSync((queue) => ({
      take: (request: IdentifyQueue.Request) =>
        Effect.map(queue.take(request), (turn) => {
          if (request.shard === 0 && given++ === 0) onGiven()
          return turn
        })
    }))
  ).pipe(Layer.provide(IdentifyQueue.layerMemory(identify)))
  const services = Layer.mergeAll(
    queue,
    IdentifyBudget.layer().pipe(
      Layer.provide([info, SessionStore.layerMemory, DiscordConfig.layer({ apiUrl, token })])
    ),
    info,
    KeyValueStore.layerMemory,
    RunnerStorage.layerMemory,
    ShardingConfig.layer({ runnerAddress: Option.some(address), runnerListenAddress: Option.some(address) })
  ).pipe(
    Layer.provideMerge(NodeClusterSocket.layerClientProtocol),
    Layer.provideMerge(RpcSerialization.layerSchemaBinary())
  )
  const context = yield* Layer.build(services)
  yield* Effect.provide(serving(Peers.nameOf(address), identify), context)
  return {
    name: Peers.nameOf(address),
    queue: Layer.succeed(IdentifyQueue.IdentifyQueue, Context.get(context, IdentifyQueue.IdentifyQueue))
  }
})

it.live(
  "a process that is stopped when it has its turn does not IDENTIFY right after another one when it goes on",
  () =>
    Effect.gen(function* () {
      const { apiUrl, awaitLog, log, token, violations } = yield* FakeDiscord.FakeDiscord
      let stop = () => {}
      const { name, queue } = yield* coordinate(() => stop())
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, [program, apiUrl, Redacted.value(token), name], {
            stdio: ["ignore", "inherit", "inherit"]
          })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      let isStopped = false
      stop = () => {
        isStopped = child.kill("SIGSTOP")
      }
      yield* Gateway.until("the turn", () => isStopped)
      yield* Gateway.make({ shards: { ids: [Gateway.shard1], total: 2 }, identifyQueue: queue }).pipe(
        Effect.tap(({ manager }) => manager.initialize)
      )
      yield* awaitLog(is("Identify", ({ shardId }) => shardId === 1))
      child.kill("SIGCONT")
      yield* awaitLog(is("Ready"), { count: 2 })
      const identifies = (yield* log).filter(is("Identify"))
      assert.deepStrictEqual(
        identifies.map(({ shardId }) => shardId),
        [1, 0]
      )
      assert.isAtLeast((identifies[1]?.at ?? 0) - (identifies[0]?.at ?? 0), interval)
      assert.deepStrictEqual(yield* violations, [])
    }).pipe(Effect.provide(FakeDiscord.layerServer({ shards: 2, maxConcurrency: 1, identifyInterval: interval }))),
  480_000
)
