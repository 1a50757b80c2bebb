/** Everything that the bot does, in one process or in many. */
import type { ShardManager } from "fibercord"
import { counter } from "./counter.ts"

export { Waves } from "./waves.ts"

export const interactions = [counter]

export const gateway = { intents: ["Guilds", "GuildMessageReactions"] } satisfies Partial<ShardManager.Options>
