/** What `npm run dev` starts: the server, and the registration of commands, which is a step of its own otherwise. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { CommandSync } from "fibercord"
import { interactions } from "./bot.ts"
import { Rest, Server } from "./server.ts"

Layer.merge(Server, CommandSync.layer(interactions).pipe(Layer.provide(Rest))).pipe(Layer.launch, NodeRuntime.runMain)
