/**
 * The port between members, for members only: TLS 1.3 with a key that all members share (an external PSK, RFC 8446), which
 * Node has. There are no certificates. Whoever does not have the key fails in the handshake, on either side, before
 * anything that it sends is read.
 */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { RpcClientProtocol } from "effect/cluster/Runners"
import * as NetAddress from "effect/net/NetAddress"
import * as RpcClient from "effect/rpc/RpcClient"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import { Socket } from "effect/socket/Socket"
import { SocketServer, SocketServerError, SocketServerOpenError } from "effect/socket/SocketServer"
import { createHmac } from "node:crypto"
import type { Socket as NetSocket } from "node:net"
import * as Tls from "node:tls"
import { DiscordConfig } from "../DiscordConfig.ts"
import * as Elapsed from "../internal/Elapsed.ts"

/** What members share, and strangers do not know. */
export type Key = Redacted.Redacted<Buffer>

/** The key of a secret, from which nothing can be learned about the secret. */
export const keyOf = (secret: Redacted.Redacted): Key =>
  Redacted.make(createHmac("sha256", Redacted.value(secret)).update("fibercord/cluster").digest())

/** What tells one key from another, and says nothing about either. */
export const markOf = (key: Key): string => createHmac("sha256", Redacted.value(key)).update("mark").digest("hex")

/** What all processes know that talk to each other: a secret, or the bot's token; `false` if anybody may talk to them. */
export type Secret = Redacted.Redacted | false | undefined

/** The key of such processes, if they have one. */
export const keyFrom = (secret: Secret) =>
  secret === false
    ? Effect.undefined
    : secret === undefined
      ? Effect.map(DiscordConfig, ({ token }) => keyOf(token))
      : Effect.succeed(keyOf(secret))

/** Calls to others, and the port for theirs. */
export const layersFor = (secret: Secret, address: { readonly host: string; readonly port: number }) => ({
  clientProtocol: Layer.unwrap(
    Effect.map(keyFrom(secret), (key) =>
      key === undefined ? NodeClusterSocket.layerClientProtocol : layerClientProtocol(key)
    )
  ),
  socketServer: Layer.unwrap(
    Effect.map(keyFrom(secret), (key) =>
      key === undefined ? NodeClusterSocket.layerSocketServer : layerSocketServer(key, address)
    )
  )
})

const identity = "fibercord"
// The only suites that OpenSSL has for such a key are those with SHA-256.
const settings = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" } as const
// Milliseconds.
const openTimeout = 1000
const handshakeTimeout = 5000
// Milliseconds. Whoever knocks does not fill the log.
const logInterval = 60_000
// Probes of the port, and members that gave up while this process was frozen.
const saidNothing = new Set(["ECONNRESET", "ERR_TLS_HANDSHAKE_TIMEOUT"])

/** Calls to other members. */
export const layerClientProtocol = (key: Key) =>
  Layer.effect(
    RpcClientProtocol,
    Effect.map(RpcSerialization.RpcSerialization, (serialization) => ({
      codecFor: serialization.codecFor,
      make: Effect.fnUntraced(function* ({ host, port }) {
        const socket = yield* NodeSocket.makeTls({
          ...settings,
          host,
          port,
          openTimeout,
          pskCallback: () => ({ identity, psk: Redacted.value(key) }),
          // With the key there is no certificate. Whoever shows one instead is no member.
          ca: [],
          checkServerIdentity: () => new Error("a member of the cluster has no certificate")
        })
        return yield* RpcClient.makeProtocolSocket().pipe(
          Effect.provideService(Socket, socket),
          Effect.provideService(RpcSerialization.RpcSerialization, serialization)
        )
      })
    }))
  )

/** Listens for other members. */
export const layerSocketServer = (key: Key, address: { readonly host: string; readonly port: number }) =>
  Layer.effect(SocketServer, makeServer(key, address))

const failed = (cause: unknown) => new SocketServerError({ reason: new SocketServerOpenError({ cause }) })

const makeServer = Effect.fnUntraced(function* (
  key: Key,
  { host, port }: { readonly host: string; readonly port: number }
): Effect.fn.Return<SocketServer["Service"], SocketServerError, Scope.Scope> {
  const arrived = yield* Queue.unbounded<Tls.TLSSocket>()
  const refused = yield* Queue.unbounded<string>()
  yield* Effect.forkScoped(logRefused(refused))
  const pskCallback = (_: unknown, name: string) => (name === identity ? Redacted.value(key) : null)
  const server = Tls.createServer({ ...settings, handshakeTimeout, pskCallback })
  const sockets = new Set<NetSocket>()
  server.on("connection", (socket: NetSocket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
  })
  server.on("secureConnection", (socket) => {
    socket.on("error", () => undefined)
    socket.pause()
    Queue.offerUnsafe(arrived, socket)
  })
  server.on("tlsClientError", (error, socket) => {
    const { code = error.message } = error as NodeJS.ErrnoException
    const from = socket.remoteAddress
    socket.destroy()
    if (!saidNothing.has(code)) Queue.offerUnsafe(refused, `${from ?? "somebody who has gone"} (${code})`)
  })
  yield* Effect.acquireRelease(listen(server, { host, port }), () =>
    Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    })
  )
  const bound = server.address()
  if (bound === null || typeof bound === "string") return yield* failed(new Error(`listens on ${bound}`))
  const inet = NetAddress.inetAddressFromIpString(bound.address, bound.port)
  return SocketServer.of({
    address: yield* Effect.mapError(Effect.fromResult(inet), failed),
    run: (handler) =>
      Queue.take(arrived).pipe(
        Effect.flatMap((socket) => Effect.forkScoped(serve(socket, handler))),
        Effect.forever,
        Effect.scoped
      ) as never
  })
})

const serve = <R, E, A>(socket: Tls.TLSSocket, handler: (socket: Socket) => Effect.Effect<A, E, R>) => {
  const open = Effect.acquireRelease(Effect.succeed(socket), () => Effect.sync(() => socket.destroySoon()))
  return NodeSocket.fromDuplex(open).pipe(
    Effect.flatMap(handler),
    Effect.provideService(NodeSocket.NetSocket, socket),
    Effect.ignoreCause({ log: "Debug", message: "A connection of a member has failed" })
  )
}

const listen = (server: Tls.Server, address: { readonly host: string; readonly port: number }) =>
  Effect.callback<void, SocketServerError>((resume) => {
    server.on("error", (cause) => resume(Effect.fail(failed(cause))))
    server.listen(address, () => resume(Effect.void))
  })

const logRefused = (refused: Queue.Dequeue<string>): Effect.Effect<never> => {
  let loggedAt = -Infinity
  let unsaid = 0
  return Queue.take(refused).pipe(
    Effect.zip(Effect.clockWith((clock) => Effect.sync(() => Elapsed.millis(clock)))),
    Effect.flatMap(([who, now]) => {
      if (now - loggedAt < logInterval) {
        unsaid++
        return Effect.void
      }
      const more = unsaid === 0 ? "" : `, and ${unsaid} since the last such line`
      loggedAt = now
      unsaid = 0
      return Effect.logWarning(
        `A connection to the port of the cluster was refused, from ${who}${more}. If that is a member of this cluster, it has another token, another \`cluster.secret\`, or an older version; if not, only members should reach this port`
      )
    }),
    Effect.forever
  )
}
