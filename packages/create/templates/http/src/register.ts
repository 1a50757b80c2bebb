/** Registers the bot's commands with Discord, once, and ends. Only what has changed is written. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import { CommandSync } from "fibercord"
import { interactions } from "./bot.ts"
import { Rest } from "./server.ts"

CommandSync.sync(interactions).pipe(Effect.provide(Rest), NodeRuntime.runMain)
