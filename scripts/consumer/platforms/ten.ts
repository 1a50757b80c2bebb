/** Ten lines of a bot, of which `platforms.ts` measures the bundle. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { Bot, Command, Reply } from "fibercord"

const ping = Command.slash("ping", { description: "Is the bot there?" }, () => Reply.send({ content: "pong" }))

Bot.layer({ interactions: [ping] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
