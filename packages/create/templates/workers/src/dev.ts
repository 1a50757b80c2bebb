/** What `npm run dev` starts: the Worker's bot on Node, and the registration of commands. */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { CommandSync, DiscordConfig, DiscordRest } from "fibercord"
import { createServer } from "node:http"
import { interactions } from "./bot.ts"
import { Local } from "./local.ts"

const Listening = Layer.unwrap(
  Effect.map(Config.Int("PORT").pipe(Config.withDefault(3000)), (port) => NodeHttpServer.layer(createServer, { port }))
)

const Commands = CommandSync.layer(interactions).pipe(
  Layer.provide(DiscordRest.layer()),
  Layer.provide(DiscordConfig.layerConfig)
)

Layer.merge(Local.pipe(Layer.provide(Listening)), Commands).pipe(Layer.launch, NodeRuntime.runMain)
