/** Closes a websocket so that it is gone afterwards, whatever its peer does. */
import * as Effect from "effect/Effect"
import { WebSocket } from "ws"

const closed = (socket: WebSocket): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (socket.readyState === WebSocket.CLOSED) return resume(Effect.void)
    const done = () => resume(Effect.void)
    socket.once("close", done)
    return Effect.sync(() => socket.off("close", done))
  })

/**
 * Ends the TCP connection now. The socket must have an `error` listener, because one that is opening emits an error.
 */
export const terminate = (socket: WebSocket): Effect.Effect<void> =>
  Effect.suspend(() => {
    socket.terminate()
    return closed(socket)
  })

/** Closes with `code`, and terminates when the peer does not answer within `timeout` milliseconds. */
export const close = (socket: WebSocket, code: number, timeout: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (socket.readyState === WebSocket.CONNECTING) return terminate(socket)
    socket.close(code)
    return Effect.timeoutOrElse(closed(socket), { duration: timeout, orElse: () => terminate(socket) })
  })
