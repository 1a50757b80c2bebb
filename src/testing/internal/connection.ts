/** One websocket of a client: its frames, and what it may still do. */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { deflateSync } from "node:zlib"
import type { WebSocket } from "ws"
import type { Host } from "../Log.ts"
import { Encoder } from "./compression.ts"
import type { Journal } from "./journal.ts"
import { Op } from "./protocol.ts"
import type { Session } from "./session.ts"
import { urlOf } from "./urlOf.ts"

/** A payload of the gateway. */
export interface Frame {
  readonly op: number
  readonly d: unknown
  readonly s?: number | null | undefined
  readonly t?: string | null | undefined
}

const open = 1

// Discord does not say which payloads it compresses. Small ones gain nothing.
const wholeFrom = 512

/** A connection. READY and RESUME set its session, and an invalidation unsets it. */
export class Connection {
  readonly id: number
  readonly host: Host
  readonly params: URLSearchParams
  session: Session | undefined
  /** Set by IDENTIFY and RESUME, and kept for the log after the session has ended. */
  shardId: number | undefined
  /** Whether an IDENTIFY or RESUME was accepted and its session was not invalidated since. */
  authenticated = false
  /** When op 9 was sent, in milliseconds of the clock. */
  invalidatedAt = -Infinity
  /** Whether the connection no longer reads or sends. */
  frozen = false
  /** Clock times of the frames that were received in the last minute. */
  received: Array<number> = []
  /** Whether there was a heartbeat since the last look for one. */
  hasBeaten = false
  /** Stops the timer that looks for heartbeats. */
  cancelHeartbeatCheck: (() => void) | undefined
  /** Who ended the connection, if it has ended. */
  closing: "client" | "server" | undefined
  /** Whether large payloads are compressed one by one, as IDENTIFY can ask. Transport compression takes precedence. */
  compressesPayloads = false
  /** Splits each compressed payload into websocket messages of this many bytes. */
  splitEvery: number | undefined
  readonly socket: Socket
  readonly #ws: WebSocket
  readonly #journal: Journal
  readonly #encoder: Encoder

  constructor(options: {
    readonly id: number
    readonly host: Host
    readonly ws: WebSocket
    readonly request: IncomingMessage
    readonly journal: Journal
  }) {
    this.id = options.id
    this.host = options.host
    this.socket = options.request.socket
    this.params = urlOf(options.request).searchParams
    this.#ws = options.ws
    this.#journal = options.journal
    this.#encoder = new Encoder(this.params.get("compress"))
  }

  /** Whether frames can still be sent. */
  get isOpen(): boolean {
    return this.#ws.readyState === open && !this.frozen && this.closing === undefined
  }

  /** Sends a frame, and returns whether it was sent. Dispatches are logged by their session. */
  send(frame: Frame): boolean {
    if (!this.isOpen) return false
    const { op, d, s = null, t = null } = frame
    if (op !== Op.dispatch) this.#journal.add({ _tag: "Sent", connection: this.id, shardId: this.shardId, op, d })
    this.sendText(JSON.stringify({ t, s, op, d }))
    return true
  }

  /** Sends a text as one payload, compressed if the connection is compressed. */
  sendText(text: string): void {
    // Source: Discord, "Payload Compression": some payloads, each of them whole, and not beside transport compression.
    const isWhole = this.compressesPayloads && !this.#encoder.isActive && text.length > wholeFrom
    const data = isWhole ? deflateSync(text) : this.#encoder.encode(text)
    if (typeof data === "string" || this.splitEvery === undefined) return this.#ws.send(data)
    for (let at = 0; at < data.length; at += this.splitEvery) this.#ws.send(data.subarray(at, at + this.splitEvery))
  }

  /** Sends bytes as they are, bypassing any compression: the client receives a broken stream. */
  sendRaw(data: Uint8Array): void {
    if (this.isOpen) this.#ws.send(data)
  }

  /** Sends a close frame, which is empty without a code. */
  close(code: number | undefined, reason = ""): void {
    if (this.closing !== undefined) return
    this.closing = "server"
    if (code === undefined) this.#ws.close()
    else this.#ws.close(code, reason)
  }

  /** Ends the TCP connection without a close frame. */
  drop(reset: boolean): void {
    this.closing ??= "server"
    if (reset) this.socket.resetAndDestroy()
    else this.#ws.terminate()
  }

  /** Stops reading and sending, while the TCP connection stays open. */
  freeze(): void {
    this.frozen = true
    this.#ws.pause()
  }
}
