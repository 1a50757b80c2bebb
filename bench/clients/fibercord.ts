/** fibercord as in a bot: its layers with all defaults, and handlers that are Effects. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Seen } from "../client.ts"
import { load } from "../lib/library.ts"
import { compute, type Job, token } from "../lib/protocol.ts"

/** Connects all shards. */
export const start = (job: Job, seen: Seen): Promise<void> => startWith(job, seen, Layer.empty)

/** The same with something that the bot is provided with. */
export const startWith = async (job: Job, seen: Seen, beside: Layer.Layer<never, unknown>): Promise<void> => {
  const { Bot, Command, DiscordConfig, GatewayEvents, Reply, ShardManager } = await load(job.library)

  const shards = { index: 0, count: job.shards, total: job.shards }
  const intents = ["Guilds", "GuildMessages"] as const
  const { compression } = job

  const bot = Bot.layer({
    interactions: [Command.slash("ping", { description: "Answers" }, () => Reply.send({ content: "pong" }))],
    gateway: { shards, intents, compression }
  })

  // Without commands, so that the interactions of the flood are ordinary events.
  const listener = <E, R>(handlers: Layer.Layer<never, E, R>) =>
    ShardManager.ShardManager.use((manager) => Effect.andThen(manager.initialize, manager.awaitReady)).pipe(
      Layer.effectDiscard,
      Layer.provide(ShardManager.layer({ shards, intents, compression })),
      Layer.provide(handlers)
    )

  const layers = {
    answer: bot,
    idle: bot,
    events: listener(
      GatewayEvents.onRaw((payload) =>
        Effect.sync(() => seen(payload.t === "INTERACTION_CREATE" ? payload.d.id : undefined))
      )
    ),
    "interactions-only": listener(GatewayEvents.on("INTERACTION_CREATE", ({ id }) => Effect.sync(() => seen(id)))),
    some: listener(
      Layer.mergeAll(
        GatewayEvents.on("INTERACTION_CREATE", ({ id }) => Effect.sync(() => seen(id))),
        GatewayEvents.on("MESSAGE_REACTION_ADD", () => Effect.sync(() => seen())),
        GatewayEvents.on("GUILD_MEMBER_ADD", () => Effect.sync(() => seen()))
      )
    ),
    busy: bot.pipe(Layer.provide(GatewayEvents.on("MESSAGE_CREATE", () => Effect.sync(compute))))
  } satisfies Readonly<Record<Job["mode"], unknown>>

  const services = Layer.provideMerge(
    Bot.layerServices,
    DiscordConfig.layer({ token: Redacted.make(token), apiUrl: `${job.http}/api` })
  )
  await new Promise<void>((resolve, reject) => {
    const layer: Layer.Layer<never, unknown, Layer.Success<typeof services>> = layers[job.mode]
    Layer.build(layer.pipe(Layer.provide(services), Layer.provide(beside))).pipe(
      Effect.andThen(Effect.sync(resolve)),
      Effect.andThen(Effect.never),
      Effect.scoped,
      Effect.tapCause((cause) => Effect.sync(() => reject(Cause.squash(cause)))),
      Effect.runFork
    )
  })
}
