/** What the library and the fake Discord use of the package `ws`, without a network. */
import { Buffer } from "./buffer.ts"
import { Emitter } from "./Emitter.ts"
import { type IncomingMessage, incoming, serverAt, Socket } from "./http.ts"
import { later } from "./later.ts"

const connecting = 0
const open = 1
const closed = 3

/** How a connection ends that nobody has closed. Source: RFC 6455, 7.4.1. */
const abnormal = 1006
const noCode = 1005

/** One end of a websocket. */
export class WebSocket extends Emitter {
  static readonly CONNECTING = connecting
  static readonly OPEN = open
  static readonly CLOSED = closed
  readonly OPEN = open
  readyState: number = connecting
  readonly bufferedAmount = 0
  #peer: WebSocket | undefined
  #socket: Socket | undefined
  #isPaused = false

  /** With a URL it connects. */
  constructor(url?: string) {
    super()
    if (url === undefined) return
    const address = new URL(url)
    later(() => this.#connect(address))
  }

  #connect(url: URL): void {
    if (this.readyState !== connecting) return
    const server = serverAt(url)
    const socket = new Socket()
    this.#socket = socket
    socket.on("close", () => this.#refused(socket))
    if (server === undefined) return socket.destroy()
    const request = incoming(url, { method: "GET", headers: new Headers(), body: new Uint8Array(), socket })
    // How `handleUpgrade` finds this end.
    ends.set(request, this)
    return server.upgrade(request, Buffer.alloc(0))
  }

  #refused(socket: Socket): void {
    if (this.readyState !== connecting) return
    const status = /^HTTP\/1\.1 (\d+)/.exec(socket.refusal ?? "")?.[1]
    const why = status === undefined ? "socket hang up" : `Unexpected server response: ${status}`
    this.readyState = closed
    this.emit("error", new Error(why))
    this.emit("close", abnormal, Buffer.from(""))
  }

  /** Makes two ends one connection. */
  static pair(client: WebSocket, server: WebSocket, socket: Socket): void {
    for (const [one, other] of [
      [client, server],
      [server, client]
    ] as const) {
      one.#peer = other
      one.#socket = socket
      one.readyState = open
    }
    socket.on("close", () => {
      client.#end(abnormal, "")
      server.#end(abnormal, "")
    })
    later(() => client.emit("open"))
  }

  send(data: string | Uint8Array): void {
    const peer = this.#peer
    if (this.readyState !== open || peer === undefined) return
    const isBinary = typeof data !== "string"
    later(() => {
      if (peer.readyState === open && !peer.#isPaused) peer.emit("message", Buffer.from(data), isBinary)
    })
  }

  close(code = noCode, reason = ""): void {
    const peer = this.#peer
    if (this.readyState !== open) return this.terminate()
    // One that reads nothing does not hear of it either.
    if (peer === undefined || peer.#isPaused) return
    later(() => {
      peer.#end(code, reason)
      this.#end(code, reason)
    })
  }

  terminate(): void {
    if (this.readyState === connecting) {
      this.readyState = closed
      later(() => {
        this.emit("error", new Error("WebSocket was closed before the connection was established"))
        this.emit("close", abnormal, Buffer.from(""))
      })
    }
    const socket = this.#socket
    if (socket !== undefined) later(() => socket.destroy())
  }

  pause(): void {
    this.#isPaused = true
  }

  #end(code: number, reason: string): void {
    if (this.readyState === closed) return
    this.readyState = closed
    this.emit("close", code, Buffer.from(reason))
  }
}

const ends = new WeakMap<IncomingMessage, WebSocket>()

export class WebSocketServer {
  handleUpgrade(request: IncomingMessage, socket: Socket, _head: unknown, done: (socket: WebSocket) => void): void {
    const client = ends.get(request)
    if (client === undefined || client.readyState !== connecting) return socket.destroy()
    const server = new WebSocket()
    WebSocket.pair(client, server, socket)
    done(server)
  }
}
