/** A TCP port of the fake, for HTTP and websocket upgrades. It can go down and come back on the same port. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import { isForeignPage } from "./foreignPages.ts"

/** Listens on 127.0.0.1. */
export class Listener {
  port = 0
  readonly #onRequest: RequestListener
  readonly #onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(options: {
    readonly onRequest: RequestListener
    readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  }) {
    this.#onRequest = options.onRequest
    this.#onUpgrade = options.onUpgrade
  }

  get isListening(): boolean {
    return this.#server !== undefined
  }

  /** Starts to listen, on a free port the first time and on the same one later. Does nothing while it listens. */
  readonly start: Effect.Effect<void> = Effect.suspend(() => {
    if (this.#server !== undefined) return Effect.void
    const server = createServer((request, response) => {
      if (!isForeignPage(request)) return this.#onRequest(request, response)
      response
        .writeHead(403, { "content-type": "text/plain" })
        .end("The fake Discord is only for programs of this machine")
      request.resume()
    })
    this.#server = server
    server.on("upgrade", (request, socket, head) => {
      if (!isForeignPage(request)) return this.#onUpgrade(request, socket, head)
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    })
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on("close", () => this.#sockets.delete(socket))
      // Broken sockets are expected: faults break them.
      socket.on("error", () => undefined)
    })
    return Effect.callback<void>((resume) => {
      server.once("error", (error) => resume(Effect.die(error)))
      server.listen(this.port, "127.0.0.1", () => {
        this.port = (server.address() as AddressInfo).port
        resume(Effect.void)
      })
    })
  })

  /** Stops listening, and cuts every connection. New ones are refused. */
  readonly stop: Effect.Effect<void> = Effect.suspend(() => {
    const server = this.#server
    if (server === undefined) return Effect.void
    this.#server = undefined
    return Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of this.#sockets) socket.destroy()
    })
  })
}
