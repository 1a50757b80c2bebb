/** Turns an HTTP request into a websocket (RFC 6455, section 4.1): what is asked for, and what may be answered. */
import { createHash } from "node:crypto"
import type { Socket } from "node:net"
import { remembering } from "../../../internal/remembering.ts"
import * as Randomness from "./randomness.ts"
import type { Head } from "./responseHead.ts"
import type { Place, Taker } from "./sharedReads.ts"

/** Where to connect to, and what to ask for there. */
export interface Target extends Place {
  readonly url: URL
  /** What each request begins with: its first line, and all headers but the key. */
  readonly request: string
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

const keyHeader = "sec-websocket-key"

// Those that are the same for each request to a URL.
const fixedHeaders = ({ password, username }: URL): Readonly<Record<string, string>> => ({
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  ...(username === "" && password === "" ? undefined : { authorization: basic(username, password) })
})

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`

/** Throws when the URL is none of a websocket. */
export const targetOf = remembering((text): Target => {
  const url = new URL(text)
  const isSecure = secure[url.protocol]
  if (isSecure === undefined) throw new SyntaxError(`The URL's protocol must be one of "ws:" and "wss:"`)
  if (url.hash !== "") throw new SyntaxError("The URL contains a fragment identifier")
  const { host, hostname, pathname, port, search } = url
  const lines = [`GET ${pathname}${search} HTTP/1.1`, `host: ${host}`]
  for (const [name, value] of Object.entries(fixedHeaders(url))) lines.push(`${name}: ${value}`)
  return {
    isSecure,
    url,
    request: lines.join("\r\n"),
    host: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
    port: port === "" ? (isSecure ? 443 : 80) : Number(port)
  }
})

/** What proves that an answer is to this request. */
export const newKey = (): string => {
  const from = Randomness.take(16)
  return Randomness.pool.toString("base64", from, from + 16)
}

/** The headers of the request, besides `Host`. */
export const headersOf = ({ url }: Target, key: string): Readonly<Record<string, string>> => ({
  ...fixedHeaders(url),
  [keyHeader]: key
})

/** The request. */
export const requestOf = ({ request }: Target, key: string): string => `${request}\r\n${keyHeader}: ${key}\r\n\r\n`

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
