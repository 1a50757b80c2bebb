/** One page that is connected. */
import type { WebSocket } from "ws"
import type * as Protocol from "../Protocol.ts"

/** How much of a page's traffic may wait until it reads, and how much it may ask for at a time. */
export interface Limits {
  /** In bytes. */
  readonly buffer: number
  /** In requests. */
  readonly requests: number
}

// "Policy violation". Source: RFC 6455, 7.4.1.
const tooSlow = 1008

/** A page: what it has opened, and the way to it. */
export class Client {
  readonly channels = new Set<string>()
  /** Requests under way. */
  pending = 0
  readonly #socket: WebSocket
  readonly #limits: Limits
  readonly #localize: (text: string) => string

  constructor(options: {
    readonly socket: WebSocket
    readonly limits: Limits
    /** Makes URLs of the fake those of this page's origin. */
    readonly localize: (text: string) => string
  }) {
    this.#socket = options.socket
    this.#limits = options.limits
    this.#localize = options.localize
  }

  /** Whether it asks for more than it may. */
  get isBusy(): boolean {
    return this.pending >= this.#limits.requests
  }

  /** Sends something, or drops a page that does not read: it connects again, and gets the current state. */
  send(what: Protocol.FromServer, text: string = JSON.stringify(what)): void {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > this.#limits.buffer) {
      socket.close(tooSlow, "the page does not read")
      socket.terminate()
      return
    }
    socket.send(this.#localize(text))
  }
}
