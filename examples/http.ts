/**
 * A bot without a gateway: Discord posts interactions to an HTTP server, which replies in the HTTP response. Run it
 * with DISCORD_TOKEN and DISCORD_PUBLIC_KEY set, and enter its public URL in Discord's developer portal as the
 * "Interactions Endpoint URL", for example https://example.org/interactions.
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer, Ref } from "effect"
import { HttpRouter } from "effect/http"
import {
  Button,
  Command,
  CommandSync,
  DiscordConfig,
  DiscordRest,
  Interactions,
  Middleware,
  Options,
  Reply
} from "fibercord"
import { HttpInteractions } from "fibercord/http"
import { createServer } from "node:http"

const counter = Command.slash(
  "counter",
  {
    description: "Count together",
    options: { start: Options.optional(Options.integer("First value", { min: 0 })) }
  },
  Effect.fn("counter")(function* ({ start }) {
    const count = yield* Ref.make(start ?? 0)
    const more = yield* Button.bound({ label: "+1" }, () =>
      Ref.updateAndGet(count, (n) => n + 1).pipe(Effect.flatMap((n) => Reply.update({ content: `${n}` })))
    )
    yield* Reply.send({ content: `${start ?? 0}`, components: [[more]] })
  })
).pipe(Middleware.cooldown("3 seconds", { per: "user" }))

const interactions = [counter]

const Endpoint = HttpInteractions.layer({
  path: "/interactions",
  publicKey: Config.String("DISCORD_PUBLIC_KEY")
})

const Server = Layer.unwrap(
  Effect.map(Config.Int("PORT").pipe(Config.withDefault(3000)), (port) => NodeHttpServer.layer(createServer, { port }))
)

// The endpoint is one route; a bot may have others beside it, such as /health.
HttpRouter.serve(Endpoint).pipe(
  Layer.provide(Interactions.layer({ interactions })),
  Layer.merge(CommandSync.layer(interactions)),
  Layer.provide([Server, DiscordRest.layer()]),
  Layer.provide(DiscordConfig.layerConfig),
  Layer.launch,
  NodeRuntime.runMain
)
