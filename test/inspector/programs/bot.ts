/** A bot as users write it, which knows nothing of an inspector. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { Bot, Command, Reply } from "fibercord"

const ping = Command.slash("ping", { description: "Answers" }, () => Reply.send({ content: "pong" }))

Bot.layer({ interactions: [ping] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
