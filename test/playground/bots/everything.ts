/** A bot with something of every kind, as a program. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { Bot } from "fibercord"
import { bot } from "./parts.ts"

bot.pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
