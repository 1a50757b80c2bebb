/** Turns an HTTP request into a websocket (RFC 6455, section 4.1): what is asked for, and what may be answered. */
import { createHash } from "node:crypto"
import type { Socket } from "node:net"
import { remembering } from "../../../internal/remembering.ts"
import * as Randomness from "./randomness.ts"
import type { Head } from "./responseHead.ts"
import type { Place, Taker } from "./sharedReads.ts"

/** Where to connect to, and what to ask for there. */
export interface Target extends Place {
  readonly url: string
  /** The headers of the request, besides `Host` and that of the key. */
  readonly headers: Readonly<Record<string, string>>
  /** The request, until the key. */
  readonly head: string
}

/** Whom a request tells what became of it. */
export interface Requested {
  /** There is an answer. Returns whether the socket is a websocket from now on. */
  readonly accept: (head: Head, socket: Socket) => boolean
  /** There will be none. May be called more than once, and after an answer. */
  readonly refuse: (error: unknown) => void
  /** Takes what follows the answer. */
  readonly taker: Taker
}

const secure: Readonly<Record<string, boolean>> = { "ws:": false, "http:": false, "wss:": true, "https:": true }

/** Throws when the URL is none of a websocket. */
export const targetOf = remembering((text): Target => {
  const url = new URL(text)
  const isSecure = secure[url.protocol]
  if (isSecure === undefined) throw new SyntaxError(`The URL's protocol must be one of "ws:" and "wss:"`)
  if (url.hash !== "") throw new SyntaxError("The URL contains a fragment identifier")
  const { host, hostname, pathname, port, search } = url
  const headers = headersOf(url)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return {
    isSecure,
    url: text,
    headers,
    head: `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${lines.join("")}${keyName}: `,
    host: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
    port: port === "" ? (isSecure ? 443 : 80) : Number(port)
  }
})

/** The name of the header of the key. */
export const keyName = "sec-websocket-key"

const headersOf = ({ password, username }: URL): Target["headers"] => ({
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  ...(username === "" && password === "" ? undefined : { authorization: basic(username, password) })
})

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`

/** What proves that an answer is to this request. */
export const newKey = (): string => {
  const from = Randomness.take(16)
  return Randomness.pool.toString("base64", from, from + 16)
}

/** Source: RFC 6455, section 1.3. */
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/** What is wrong with an answer. Nothing may be agreed upon that was not asked for. */
export const problemOf = ({ headers, status }: Head, key: string): string | undefined => {
  if (status !== 101) return `Unexpected server response: ${status}`
  if (headers["upgrade"]?.toLowerCase() !== "websocket") return "Invalid Upgrade header"
  const connection = headers["connection"]?.toLowerCase().split(",") ?? []
  if (!connection.some((token) => token.trim() === "upgrade")) return "Invalid Connection header"
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
