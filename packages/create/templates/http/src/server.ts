/** The bot behind an HTTP server. PORT is where it listens, 3000 by default; DISCORD_TOKEN is the bot's token. */
import { NodeHttpServer } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { DiscordConfig, DiscordRest } from "fibercord"
import { createServer } from "node:http"
import { Routes } from "./bot.ts"

const Listening = Layer.unwrap(
  Effect.map(Config.Int("PORT").pipe(Config.withDefault(3000)), (port) => NodeHttpServer.layer(createServer, { port }))
)

/** What asks Discord's API: replies after the first, and the registration of commands. */
export const Rest = DiscordRest.layer().pipe(Layer.provide(DiscordConfig.layerConfig))

export const Server = HttpRouter.serve(Routes).pipe(Layer.provide([Listening, Rest]))
