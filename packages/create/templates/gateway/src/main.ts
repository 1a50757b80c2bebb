/** Runs the bot until Ctrl-C or SIGTERM. DISCORD_TOKEN is its token. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { Bot } from "fibercord"
import { BotLive } from "./bot.ts"

BotLive.pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
