/** oceanic.js with its default caches. */
import { Client } from "oceanic.js"
import type { Seen } from "../client.ts"
import { type Job, token } from "../lib/protocol.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const client = new Client({
    auth: `Bot ${token}`,
    rest: { baseURL: `${job.http}/api/v10` },
    gateway: {
      intents: ["GUILDS", "GUILD_MESSAGES", "GUILD_MEMBERS", "GUILD_PRESENCES", "GUILD_MESSAGE_TYPING"],
      maxShards: job.shards,
      concurrency: "auto",
      compress: job.compression ?? false
    }
  })
  client.on("error", () => {})
  if (job.mode === "answer") {
    client.on("interactionCreate", (interaction) => {
      if (interaction.isCommandInteraction()) void interaction.createMessage({ content: "pong" })
    })
  } else if (job.mode !== "idle") {
    client.on("interactionCreate", ({ id }) => seen(id))
  }
  if (job.mode === "events") {
    client.on("messageCreate", () => seen())
    client.on("presenceUpdate", () => seen())
    client.on("typingStart", () => seen())
    client.on("guildMemberUpdate", () => seen())
  }
  const ready = new Promise<void>((resolve) => client.once("ready", () => resolve()))
  await client.connect()
  await ready
}
