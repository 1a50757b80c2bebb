/**
 * How the page reaches what it shows. The playground's page has a WebSocket; another page may answer in the browser.
 */
import type { Reply, Request, Update } from "../Protocol.ts"

/** A request that was refused. The message is for people. */
export class RequestError extends Error {
  readonly tag: string
  constructor(tag: string, message: string) {
    super(message)
    this.tag = tag
  }
}

export type LinkEvent = Update | { readonly type: "online" } | { readonly type: "offline" }

export interface Link {
  /** Resolves with the value of the reply, and rejects with a {@link RequestError}. */
  readonly request: (request: Request) => Promise<unknown>
  /** Whatever is sent, and whether there is a connection. Returns how to stop. */
  readonly subscribe: (listener: (event: LinkEvent) => void) => () => void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: RequestError) => void
}

const lost = () => new RequestError("Offline", "The connection to the playground is lost")

/** How long the page waits before it connects again. */
const retryMillis = 1000

/** A link over a WebSocket that connects again whenever it is lost. */
export class SocketLink implements Link {
  readonly #url: string
  readonly #listeners = new Set<(event: LinkEvent) => void>()
  readonly #waiting = new Map<number, Waiting>()
  #socket: WebSocket | undefined
  #seq = 0

  constructor(url: string) {
    this.#url = url
    this.#connect()
  }

  request = (request: Request): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) return reject(lost())
      const seq = ++this.#seq
      this.#waiting.set(seq, { resolve, reject })
      this.#socket.send(JSON.stringify({ seq, request }))
    })

  subscribe = (listener: (event: LinkEvent) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #connect(): void {
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.addEventListener("open", () => this.#emit({ type: "online" }))
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data)) as Reply | Update))
    socket.addEventListener("close", () => {
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const { reject } of waiting) reject(lost())
      this.#emit({ type: "offline" })
      setTimeout(() => this.#connect(), retryMillis)
    })
  }

  #receive(frame: Reply | Update): void {
    if (frame.type !== "reply") return this.#emit(frame)
    const waiting = this.#waiting.get(frame.seq)
    this.#waiting.delete(frame.seq)
    if (frame.ok) waiting?.resolve(frame.value)
    else waiting?.reject(new RequestError(frame.error.tag, frame.error.message))
  }

  #emit(event: LinkEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
