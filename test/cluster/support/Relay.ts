/** A way over TCP that a test can cut, as networks do: nobody is told, and what is sent does not arrive. */
import * as Effect from "effect/Effect"
import { connect, createServer, type Socket } from "node:net"

/** The way to a port of this machine. */
export interface Relay {
  /** Where it begins, on 127.0.0.1. */
  readonly port: number
  /** From now on nothing passes. New connections are accepted by nobody's machine, and say nothing. */
  readonly cut: Effect.Effect<void>
  /** From now on new connections pass. Those from before have failed. */
  readonly heal: Effect.Effect<void>
}

/** Opens a way, which is closed with the scope. */
export const make = (target: number) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly relay: Relay; readonly close: () => void }>((resume) => {
      const sockets = new Set<Socket>()
      let isCut = false
      const keep = (socket: Socket, other: () => Socket | undefined) => {
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => {
          sockets.delete(socket)
          other()?.destroy()
        })
      }
      const server = createServer((from) => {
        let to: Socket | undefined
        keep(from, () => to)
        if (isCut) return
        to = connect(target, "127.0.0.1")
        keep(to, () => from)
        from.pipe(to)
        to.pipe(from)
      })
      const destroyAll = () => sockets.forEach((socket) => socket.destroy())
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const relay: Relay = {
          port: typeof address === "object" && address !== null ? address.port : 0,
          cut: Effect.sync(() => {
            isCut = true
            for (const socket of sockets) socket.unpipe().pause()
          }),
          heal: Effect.sync(() => {
            isCut = false
            destroyAll()
          })
        }
        const close = () => {
          server.close()
          destroyAll()
        }
        resume(Effect.succeed({ relay, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  ).pipe(Effect.map(({ relay }) => relay))
