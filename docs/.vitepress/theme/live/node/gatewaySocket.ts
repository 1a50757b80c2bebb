/** Takes the place of `src/gateway/internal/socket/gatewaySocket.ts`: in a page, a websocket has no bytes. */
import * as Effect from "effect/Effect"
import type { Handlers } from "../../../../../src/gateway/internal/socket/gatewaySocket.ts"
import type { Bytes } from "./buffer.ts"
import { WebSocket } from "./ws.ts"

export class GatewaySocket {
  readonly #socket: WebSocket

  constructor(url: string, _options: unknown, handlers: Handlers) {
    const socket = new WebSocket(url)
    this.#socket = socket
    let wasOpen = false
    let failure: unknown
    socket.on("open", () => {
      wasOpen = true
      handlers.onOpen()
    })
    socket.on("message", (data: Bytes, isBinary: boolean) => {
      handlers.onRead()
      handlers.onMessage(data as never, 0, data.length, isBinary)
    })
    socket.on("error", (error: unknown) => (failure = error))
    socket.on("close", (code: number) =>
      handlers.onEnd({ wasOpen, code: code === 1005 || code === 1006 ? undefined : code, error: failure })
    )
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  get closed(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.#socket.readyState === WebSocket.CLOSED) return resume(Effect.void)
      this.#socket.once("close", () => resume(Effect.void))
    })
  }

  send(text: string): boolean {
    const { isOpen } = this
    this.#socket.send(text)
    return isOpen
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  terminate(): void {
    this.#socket.terminate()
  }
}
