import { assert, describe, it } from "@effect/vitest"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { AddressInfo } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"
import type * as CloseCode from "../../../src/gateway/CloseCode.ts"
import type { Session } from "../../../src/gateway/SessionStore.ts"
import * as ShardConnection from "../../../src/gateway/internal/shardConnection.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as Gateway from "../harness.ts"

/** A server that sends only what the test tells it to. */
const serve = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{
        readonly url: string
        readonly sockets: Array<WebSocket>
        readonly got: Array<string>
        server: WebSocketServer
      }>((resolve) => {
        const sockets: Array<WebSocket> = []
        const got: Array<string> = []
        const server = new WebSocketServer({ host: "127.0.0.1", port: 0 })
        server.on("connection", (socket) => {
          sockets.push(socket)
          socket.on("message", (data) => got.push(String(data)))
        })
        server.on("listening", () => {
          resolve({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, got, server })
        })
      })
  ),
  ({ server, sockets }) =>
    Effect.sync(() => {
      for (const socket of sockets) socket.terminate()
      server.close()
    })
)

const settings: ShardConnection.Settings = {
  agent: undefined,
  closeTimeout: 200,
  compression: undefined,
  handshakeTimeout: 1000,
  intents: 1,
  largeThreshold: 100,
  token: Redacted.make("the token")
}

type Options = ShardConnection.Settings & Omit<ShardConnection.Options, "settings">

const setUp = Effect.fnUntraced(function* (
  {
    presence,
    session,
    shard = { id: ShardId.make(0), total: 1 },
    url,
    ...overrides
  }: Partial<Options> & Partial<Pick<ShardConnection.Handlers, "presence">> = {},
  unwanted: ReadonlyArray<string> = []
) {
  const server = yield* serve
  const seen: Array<string> = []
  const scope = yield* Scope.make()
  const clock = yield* Clock.Clock
  const handlers: ShardConnection.Handlers = {
    closeCode: () => 4200,
    presence: presence ?? (() => undefined),
    onAuthenticated: ({ id, sequence }) => seen.push(`authenticated ${id} ${sequence}`),
    onDispatch: ({ s, t }: GatewayDispatchPayload) => seen.push(`${t} ${s}`),
    onEnd: ({ _tag }) => seen.push(`end ${_tag}`),
    onMalformed: (what) => seen.push(`malformed: ${what}`),
    onLatency: (millis) => seen.push(`latency ${millis >= 0}`),
    onOpen: () => seen.push("open"),
    onRead: () => undefined,
    onSkipped: (sequence) => seen.push(`skipped ${sequence}`),
    wants: (event) => !unwanted.includes(event)
  }
  const connection = yield* Effect.acquireRelease(
    Effect.sync(() =>
      ShardConnection.make(
        { settings: { ...settings, ...overrides }, shard, session, url: url ?? server.url },
        handlers,
        clock
      )
    ),
    ({ release }) => release
  ).pipe(Scope.provide(scope))
  const ended = yield* Effect.forkChild(Effect.flip(connection.ended), { startImmediately: true })
  const say = (payload: unknown) =>
    Effect.andThen(
      Gateway.until("the socket", () => server.sockets.length > 0),
      Effect.sync(() => server.sockets[0]?.send(JSON.stringify(payload)))
    )
  const event = (t: string, s: number, d: unknown = {}) => say({ t, s, op: 0, d })
  const until = (line: string) => Gateway.until(line, () => seen.includes(line))
  return { connection, end: Fiber.join(ended), event, say, scope, seen, server, until }
})

const hello = { t: null, s: null, op: 10, d: { heartbeat_interval: 41_250 } }
const ready = { session_id: "abc", resume_gateway_url: "wss://gateway-x.discord.gg" }

describe("ShardConnection", () => {
  it.live("sends IDENTIFY with the given options", () =>
    Effect.gen(function* () {
      const { connection, event, say, seen, server, until } = yield* setUp({ presence: () => ({ status: "idle" }) })
      yield* say(hello)
      assert.strictEqual(yield* connection.hello, 41_250)
      assert.strictEqual(
        connection.identify(() => true),
        "sent"
      )
      yield* Gateway.until("IDENTIFY", () => server.got.length === 1)
      const { d, op } = JSON.parse(server.got[0] ?? "{}")
      assert.strictEqual(op, 2)
      assert.deepInclude(d, { token: "the token", intents: 1, compress: false, shard: [0, 1], large_threshold: 100 })
      assert.deepInclude(d.presence, { status: "idle" })
      assert.hasAllKeys(d.properties, ["browser", "device", "os"])
      yield* event("READY", 1, ready)
      yield* connection.authenticated
      yield* until("READY 1")
      assert.deepStrictEqual(seen, ["open", "authenticated abc 1", "READY 1"])
    })
  )

  it.live("sends RESUME for the given session, advances its sequence in place, and dispatches replays once", () =>
    Effect.gen(function* () {
      const session: Session = { id: "abc", resumeUrl: "wss://x", startedAt: 0, sequence: 7 }
      const { connection, event, say, seen, server, until } = yield* setUp({ session })
      yield* say(hello)
      yield* connection.hello
      connection.resume()
      yield* Gateway.until("RESUME", () => server.got.length === 1)
      assert.deepStrictEqual(JSON.parse(server.got[0] ?? "{}"), {
        op: 6,
        d: { token: "the token", seq: 7, session_id: "abc" }
      })
      for (const s of [6, 7, 8, 8, 9]) yield* event("TYPING_START", s)
      yield* event("RESUMED", 10)
      yield* connection.authenticated
      yield* until("RESUMED 10")
      assert.deepStrictEqual(seen, ["open", "TYPING_START 8", "TYPING_START 9", "authenticated abc 10", "RESUMED 10"])
      assert.strictEqual(session.sequence, 10)
    })
  )

  it.live("skips events that nobody wants, and counts their sequence", () =>
    Effect.gen(function* () {
      const session: Session = { id: "abc", resumeUrl: "wss://x", startedAt: 0, sequence: 0 }
      const { event, seen, until } = yield* setUp({ session }, ["PRESENCE_UPDATE"])
      yield* event("PRESENCE_UPDATE", 1)
      yield* event("TYPING_START", 2)
      yield* event("PRESENCE_UPDATE", 2)
      yield* event("PRESENCE_UPDATE", 3)
      yield* until("skipped 3")
      assert.deepStrictEqual(seen, ["open", "skipped 1", "TYPING_START 2", "skipped 3"])
      assert.strictEqual(session.sequence, 3)
    })
  )

  it.live("sends heartbeats with the last sequence, also on request, and measures their latency", () =>
    Effect.gen(function* () {
      const { connection, event, say, server, until } = yield* setUp()
      yield* say(hello)
      yield* connection.hello
      assert.isTrue(connection.acknowledged())
      connection.beat()
      assert.isFalse(connection.acknowledged())
      yield* say({ op: 11 })
      yield* until("latency true")
      assert.isTrue(connection.acknowledged())
      connection.identify(() => true)
      yield* event("READY", 41, ready)
      yield* say({ op: 1, d: null })
      yield* Gateway.until("two heartbeats", () => server.got.length === 3)
      const heartbeats = server.got
        .map((text) => JSON.parse(text) as { readonly op: number })
        .filter(({ op }) => op === 1)
      assert.deepStrictEqual(heartbeats as ReadonlyArray<unknown>, [
        { op: 1, d: null },
        { op: 1, d: 41 }
      ])
    })
  )

  const ends: ReadonlyArray<[string, (socket: WebSocket) => void, CloseCode.End["_tag"]]> = [
    ["a close with a code", (socket) => socket.close(4000), "Closed"],
    ["a close without a code", (socket) => socket.close(), "Closed"],
    ["a reset", (socket) => socket.terminate(), "Closed"],
    ["op 7", (socket) => socket.send('{"op":7,"d":null}'), "ReconnectRequested"],
    ["op 9", (socket) => socket.send('{"op":9,"d":true}'), "InvalidSession"],
    ["a frame that is not JSON", (socket) => socket.send("{"), "Corrupt"],
    ["a HELLO without an interval", (socket) => socket.send('{"op":10,"d":{"heartbeat_interval":"x"}}'), "Corrupt"],
    ["a READY without a session", (socket) => socket.send('{"op":0,"t":"READY","s":1,"d":null}'), "Corrupt"]
  ]
  for (const [name, act, tag] of ends) {
    it.live(`ends exactly once after ${name}, whatever follows`, () =>
      Effect.gen(function* () {
        const { connection, end, scope, seen, server, until } = yield* setUp()
        yield* until("open")
        connection.identify(() => true)
        const socket = server.sockets[0]
        if (socket !== undefined) {
          act(socket)
          if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ t: "TYPING_START", s: 1, op: 0, d: {} }))
          socket.close(4001)
        }
        assert.strictEqual((yield* end)._tag, tag)
        connection.end({ _tag: "Zombie" })
        for (const effect of [connection.hello, connection.authenticated, connection.ended]) {
          assert.strictEqual((yield* Effect.flip<unknown, CloseCode.End, never>(effect))._tag, tag)
        }
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(seen, ["open", `end ${tag}`])
      })
    )
  }

  it.live("closes with the code when its scope closes, and reports nothing", () =>
    Effect.gen(function* () {
      const { connection, scope, seen, server, until } = yield* setUp()
      yield* until("open")
      const code = new Promise((resolve) => server.sockets[0]?.once("close", resolve))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Effect.promise(() => code), 4200)
      assert.deepStrictEqual(seen, ["open"])
      connection.send("{}")
      connection.beat()
    })
  )

  it.live("is gone when its scope has closed, though the peer reads nothing any more", () =>
    Effect.gen(function* () {
      const { scope, server, until } = yield* setUp()
      yield* until("open")
      const [peer] = server.sockets
      peer?.pause()
      yield* Scope.close(scope, Exit.void)
      peer?.resume()
      yield* Gateway.until("the end of its connection", () => peer?.readyState === peer?.CLOSED)
    })
  )

  it.live("ends as Unreachable when it is refused or has no valid URL", () =>
    Effect.gen(function* () {
      for (const url of [
        "ws://127.0.0.1:1",
        "not a url",
        "ftp://127.0.0.1",
        "ws://127.0.0.1:1/#fragment",
        "ws://%@127.0.0.1:1"
      ]) {
        const { end } = yield* setUp({ url })
        assert.strictEqual((yield* end)._tag, "Unreachable", url)
      }
    })
  )

  it.live("never has the token in its end", () =>
    Effect.gen(function* () {
      const { end } = yield* setUp({ url: "ws://127.0.0.1:1/?secret=1" })
      assert.notInclude(JSON.stringify(yield* end), "the token")
    })
  )
})
