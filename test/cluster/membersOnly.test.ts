/** The port between members: who has the key of the cluster, and who has not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import { RpcClientProtocol } from "effect/cluster/Runners"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as NetAddress from "effect/net/NetAddress"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcClient from "effect/rpc/RpcClient"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import { SocketServer } from "effect/socket/SocketServer"
import { connect } from "node:net"
import * as Tls from "node:tls"
import { startMember } from "./support/members.ts"
import { play, total, untilBalanced } from "./support/play.ts"
import * as Certificate from "./support/certificate.ts"
import { freePort } from "./support/freePort.ts"
import * as Peers from "../../src/cluster/internal/peers.ts"
import * as MembersOnly from "../../src/members/membersOnly.ts"

const Greet = Rpc.make("Greet", { payload: { name: Schema.String }, success: Schema.String })
const Group = RpcGroup.make(Greet)

const keyOf = (secret: string) => MembersOnly.keyOf(Redacted.make(secret))

/** A member that greets. Says where it listens, whom it greeted, and what it logged. */
const listen = Effect.fnUntraced(function* (secret: string) {
  const greeted: Array<string> = []
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    if (logLevel === "Warn" || logLevel === "Error") lines.push(String(message))
  })
  const handlers = Group.toLayer({
    Greet: ({ name }) => Effect.sync(() => (greeted.push(name), `hello ${name}`))
  })
  const context = yield* Layer.build(
    RpcServer.layer(Group, { disableTracing: true }).pipe(
      Layer.provide(handlers),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provideMerge(MembersOnly.layerSocketServer(keyOf(secret), { host: "127.0.0.1", port: 0 })),
      Layer.provide(RpcSerialization.layerSchemaBinary()),
      Layer.provide(Logger.layer([logger]))
    )
  )
  const { address } = yield* SocketServer.pipe(Effect.provide(context))
  const port = NetAddress.isInetAddress(address) ? address.port : 0
  return { greeted, lines, port }
})

/** Calls a member. */
const greet = (
  protocol: Layer.Layer<RpcClientProtocol, never, RpcSerialization.RpcSerialization>,
  port: number,
  name: string
) =>
  Effect.gen(function* () {
    const { make } = yield* RpcClientProtocol
    const client = yield* RpcClient.make(Group, { disableTracing: true }).pipe(
      Effect.provideService(RpcClient.Protocol, yield* make(RunnerAddress.make("127.0.0.1", port)))
    )
    return yield* client.Greet({ name })
  }).pipe(
    Effect.scoped,
    Effect.timeout("1 minute"),
    Effect.provide(protocol.pipe(Layer.provide(RpcSerialization.layerSchemaBinary())))
  )

const withKey = (secret: string) => MembersOnly.layerClientProtocol(keyOf(secret))

const nobodyListens = (secret: string, port: number) =>
  Effect.flatMap(Peers.make, (peers) => peers.nobodyListens(`127.0.0.1:${port}`)).pipe(
    Effect.scoped,
    Effect.provide(withKey(secret).pipe(Layer.provide(RpcSerialization.layerSchemaBinary())))
  )

/** Waits until a connection to the port ends, after something was said on it. Returns what came back. */
const say = (port: number, text: string) =>
  Effect.callback<Buffer>((resume) => {
    const heard: Array<Buffer> = []
    const socket = connect(port, "127.0.0.1", () => (text === "" ? socket.end() : socket.write(text)))
    socket.on("data", (chunk) => heard.push(chunk))
    socket.on("error", () => undefined)
    socket.on("close", () => resume(Effect.succeed(Buffer.concat(heard))))
  })

describe("the port between members", () => {
  it.live("is open to those that have the key, and to nobody else, of which one line is logged", () =>
    Effect.gen(function* () {
      const member = yield* listen("right")
      assert.strictEqual(yield* greet(withKey("right"), member.port, "mate"), "hello mate")
      // A probe of the port, which is nobody who was refused.
      yield* say(member.port, "")
      // Whoever has another key is refused, and knows all the same that somebody listens there.
      for (const key of ["right", "wrong"]) assert.isFalse(yield* nobodyListens(key, member.port))
      assert.isTrue(yield* nobodyListens("right", yield* freePort))
      assert.lengthOf(member.lines, 0)
      for (const name of ["stranger", "again"]) {
        assert.isTrue((yield* Effect.exit(greet(withKey("wrong"), member.port, name)))._tag === "Failure")
      }
      // One without any key, such as a member of an older version.
      const plain = NodeClusterSocket.layerClientProtocol
      assert.isTrue((yield* Effect.exit(greet(plain, member.port, "plain")))._tag === "Failure")
      yield* say(member.port, "GET / HTTP/1.1\r\n\r\n")
      assert.strictEqual(yield* greet(withKey("right"), member.port, "mate again"), "hello mate again")
      assert.deepStrictEqual(member.greeted, ["mate", "mate again"])
      assert.lengthOf(member.lines, 1)
      assert.notMatch(member.lines[0] ?? "", /ECONNRESET/)
      assert.match(member.lines[0] ?? "", /^A connection to the port of the cluster was refused, from 127\.0\.0\.1/)
    }).pipe(Effect.scoped)
  )

  it.live(
    "keeps a member with another secret from starting beside others, and lets it start when they have stopped",
    () =>
      play((storage) =>
        Effect.gen(function* () {
          const secret = (text: string) => ({ secret: Redacted.make(text) })
          const one = yield* startMember({ storage, total, cluster: secret("one") })
          const mate = yield* startMember({ storage, total, cluster: secret("one") })
          yield* untilBalanced([one, mate], [4, 4])
          for (const cluster of [secret("two"), { secret: false as const }, {}]) {
            const refused = yield* Effect.flip(startMember({ storage, total, cluster }))
            assert.match(String(refused), /cluster\.secret: is not that of 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+/)
          }
          yield* untilBalanced([one, mate], [4, 4])
          yield* mate.stop
          yield* one.stop
          const two = yield* startMember({ storage, total, cluster: secret("two") })
          yield* untilBalanced([two], [8])
          yield* two.stop
          // As on Bun and Deno.
          const open = yield* startMember({ storage, total, cluster: { secret: false } })
          const friend = yield* startMember({ storage, total, cluster: { secret: false } })
          yield* untilBalanced([open, friend], [4, 4])
          yield* friend.stop
          yield* open.stop
        })
      ),
    240_000
  )

  it.live("is not believed by a member when it shows a certificate instead of the key", () =>
    Effect.gen(function* () {
      let heard = 0
      const server = yield* Effect.acquireRelease(
        Effect.callback<Tls.Server>((resume) => {
          const server = Tls.createServer(Certificate, (socket) => {
            socket.on("error", () => undefined)
            socket.on("data", () => heard++)
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const exit = yield* Effect.exit(greet(withKey("right"), port, "mate"))
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(heard, 0)
    }).pipe(Effect.scoped)
  )
})
