/**
 * A member of the cluster under test: `member.ts <port> <listenPort> <apiUrl> <token> <database>`. Writes one line of JSON for all that
 * its handlers saw on file descriptor 3, in the call that delivered it. Stops at SIGTERM, as under a supervisor.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer, Redacted, Stream } from "effect"
import { Bot, Button, Command, DiscordConfig, GatewayEvents, Reply } from "fibercord"
import { Cluster, ClusterBot } from "fibercord/cluster"
import { writeSync } from "node:fs"
import * as settings from "./settings.ts"
import type { Order, Report } from "./wire.ts"

const [port = "", listenPort = "", apiUrl = "", token = "", database = "{}"] = process.argv.slice(2)

const say = (report: Report): void => void writeSync(3, `${JSON.stringify(report)}\n`)

const ping = Command.slash("ping", { description: "Answers" }, () => Reply.send({ content: "pong" }))

/** A Runtime that stays: its button belongs to the process that made it. */
const panel = Command.slash("panel", { description: "Shows a button", expiration: settings.expiration }, () =>
  Effect.gen(function* () {
    const press = yield* Button.bound({ label: "press" }, () => Reply.send({ content: `by ${port}` }))
    yield* Reply.send({ content: port, components: [[press]] })
  })
)

const recorder = Layer.effectDiscard(
  GatewayEvents.GatewayEvents.use((events) =>
    events.listen("GUILD_UPDATE", ({ description, id: guild }, { id: shard }) => {
      say({ _tag: "Event", guild, n: Number(description), shard })
    })
  )
)

const orders = Layer.effectDiscard(
  Effect.gen(function* () {
    const cluster = yield* Cluster.Cluster
    const run = Effect.runForkWith(yield* Effect.context<never>())
    yield* Effect.sync(() =>
      process.on("message", (order: Order) => {
        run(
          Effect.matchEffect(Stream.runDrain(cluster.reshard(order.total)), {
            onSuccess: () => Effect.sync(() => say({ _tag: "Resharded", outcome: "complete" })),
            onFailure: ({ message }) => Effect.sync(() => say({ _tag: "Resharded", outcome: message }))
          })
        )
      })
    )
    say({ _tag: "Joined" })
  })
)

const { password, ...address } = JSON.parse(database) as { readonly password: string } & PgClient.PgClientConfig

const bot = ClusterBot.layer({
  interactions: [ping, panel],
  gateway: { intents: ["Guilds"] },
  cluster: {
    host: "127.0.0.1",
    port: Number(port),
    listenPort: Number(listenPort),
    identify: { interval: settings.identifyInterval }
  }
}).pipe(Layer.provide(recorder))

Layer.provideMerge(orders, bot).pipe(
  Layer.provide(PgClient.layer({ ...address, password: Redacted.make(password) })),
  Layer.provide(Bot.layerServices),
  Layer.provide(DiscordConfig.layer({ apiUrl, token: Redacted.make(token) })),
  Bot.launch,
  NodeRuntime.runMain
)
