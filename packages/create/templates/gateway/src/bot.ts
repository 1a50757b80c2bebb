/** Everything that the bot does. A test provides a fake Discord to it, and `main.ts` the real one. */
import { Layer } from "effect"
import { Bot } from "fibercord"
import { counter } from "./counter.ts"
import { Waves } from "./waves.ts"

export const BotLive = Layer.mergeAll(
  Waves,
  Bot.layer({
    interactions: [counter],
    gateway: { intents: ["Guilds", "GuildMessageReactions"] }
  })
)
