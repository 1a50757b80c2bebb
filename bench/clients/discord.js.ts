/**
 * discord.js with its default caches. It compresses with `zlib-sync` only, which has no build for this version of Node.
 */
import { Client, Events, GatewayIntentBits } from "discord.js"
import type { Seen } from "../client.ts"
import { type Job, token } from "../lib/protocol.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  if (job.compression !== undefined) throw new Error("discord.js needs zlib-sync for compression")
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.GuildMembers,
      GatewayIntentBits.GuildPresences,
      GatewayIntentBits.GuildMessageTyping
    ],
    shardCount: job.shards,
    rest: { api: `${job.http}/api` }
  })
  if (job.mode === "answer") {
    client.on(Events.InteractionCreate, (interaction) => {
      if (interaction.isChatInputCommand()) void interaction.reply({ content: "pong" })
    })
  } else if (job.mode !== "idle") {
    client.on(Events.InteractionCreate, ({ id }) => seen(id))
  }
  if (job.mode === "events") {
    client.on(Events.MessageCreate, () => seen())
    client.on(Events.PresenceUpdate, () => seen())
    client.on(Events.TypingStart, () => seen())
    client.on(Events.GuildMemberUpdate, () => seen())
  }
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve))
  await client.login(token)
  await ready
}
