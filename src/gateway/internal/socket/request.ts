/** A request for a websocket on a connection of its own. */
import type { Requested, Target } from "./handshake.ts"
import { ResponseHead } from "./responseHead.ts"
import { connect, type Reads } from "./sharedReads.ts"

/** Connects, and asks. Returns a function that ends the connection. */
export const request = (target: Target, key: string, { accept, refuse, taker }: Requested): (() => void) => {
  const head = new ResponseHead()
  const onBytes = (bytes: Buffer, start: number, end: number): void => {
    try {
      start = head.push(bytes, start, end)
    } catch (error) {
      return refuse(error)
    }
    if (head.head === undefined || !accept(head.head, socket)) return
    // Nothing that stays with the socket may keep the request.
    socket.off("error", refuse)
    socket.off("close", onClose)
    reads.taker = taker
    taker.onBytes(bytes, start, end)
  }
  const onClose = (): void => refuse(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }))
  const reads: Reads = { taker: { onBytes } }
  const socket = connect(target, reads)
  // It stays there: what is ended before it is connected emits an error.
  socket.on("error", refuse)
  socket.on("close", onClose)
  socket.write(`${target.head}${key}\r\n\r\n`)
  return () => socket.destroy()
}
