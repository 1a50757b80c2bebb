/** The bot under test, `bot.ts <setup>`: the dialogues of `examples/durable`. Stops at SIGTERM, as under a supervisor. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot, DiscordConfig, ErrorReply, IdentifyQueue } from "fibercord"
import { Dialogues } from "fibercord/durable"
import { KeyValueSessionStore } from "fibercord/persistence"
import { writeSync } from "node:fs"
import { request, Shop } from "../../examples/durable/approval.ts"
import { giveaway } from "../../examples/durable/giveaway.ts"
import { greet, onboarding } from "../../examples/durable/onboarding.ts"
import { remind } from "../../examples/durable/reminder.ts"
import { Dying } from "./dying.ts"
import type { Order, Report, Setup } from "./wire.ts"

const setup: Setup = JSON.parse(process.argv[2] ?? "{}")
const { moderators, role, shard, store, times } = setup

const say = (report: Report): void => void writeSync(3, `${JSON.stringify(report)}\n`)

const dying = new Dying(setup.dieAt, setup.dieOf ?? "", (moment, at) => say({ _tag: "Died", moment, at }))
if (setup.dieAt !== undefined) dying.watch()
process.on("message", (order: Order) => {
  if (order === "arm") dying.arm()
})
process.on("disconnect", () => process.exit(1))

const shop = Layer.succeed(Shop, {
  order: (what, key) =>
    Effect.sync(() => {
      dying.moment("before the order")
      say({ _tag: "Ordered", what, key })
      dying.moment("after the order")
      return key.slice(0, 8)
    })
})

const dialogues =
  "filename" in store
    ? Dialogues.layerSqlite({ filename: store.filename })
    : Dialogues.layerSql({ host: "127.0.0.1", port: store.port }).pipe(
        Layer.provide(PgClient.layer({ ...store.database, password: Redacted.make(store.password) }))
      )

const newcomers = onboarding({ role, patience: times.rules })

const bot = Bot.layer({
  interactions: [
    request({ moderators, patience: times.verdict, later: times.survey }),
    remind,
    giveaway({ every: "200 millis" }),
    newcomers
  ],
  onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) },
  gateway: { intents: ["Guilds", "GuildMembers"], shards: { total: shard[1], ids: [shard[0]] } }
}).pipe(Layer.provide(greet(newcomers)))

Layer.effectDiscard(Effect.sync(() => say({ _tag: "Joined" }))).pipe(
  Layer.provide(bot),
  Layer.provideMerge(bot),
  Layer.provide([dialogues, shop]),
  Layer.provide(KeyValueSessionStore.layer({ writeInterval: "100 millis" })),
  Layer.provide(IdentifyQueue.layerMemory({ interval: "10 millis" })),
  Layer.provide(Bot.layerServices),
  Layer.provide(DiscordConfig.layer({ apiUrl: setup.apiUrl, token: Redacted.make(setup.token) })),
  Layer.provide(KeyValueStore.layerFileSystem(setup.sessions)),
  Layer.provide(NodeServices.layer),
  Bot.launch,
  NodeRuntime.runMain
)
