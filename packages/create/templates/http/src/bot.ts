/** Everything that the bot does, and its routes. A test serves them to a fake Discord, and `server.ts` to the real one. */
import { Config, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Interactions } from "fibercord"
import { HttpInteractions } from "fibercord/http"
import { counter } from "./counter.ts"

export const interactions = [counter]

/** Discord posts interactions here. DISCORD_PUBLIC_KEY is the application's public key. */
const Endpoint = HttpInteractions.layer({
  path: "/interactions",
  publicKey: Config.String("DISCORD_PUBLIC_KEY")
}).pipe(Layer.provide(Interactions.layer({ interactions })))

/** For whoever runs the process: it answers as long as it can. */
const Health = HttpRouter.add("GET", "/health", HttpServerResponse.text("ok"))

export const Routes = Layer.merge(Endpoint, Health)
