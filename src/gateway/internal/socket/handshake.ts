/** Turns an HTTP request into a websocket (RFC 6455, section 4.1). */
import { createHash, randomBytes } from "node:crypto"
import { type Agent, type IncomingMessage, request as requestPlain, type RequestOptions } from "node:http"
import { request as requestSecure } from "node:https"
import type { Socket } from "node:net"
import { connect, type Reads, takeFrom, type Taker } from "./sharedReads.ts"

/** How to connect. */
export interface Options {
  /** For connections through a forward proxy. */
  readonly agent: Agent | undefined
  /** The longest time until the connection is open, in milliseconds. */
  readonly timeout: number
}

/** How it ends: as opened or as refused, once, and not before {@link upgrade} has returned. */
export interface Callbacks extends Taker {
  readonly onUpgraded: (socket: Socket) => void
  readonly onRefused: (error: unknown) => void
}

const secure: Readonly<Record<string, boolean>> = { "ws:": false, "http:": false, "wss:": true, "https:": true }

/** Source: RFC 6455, section 1.3. */
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/** What is wrong with a response. Nothing may be agreed upon that was not asked for. */
const problemOf = ({ headers, statusCode }: IncomingMessage, key: string): string | undefined => {
  if (statusCode !== 101) return `Unexpected server response: ${statusCode}`
  if (headers.upgrade?.toLowerCase() !== "websocket") return "Invalid Upgrade header"
  const accept = createHash("sha1")
    .update(key + guid)
    .digest("base64")
  if (headers["sec-websocket-accept"] !== accept) return "Invalid Sec-WebSocket-Accept header"
  if (headers["sec-websocket-protocol"] !== undefined) return "Server sent a subprotocol but none was requested"
  if (headers["sec-websocket-extensions"] !== undefined) {
    return "Server sent a Sec-WebSocket-Extensions header but no extension was requested"
  }
  return undefined
}

/**
 * Connects to a URL. Throws when it is none of a websocket. Returns a function that ends what is under way; nothing is
 * called afterwards. Redirects are not followed.
 */
export const upgrade = (url: string, { agent, timeout }: Options, callbacks: Callbacks): (() => void) => {
  const target = new URL(url)
  const isSecure = secure[target.protocol]
  if (isSecure === undefined) throw new SyntaxError(`The URL's protocol must be one of "ws:" and "wss:"`)
  if (target.hash !== "") throw new SyntaxError("The URL contains a fragment identifier")
  target.protocol = isSecure ? "https:" : "http:"
  const key = randomBytes(16).toString("base64")
  let isSettled = false
  const reads: Reads = { taker: undefined }
  const createConnection = (options: RequestOptions): Socket => connect(isSecure, options, reads)
  const request = (isSecure ? requestSecure : requestPlain)(target, {
    ...(agent === undefined ? { createConnection } : { agent }),
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": key
    }
  })
  const settle = (): boolean => {
    if (isSettled) return false
    isSettled = true
    clearTimeout(timer)
    return true
  }
  const refuse = (error: unknown): void => {
    if (!settle()) return
    request.destroy()
    callbacks.onRefused(error)
  }
  const timer = setTimeout(() => refuse(new Error("Opening handshake has timed out")), timeout)
  // It stays there: a request that is destroyed emits an error.
  request.on("error", refuse)
  request.on("response", ({ statusCode }) => refuse(new Error(`Unexpected server response: ${statusCode}`)))
  request.on("upgrade", (response, socket: Socket, head) => {
    const problem = problemOf(response, key)
    if (problem !== undefined || !settle()) {
      socket.destroy()
      return refuse(new Error(problem))
    }
    // Nothing that stays with the socket may keep the request.
    reads.taker = callbacks
    callbacks.onUpgraded(socket)
    callbacks.onBytes(head, 0, head.length)
    return takeFrom(socket, callbacks)
  })
  request.end()
  return () => {
    if (settle()) request.destroy()
  }
}
