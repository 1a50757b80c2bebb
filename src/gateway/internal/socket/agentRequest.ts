/**
 * A request for a websocket through an agent. What agents of forward proxies do with a request of Node is between them and
 * Node, so it is one. Its modules are loaded when it is needed: an `import` of `node:http` loads the `fetch` of Node too,
 * 10 MB for nothing.
 */
import type { Agent, IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { keyName, type Requested, type Target } from "./handshake.ts"
import type { Head } from "./responseHead.ts"
import { takeFrom } from "./sharedReads.ts"

const toHead = ({ headers, statusCode = 0 }: IncomingMessage): Head => ({
  status: statusCode,
  headers: headers as Head["headers"]
})

/** Asks. Returns a function that ends the request, and its connection. */
export const requestThrough = (
  agent: Agent,
  target: Target,
  key: string,
  { accept, refuse, taker }: Requested
): (() => void) => {
  const { request: send } = process.getBuiltinModule(target.isSecure ? "node:https" : "node:http")
  const url = new URL(target.url)
  url.protocol = target.isSecure ? "https:" : "http:"
  const request = send(url, { agent, headers: { ...target.headers, [keyName]: key } })
  // It stays there: a request that is destroyed emits an error.
  request.on("error", refuse)
  request.on("response", (response) => void accept(toHead(response), response.socket))
  request.on("upgrade", (response, socket: Socket, rest) => {
    if (!accept(toHead(response), socket)) return void socket.destroy()
    taker.onBytes(rest, 0, rest.length)
    takeFrom(socket, { taker })
  })
  request.end()
  return () => request.destroy()
}
