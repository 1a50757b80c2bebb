/**
 * eris. Its REST client speaks HTTPS only, so `https.request` is made to speak HTTP to the load generator. Compression
 * would need `zlib-sync`, which has no build for this version of Node.
 */
import Eris from "eris"
import http from "node:http"
import https from "node:https"
import type { Seen } from "../client.ts"
import { type Job, token } from "../lib/protocol.ts"

const speakHttp = (url: string): void => {
  const { hostname, port } = new URL(url)
  const agent = new http.Agent({ keepAlive: true })
  Object.assign(https, {
    request: (options: http.RequestOptions) => http.request({ ...options, agent, host: hostname, port })
  })
}

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  if (job.compression !== undefined) throw new Error("eris needs zlib-sync for compression")
  speakHttp(job.http)
  const client = Eris(`Bot ${token}`, {
    intents: ["guilds", "guildMessages", "guildMembers", "guildPresences", "guildMessageTyping"],
    maxShards: job.shards,
    shardConcurrency: "auto"
  })
  client.on("error", () => {})
  if (job.mode === "answer") {
    client.on("interactionCreate", (interaction) => {
      if ("createMessage" in interaction) void interaction.createMessage({ content: "pong" })
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
