/** Gateway events: handlers are Layers, so they exist before the first shard starts. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"
import { Bot, GatewayEvents } from "fibercord"

const greeter = GatewayEvents.on("GUILD_MEMBER_ADD", (member, shard) =>
  Effect.log(`${member.user.username} joined a guild of shard ${shard.id}`)
)

const audit = GatewayEvents.onRaw((payload) => Effect.logDebug(payload.t))

const messages = GatewayEvents.stream("MESSAGE_CREATE", { capacity: 1024, strategy: "sliding" }).pipe(
  Stream.runForEach((message) => Effect.log(`${message.author.username}: ${message.content}`)),
  Effect.forkScoped,
  Layer.effectDiscard
)

Layer.mergeAll(
  greeter,
  audit,
  messages,
  Bot.layer({ interactions: [], gateway: { intents: ["Guilds", "GuildMembers", "GuildMessages", "MessageContent"] } })
).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
