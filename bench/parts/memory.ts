/** The memory of a bot with one idle shard, as its operating system counts it. */
import { startClient, startLoad } from "../lib/processes.ts"
import { type Bench, clientOf, type Found, found, type Sample, sampleTogether } from "../lib/rounds.ts"

// By then V8 has given back what the start needed, as far as it ever does by itself.
const settled = 10_000

// Without collections that nobody asks for in production.
const oneOf = async (bench: Bench, name: string): Promise<Sample> => {
  await using load = await startLoad()
  await using client = await startClient(load, {
    ...clientOf(bench, name),
    mode: "idle",
    compression: undefined,
    shards: 1,
    maxConcurrency: 1,
    guilds: 4
  })
  await new Promise((resolve) => setTimeout(resolve, settled))
  return { rss: (await client.rss()) / 1e6 }
}

const clients = [
  "discordjs-ws",
  "fibercord",
  "fibercord-bundled",
  "before",
  "floor",
  "effect",
  "discordjs-ws-effect",
  "eris",
  "oceanic.js",
  "cloudstorm",
  "discord.js"
]

/** Measures all clients, beside `@discordjs/ws`. */
export const run = async (bench: Bench): Promise<Found> => {
  const one = (client: string) => oneOf(bench, client)
  const samples = await sampleTogether(bench, "memory of an idle bot", clients, one, { floor: "discordjs-ws" })
  return found(samples, "rss", "rss.idle-bot", "MB", { of: "value", most: 75 }, "discordjs-ws")
}
