/** The way between the page and the playground behind it: JSON, as over a socket, in turns of its own. */
import type { FromServer, Request } from "../../../../src/playground/Protocol.ts"
import type { Pages } from "../../../../src/playground/internal/pages.ts"
import { type Link, type LinkEvent, RequestError } from "../../../../src/playground/page/Link.ts"
import { WebSocket } from "./node/ws.ts"
import { Socket } from "./node/http.ts"

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: RequestError) => void
}

export class MemoryLink implements Link {
  readonly #listeners = new Set<(event: LinkEvent) => void>()
  readonly #waiting = new Map<number, Waiting>()
  readonly #socket = new WebSocket()
  #seq = 0

  constructor(pages: Pages) {
    const server = new WebSocket()
    WebSocket.pair(this.#socket, server, new Socket())
    this.#socket.on("message", (data: { readonly toString: () => string }) =>
      this.#receive(JSON.parse(data.toString()) as FromServer)
    )
    this.#socket.on("close", () => this.#lose())
    pages.connect(server as never, "127.0.0.1")
  }

  request = (request: Request): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new RequestError("Offline", "The bot was stopped"))
      const seq = ++this.#seq
      this.#waiting.set(seq, { resolve, reject })
      return this.#socket.send(JSON.stringify({ seq, request }))
    })

  subscribe = (listener: (event: LinkEvent) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#socket.terminate()
  }

  #receive(frame: FromServer): void {
    if (frame.type !== "reply") return this.#emit(frame)
    const waiting = this.#waiting.get(frame.seq)
    this.#waiting.delete(frame.seq)
    if (frame.ok) return waiting?.resolve(frame.value)
    return waiting?.reject(new RequestError(frame.error.tag, frame.error.message))
  }

  #lose(): void {
    for (const { reject } of this.#waiting.values()) reject(new RequestError("Offline", "The bot was stopped"))
    this.#waiting.clear()
    this.#emit({ type: "offline" })
  }

  #emit(event: LinkEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
