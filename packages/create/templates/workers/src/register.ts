/** Registers the bot's commands with Discord, once, and ends. Only what has changed is written. It runs on Node. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { CommandSync, DiscordConfig, DiscordRest } from "fibercord"
import { interactions } from "./bot.ts"

const Rest = DiscordRest.layer().pipe(Layer.provide(DiscordConfig.layerConfig))

CommandSync.sync(interactions).pipe(Effect.provide(Rest), NodeRuntime.runMain)
