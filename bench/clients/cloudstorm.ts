/** cloudstorm, with snowtransfer for REST. */
import { Client } from "cloudstorm"
import { SnowTransfer } from "snowtransfer"
import type { Seen } from "../client.ts"
import { type Job, someKinds, token } from "../lib/protocol.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const rest = new SnowTransfer(token, { baseHost: job.http })
  const client = new Client(token, {
    intents: 0,
    shards: "auto",
    snowtransferInstance: rest,
    ws: { compress: job.compression !== undefined, encoding: "json" }
  })
  let left = job.shards
  const ready = new Promise<void>((resolve) => {
    client.on("shardReady", () => {
      if (--left === 0) resolve()
    })
  })
  const wanted: ReadonlySet<string> = new Set(someKinds)
  if (job.mode === "some") {
    client.on("dispatch", ({ d, t }) => {
      if (wanted.has(t)) seen(t === "INTERACTION_CREATE" ? d.id : undefined)
    })
  } else if (job.mode !== "idle") {
    client.on("dispatch", ({ d, t }) => {
      if (t !== "INTERACTION_CREATE") {
        if (job.mode === "events") seen()
      } else if (job.mode === "answer") {
        void rest.interaction.createInteractionResponse(d.id, d.token, { type: 4, data: { content: "pong" } })
      } else seen(d.id)
    })
  }
  await client.connect()
  await ready
}
