/**
 * The minimum for any bot: `ws`, `JSON.parse` and a function call per event, one `undici.request` per response, and for
 * compression Node's own inflate without its thread pool. All ratios are relative to this.
 */
import { request } from "undici"
import { WebSocket } from "ws"
import type { Seen } from "../client.ts"
import { type Job, token } from "../lib/protocol.ts"
import { inflater } from "../lib/inflater.ts"

interface Payload {
  readonly op: number
  readonly t: string | null
  readonly s: number | null
  readonly d: { readonly id: string; readonly token: string }
}

const answer = async (http: string, { id, token }: Payload["d"]): Promise<void> => {
  const { body } = await request(`${http}/api/v10/interactions/${id}/${token}/callback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: 4, data: { content: "pong" } })
  })
  await body.dump()
}

const connect = ({ compression, gateway, http, mode, shards }: Job, shard: number, seen: Seen): Promise<void> =>
  new Promise((resolve) => {
    const query = compression === undefined ? "" : `&compress=${compression}`
    const socket = new WebSocket(`${gateway}/?v=10&encoding=json${query}`, {
      perMessageDeflate: false,
      skipUTF8Validation: true
    })
    const inflate = compression === undefined ? undefined : inflater(compression)
    const onDispatch = ({ d, t }: Payload): void => {
      if (t === "READY") return resolve()
      if (mode === "events") seen(t === "INTERACTION_CREATE" ? d.id : undefined)
      else if (t !== "INTERACTION_CREATE") return
      else if (mode === "interactions-only") seen(d.id)
      else if (mode === "answer") void answer(http, d)
    }
    socket.on("message", (data: Buffer) => {
      const bytes = inflate === undefined ? data : inflate(data)
      const payload = JSON.parse(bytes.toString()) as Payload
      if (payload.op === 0) return onDispatch(payload)
      if (payload.op !== 10) return
      socket.send(
        JSON.stringify({ op: 2, d: { token, intents: 0, shard: [shard, shards], properties: { os: "linux" } } })
      )
    })
  })

/** Connects all shards at once. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  await Promise.all(Array.from({ length: job.shards }, (_, shard) => connect(job, shard, seen)))
}
