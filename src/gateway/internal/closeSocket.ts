/** Closes a websocket so that it is gone afterwards, whatever its peer does. */
import * as Effect from "effect/Effect"
import type { GatewaySocket } from "./socket/gatewaySocket.ts"

/** Ends the TCP connection now. */
export const terminate = (socket: GatewaySocket): Effect.Effect<void> =>
  Effect.suspend(() => {
    socket.terminate()
    return socket.closed
  })

/** Closes with `code`, and terminates when the peer does not answer within `timeout` milliseconds. */
export const close = (socket: GatewaySocket, code: number, timeout: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (socket.isClosed) return Effect.void
    socket.close(code)
    return Effect.timeoutOrElse(socket.closed, { duration: timeout, orElse: () => terminate(socket) })
  })
