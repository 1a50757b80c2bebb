/**
 * The minimum for any bot: `ws`, `JSON.parse` and a function call per event, one `undici.request` per response, a timer
 * for heartbeats, and for compression Node's own inflate without its thread pool. All ratios are relative to this.
 */
import { request } from "undici"
import { WebSocket } from "ws"
import type { Seen } from "../client.ts"
import { compute, type Job, someKinds, token } from "../lib/protocol.ts"
import { inflater } from "../lib/inflater.ts"

interface Payload {
  readonly op: number
  readonly t: string | null
  readonly s: number | null
  readonly d: {
    readonly id: string
    readonly token: string
    readonly session_id: string
    readonly heartbeat_interval: number
  }
}

const answer = async (http: string, { id, token }: Payload["d"]): Promise<void> => {
  const { body } = await request(`${http}/api/v10/interactions/${id}/${token}/callback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: 4, data: { content: "pong" } })
  })
  await body.dump()
}

/** What the bot does with an event. */
const handlerOf = ({ http, mode }: Job, seen: Seen): ((payload: Payload) => void) => {
  const wanted: ReadonlySet<string | null> = new Set(someKinds)
  switch (mode) {
    case "events":
      return ({ d, t }) => seen(t === "INTERACTION_CREATE" ? d.id : undefined)
    case "some":
      return ({ d, t }) => {
        if (wanted.has(t)) seen(t === "INTERACTION_CREATE" ? d.id : undefined)
      }
    case "interactions-only":
      return ({ d, t }) => {
        if (t === "INTERACTION_CREATE") seen(d.id)
      }
    case "answer":
    case "busy":
      return ({ d, t }) => {
        if (t === "INTERACTION_CREATE") void answer(http, d)
        else if (t === "MESSAGE_CREATE" && mode === "busy") compute()
      }
    case "idle":
      return () => {}
  }
}

/** Keeps one shard connected: with RESUME, as often as its connection ends. */
const connect = (job: Job, shard: number, onEvent: (payload: Payload) => void): Promise<void> =>
  new Promise((resolve) => {
    const { compression, gateway, shards } = job
    const query = compression === undefined ? "" : `&compress=${compression}`
    let session: string | undefined
    let sequence: number | null = null
    const open = (): void => {
      const socket = new WebSocket(`${gateway}/?v=10&encoding=json${query}`, {
        perMessageDeflate: false,
        skipUTF8Validation: true
      })
      const inflate = compression === undefined ? undefined : inflater(compression)
      let timer: NodeJS.Timeout | undefined
      const beat = (): void => socket.send(`{"op":1,"d":${sequence}}`)
      const onHello = (interval: number): void => {
        const properties = { os: "linux" }
        const message =
          session === undefined
            ? { op: 2, d: { token, intents: 0, shard: [shard, shards], properties } }
            : { op: 6, d: { token, session_id: session, seq: sequence } }
        socket.send(JSON.stringify(message))
        timer = setTimeout(() => {
          beat()
          timer = setInterval(beat, interval)
        }, Math.random() * interval)
      }
      socket.on("message", (data: Buffer) => {
        const bytes = inflate === undefined ? data : inflate(data)
        const payload = JSON.parse(bytes.toString()) as Payload
        if (payload.op === 10) return onHello(payload.d.heartbeat_interval)
        if (payload.op !== 0) return
        sequence = payload.s
        if (payload.t !== "READY") return onEvent(payload)
        session = payload.d.session_id
        resolve()
      })
      socket.on("error", () => {})
      socket.on("close", () => {
        clearTimeout(timer)
        open()
      })
    }
    open()
  })

/** Connects all shards at once. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  const onEvent = handlerOf(job, seen)
  await Promise.all(Array.from({ length: job.shards }, (_, shard) => connect(job, shard, onEvent)))
}
