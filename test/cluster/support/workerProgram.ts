/** The program of a worker thread: a bot that says what it does. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import { BroadcastChannel, threadId } from "node:worker_threads"
import * as Bot from "../../../src/Bot.ts"
import * as GatewayEvents from "../../../src/gateway/GatewayEvents.ts"
import { ShardManager } from "../../../src/gateway/ShardManager.ts"
import { bot, type Said, services, type Setup, variable } from "./workers.ts"

const setup: Setup = JSON.parse(process.env[variable] ?? "")
const channel = new BroadcastChannel(setup.channel).unref()
const say = (said: Said) => channel.postMessage(said)

channel.addEventListener("message", (message) => {
  const said = (message as MessageEvent<Said>).data
  if (said._tag === "Crash" && said.thread === threadId) throw new Error("it has crashed")
})

const recorder = Layer.effectDiscard(
  GatewayEvents.GatewayEvents.use((events) =>
    events.listen("TYPING_START", (data, { id: shard }) => {
      const { n } = data as unknown as { readonly n: number }
      say({ _tag: "Event", thread: threadId, shard, n })
    })
  )
)

const reporter = Layer.effectDiscard(
  Effect.gen(function* () {
    const manager = yield* ShardManager
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.gen(function* () {
          const runners = [...HashMap.values(yield* manager.runners)]
          const connected = runners.filter(({ stage }) => stage._tag === "Connected").map(({ id }) => id)
          say({ _tag: "Status", thread: threadId, connected })
          yield* Effect.sleep("50 millis")
        })
      )
    )
  })
)

reporter.pipe(
  Layer.provideMerge(bot(setup, { workers: 2 })),
  Layer.provide(recorder),
  Layer.provide(services(setup)),
  Bot.launch,
  NodeRuntime.runMain
)
