/** The floor of a bot that listens to interactions only, and drops all other events by the head of their frame. */
import { WebSocket } from "ws"
import type { Seen } from "../client.ts"
import { type Job, token } from "../lib/protocol.ts"

const head = Buffer.from('{"t":"INTERACTION_CREATE"')
const dispatch = Buffer.from('{"t":"')
const ready = Buffer.from('{"t":"READY"')

/** Connects one shard. */
export const start = ({ gateway }: Job, seen: Seen): Promise<void> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${gateway}/?v=10&encoding=json`, {
      perMessageDeflate: false,
      skipUTF8Validation: true
    })
    socket.on("message", (data: Buffer) => {
      if (data.compare(dispatch, 0, dispatch.length, 0, dispatch.length) !== 0) {
        socket.send(JSON.stringify({ op: 2, d: { token, intents: 0, shard: [0, 1], properties: { os: "linux" } } }))
      } else if (data.compare(head, 0, head.length, 0, head.length) === 0) {
        seen((JSON.parse(data.toString()) as { readonly d: { readonly id: string } }).d.id)
      } else if (data.compare(ready, 0, ready.length, 0, ready.length) === 0) resolve()
    })
  })
