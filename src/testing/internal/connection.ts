/** One websocket of a client: frames out, frames in, and what this connection may still do. */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { WebSocket } from "ws"
import type { Host } from "../Log.ts"
import { Encoder } from "./compression.ts"
import type { Journal } from "./journal.ts"
import { Op } from "./protocol.ts"
import type { Session } from "./session.ts"

/** What the gateway sends. */
export interface Frame {
  readonly op: number
  readonly d: unknown
  readonly s?: number | null | undefined
  readonly t?: string | null | undefined
}

const open = 1

/** A connection. Its session is set by READY or RESUME, and unset when it is invalidated. */
export class Connection {
  readonly id: number
  readonly host: Host
  readonly params: URLSearchParams
  session: Session | undefined
  /** Set by IDENTIFY and RESUME; kept for the log when the session is gone. */
  shardId: number | undefined
  /** An IDENTIFY or RESUME was accepted, and its session not invalidated since. */
  authenticated = false
  /** When op 9 was sent, in milliseconds of the clock. */
  invalidatedAt = -Infinity
  /** Nothing is read or sent any more. */
  frozen = false
  /** Clock times of the frames received in the last minute. */
  received: Array<number> = []
  lastHeartbeat: number | undefined
  /** Stops the timer that expects heartbeats. */
  cancelHeartbeatCheck: (() => void) | undefined
  /** Who ended the connection, once somebody did. */
  closing: "client" | "server" | undefined
  /** Slices each compressed payload into websocket messages of so many bytes. */
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
    this.params = new URL(options.request.url ?? "/", "http://localhost").searchParams
    this.#ws = options.ws
    this.#journal = options.journal
    this.#encoder = new Encoder(this.params.get("compress"))
  }

  /** Whether frames can still be sent. */
  get isOpen(): boolean {
    return this.#ws.readyState === open && !this.frozen && this.closing === undefined
  }

  /** Sends a frame; says whether it went out. Dispatches are logged by their session. */
  send(frame: Frame): boolean {
    if (!this.isOpen) return false
    const { op, d, s = null, t = null } = frame
    if (op !== Op.dispatch) this.#journal.add({ _tag: "Sent", connection: this.id, shardId: this.shardId, op, d })
    this.sendText(JSON.stringify({ t, s, op, d }))
    return true
  }

  /** Sends a text as one payload, through the connection's compression. */
  sendText(text: string): void {
    const data = this.#encoder.encode(text)
    if (typeof data === "string" || this.splitEvery === undefined) return this.#ws.send(data)
    for (let at = 0; at < data.length; at += this.splitEvery) this.#ws.send(data.subarray(at, at + this.splitEvery))
  }

  /** Sends bytes as they are, past any compression: what a client gets is broken. */
  sendRaw(data: Uint8Array): void {
    if (this.isOpen) this.#ws.send(data)
  }

  /** Sends a close frame. Without a code it is empty. */
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

  /** Neither reads nor sends from now on; the TCP connection stays open. */
  freeze(): void {
    this.frozen = true
    this.#ws.pause()
  }
}
