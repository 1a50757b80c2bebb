/** What `npm run dev` starts: the bot as one process, without a database. */
import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { Bot } from "fibercord"
import { gateway, interactions, Waves } from "./bot.ts"

Layer.merge(Waves, Bot.layer({ interactions, gateway })).pipe(
  Layer.provide(Bot.layerDiscord),
  Bot.launch,
  NodeRuntime.runMain
)
