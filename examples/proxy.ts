/**
 * Discord's REST API for other programs of the same bot, within one set of rate limits. Run it with DISCORD_TOKEN set,
 * and give the others http://127.0.0.1:8080/api as their base URL. It adds the bot's token for everybody who can reach
 * it, so it listens on loopback.
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { DiscordConfig, DiscordRest } from "fibercord"
import { Proxy } from "fibercord/proxy"
import { createServer } from "node:http"

const Server = Layer.unwrap(
  Effect.map(Config.Int("PORT").pipe(Config.withDefault(8080)), (port) =>
    NodeHttpServer.layer(createServer, { host: "127.0.0.1", port })
  )
)

HttpRouter.serve(Proxy.layer(), { disableLogger: true }).pipe(
  Layer.provide([Server, DiscordRest.layer()]),
  Layer.provide(DiscordConfig.layerConfig),
  Layer.launch,
  NodeRuntime.runMain
)
