/** `@discordjs/core` on `@discordjs/ws` and `@discordjs/rest`. */
import { Client, GatewayDispatchEvents } from "@discordjs/core"
import type { Seen } from "../client.ts"
import { compute, type Job } from "../lib/protocol.ts"
import { makeManager } from "./discordjs-ws.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const { manager, ready, rest } = makeManager(job)
  const client = new Client({ rest, gateway: manager })
  if (job.mode === "answer" || job.mode === "busy") {
    client.on(GatewayDispatchEvents.InteractionCreate, ({ api, data }) => {
      void api.interactions.reply(data.id, data.token, { content: "pong" })
    })
  } else if (job.mode !== "idle") {
    client.on(GatewayDispatchEvents.InteractionCreate, ({ data }) => seen(data.id))
  }
  if (job.mode === "busy") client.on(GatewayDispatchEvents.MessageCreate, compute)
  if (job.mode === "events") {
    client.on(GatewayDispatchEvents.MessageCreate, () => seen())
    client.on(GatewayDispatchEvents.PresenceUpdate, () => seen())
    client.on(GatewayDispatchEvents.TypingStart, () => seen())
    client.on(GatewayDispatchEvents.GuildMemberUpdate, () => seen())
  }
  await manager.connect()
  await ready
}
