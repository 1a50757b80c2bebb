/** A websocket against servers of `ws`, and against servers that send what no server should. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import dns from "node:dns"
import { Agent, createServer as createHttpServer, type Server as HttpServer } from "node:http"
import { Agent as SecureAgent, createServer as createHttpsServer } from "node:https"
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from "node:net"
import * as tls from "node:tls"
import { vi } from "vitest"
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws"
import { GatewaySocket, type SocketEnd } from "../../../../src/gateway/internal/socket/gatewaySocket.ts"
import * as certificate from "../../../cluster/support/certificate.ts"
import { until } from "../../harness.ts"

type Found = (error: null, addresses: ReadonlyArray<{ readonly address: string; readonly family: number }>) => void

interface Client {
  readonly socket: GatewaySocket
  /** What was reported: `open`, messages, and the end. */
  readonly seen: Array<string>
  readonly ends: Array<SocketEnd>
  /** How much had been reported before each read. */
  readonly reads: Array<number>
}

const describeEnd = ({ code, error, wasOpen }: SocketEnd): string =>
  `${wasOpen ? "closed" : "refused"} ${code}${error === undefined ? "" : `: ${(error as Error).message}`}`

const open = (url: string, options: { readonly agent?: Agent; readonly timeout?: number } = {}) =>
  Effect.acquireRelease(
    Effect.sync((): Client => {
      const seen: Array<string> = []
      const ends: Array<SocketEnd> = []
      const reads: Array<number> = []
      const socket = new GatewaySocket(
        url,
        { agent: options.agent, timeout: options.timeout ?? 5_000 },
        {
          onOpen: () => seen.push("open"),
          onRead: () => reads.push(seen.length),
          onMessage: (bytes, start, end, isBinary) =>
            seen.push(`${isBinary ? "binary" : "text"} ${bytes.toString("utf8", start, end)}`),
          onEnd: (end) => {
            ends.push(end)
            seen.push(describeEnd(end))
          }
        }
      )
      return { socket, seen, ends, reads }
    }),
    ({ socket }) => Effect.sync(() => socket.terminate())
  )

const listening = (server: NetServer) =>
  Effect.promise(
    () =>
      new Promise<number>((resolve) => {
        server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
      })
  )

const closeServer = (server: { readonly closeAllConnections: () => void; readonly close: () => unknown }) =>
  Effect.sync(() => {
    server.closeAllConnections()
    server.close()
  })

/** A server of `ws`. */
const serve = (options: ServerOptions = {}) =>
  Effect.gen(function* () {
    const http = yield* Effect.acquireRelease(
      Effect.sync(() => createHttpServer()),
      closeServer
    )
    return yield* serveOn(http, "ws", options)
  })

const serveOn = (http: HttpServer, scheme: string, options: ServerOptions = {}) =>
  Effect.gen(function* () {
    const port = yield* listening(http)
    const server = new WebSocketServer({ ...options, server: http })
    const peers: Array<WebSocket> = []
    const got: Array<string> = []
    server.on("connection", (peer) => {
      peers.push(peer)
      peer.on("message", (data, isBinary) => got.push(`${isBinary ? "binary" : "text"} ${String(data)}`))
      peer.on("pong", (data) => got.push(`pong ${String(data)}`))
      peer.on("close", (code) => got.push(`close ${code}`))
      peer.on("error", (error) => got.push(`error ${error.message}`))
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => peers.forEach((peer) => peer.terminate())))
    const peer = Effect.gen(function* () {
      yield* until("a connection", () => peers.length > 0)
      return peers[0] as WebSocket
    })
    return { url: `${scheme}://127.0.0.1:${port}/?v=10`, got, peer, peers }
  })

/** An agent that tells of each connection. */
const agentOf = (onConnect: (socket: Socket) => void): Agent => {
  const agent = new Agent()
  agent.createConnection = ((options: { readonly host: string; readonly port: number }) => {
    const socket = connect(options.port, options.host)
    onConnect(socket)
    return socket
  }) as never
  return agent
}

const accept = (request: string): string => {
  const key = /sec-websocket-key: (.*)\r/i.exec(request)?.[1] ?? ""
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
}

const upgraded = (request: string, more = ""): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(request)}\r\n${more}\r\n`

/** A server of bytes: what it answers a request with, and then does. */
const bytes = (answer: (request: string) => string, then: (socket: Socket) => void = () => undefined) =>
  Effect.gen(function* () {
    const sockets: Array<Socket> = []
    const requests: Array<string> = []
    const received: Array<Buffer> = []
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket)
      socket.on("error", () => undefined)
      socket.once("data", (data) => {
        requests.push(data.toString())
        socket.write(answer(data.toString()), "latin1")
        socket.on("data", (data) => received.push(data))
        then(socket)
      })
    })
    const port = yield* listening(server)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
    )
    return { url: `ws://127.0.0.1:${port}/path?v=10`, requests, received, sockets }
  })

const sees = ({ seen }: Client, line: string) => until(`"${line}" in ${seen.join(", ")}`, () => seen.includes(line))
const ending = (client: Client) =>
  Effect.gen(function* () {
    yield* until("the end", () => client.ends.length > 0)
    return describeEnd(client.ends[0] as SocketEnd)
  })

describe("a websocket", () => {
  it.live("carries messages of any size in both directions", () =>
    Effect.gen(function* () {
      const server = yield* serve()
      const client = yield* open(server.url)
      const peer = yield* server.peer
      const texts = ["", "é🙂", "a".repeat(125), "b".repeat(126), "c".repeat(70_000), "d".repeat(3_000_000)]
      for (const text of texts) {
        peer.send(text)
        peer.send(Buffer.from(text))
      }
      yield* until("all messages", () => client.seen.length === 1 + 2 * texts.length)
      assert.deepStrictEqual(client.seen, ["open", ...texts.flatMap((text) => [`text ${text}`, `binary ${text}`])])
      for (const text of texts) assert.isTrue(client.socket.send(text))
      yield* until("all texts", () => server.got.length === texts.length)
      assert.deepStrictEqual(
        server.got,
        texts.map((text) => `text ${text}`)
      )
    })
  )

  it.live("asks for nothing but a websocket, with the path of its URL", () =>
    Effect.gen(function* () {
      const server = yield* bytes(upgraded)
      const client = yield* open(server.url)
      yield* sees(client, "open")
      const [line, ...headers] = (server.requests[0] ?? "").trim().toLowerCase().split("\r\n")
      assert.strictEqual(line, "get /path?v=10 http/1.1")
      assert.sameMembers(
        headers.map((header) => header.replace(/^(sec-websocket-key: ).{24}$/, "$1…").replace(/:\d+$/, "")),
        [
          "connection: upgrade",
          "upgrade: websocket",
          "sec-websocket-version: 13",
          "sec-websocket-key: …",
          "host: 127.0.0.1"
        ]
      )
    })
  )

  it.live("says which host is meant, and who asks if its URL does", () =>
    Effect.gen(function* () {
      const server = yield* bytes(upgraded)
      const { host } = new URL(server.url)
      for (const agent of [undefined, new Agent()]) {
        const seen = server.requests.length
        const client = yield* open(`ws://a%20b:c@${host}`, agent === undefined ? {} : { agent })
        yield* sees(client, "open")
        const request = (server.requests[seen] ?? "").toLowerCase()
        assert.include(request, `get / http/1.1\r\n`)
        assert.include(request, `host: ${host}\r\n`)
        assert.include(server.requests[seen] ?? "", `Basic ${Buffer.from("a b:c").toString("base64")}\r\n`)
      }
    })
  )

  it.live("takes an answer in any parts, and after others that are for information", () =>
    Effect.gen(function* () {
      const sent: Array<string> = []
      const server = yield* bytes(
        (request) => {
          sent.push(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${upgraded(request)}\u0081\u0002hi`)
          return ""
        },
        (socket) => {
          socket.setNoDelay(true)
          const bytes = Buffer.from(sent[0] ?? "", "latin1")
          let at = 0
          const timer = setInterval(() => {
            socket.write(bytes.subarray(at, at + 7))
            at += 7
            if (at >= bytes.length) clearInterval(timer)
          }, 1)
          socket.on("close", () => clearInterval(timer))
        }
      )
      const client = yield* open(server.url)
      yield* sees(client, "text hi")
      assert.deepStrictEqual(client.seen, ["open", "text hi"])
    })
  )

  it.live("finds a host by an address of the sixth version", () =>
    Effect.gen(function* () {
      const http = yield* Effect.acquireRelease(
        Effect.sync(() => createHttpServer()),
        closeServer
      )
      const hosts: Array<string | undefined> = []
      http.on("upgrade", ({ headers }, socket) => {
        hosts.push(headers.host)
        socket.destroy()
      })
      const port = yield* Effect.promise(
        () =>
          new Promise<number | undefined>((resolve) => {
            http.on("error", () => resolve(undefined))
            http.listen(0, "::1", () => resolve((http.address() as AddressInfo).port))
          })
      )
      // A machine may have none.
      if (port === undefined) return
      assert.match(yield* ending(yield* open(`ws://[::1]:${port}/`)), /socket hang up/)
      assert.deepStrictEqual(hosts, [`[::1]:${port}`])
    })
  )

  it.live("reads what arrives with the answer to its request", () =>
    Effect.gen(function* () {
      const server = yield* bytes((request) => `${upgraded(request)}\u0081\u0002hi\u0081\u0002`)
      const client = yield* open(server.url)
      yield* sees(client, "text hi")
      server.sockets[0]?.write("yo")
      yield* sees(client, "text yo")
      assert.deepStrictEqual(client.seen, ["open", "text hi", "text yo"])
      // Told before what was read with the answer, and before what was read later.
      assert.deepStrictEqual(client.reads, [1, 2])
    })
  )

  it.live("answers pings with what was in them", () =>
    Effect.gen(function* () {
      const server = yield* serve()
      yield* open(server.url)
      const peer = yield* server.peer
      peer.ping("one")
      peer.ping("x".repeat(125))
      yield* until("two pongs", () => server.got.length === 2)
      assert.deepStrictEqual(server.got, ["pong one", `pong ${"x".repeat(125)}`])
    })
  )

  it.live("keeps only the last answer for a peer that pings and reads nothing", () =>
    Effect.gen(function* () {
      const ping = Buffer.concat([Buffer.of(0x89, 125), Buffer.alloc(125, "p")])
      const server = yield* bytes(upgraded, (socket) => {
        socket.pause()
        for (let n = 0; n < 200; n++) socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => ping)))
        socket.write(Buffer.concat([Buffer.of(0x89, 4), Buffer.from("last"), Buffer.of(0x81, 0)]))
      })
      const opened: Array<Socket> = []
      const agent = agentOf((socket) => opened.push(socket))
      const client = yield* open(server.url, { agent })
      yield* sees(client, "text ")
      // There were 25 MB of pings, of whose answers the operating system takes some.
      assert.isBelow(opened[0]?.writableLength ?? Infinity, 200_000)
      server.sockets[0]?.resume()
      const unmasked = (frame: Buffer) => Array.from(frame.subarray(6), (byte, at) => byte ^ (frame[2 + (at % 4)] ?? 0))
      yield* until("the last answer", () => {
        const end = Buffer.concat(server.received).subarray(-10)
        return end[0] === 0x8a && end[1] === 0x84 && Buffer.from(unmasked(end)).toString() === "last"
      })
    })
  )

  describe("closes", () => {
    it.live("with its code, and is gone when the peer has answered", () =>
      Effect.gen(function* () {
        const server = yield* serve()
        const client = yield* open(server.url)
        const peer = yield* server.peer
        yield* sees(client, "open")
        client.socket.close(4200)
        assert.isFalse(client.socket.isOpen)
        assert.isFalse(client.socket.send("late"))
        client.socket.close(4201)
        peer.send("what was under way")
        yield* client.socket.closed
        yield* until("the close", () => server.got.includes("close 4200"))
        assert.deepStrictEqual(client.seen, ["open", "text what was under way", "closed 4200"])
      })
    )

    const codes: ReadonlyArray<[code: number | undefined, end: string, echo: string]> = [
      [undefined, "closed undefined", "close 1005"],
      [1000, "closed 1000", "close 1000"],
      [4014, "closed 4014", "close 4014"]
    ]
    for (const [code, end, echo] of codes) {
      it.live(`with the code of the peer, ${code}, and ignores what follows`, () =>
        Effect.gen(function* () {
          const server = yield* serve()
          const client = yield* open(server.url)
          const peer = yield* server.peer
          yield* sees(client, "open")
          const { _socket: tcp } = peer as unknown as { readonly _socket: Socket }
          tcp.cork()
          peer.send("last")
          peer.close(code)
          tcp.write(Buffer.concat([Buffer.of(0x81, 4), Buffer.from("more")]))
          tcp.uncork()
          assert.strictEqual(yield* ending(client), end)
          yield* client.socket.closed
          yield* until("the answer", () => server.got.length === 1)
          assert.deepStrictEqual(server.got, [echo])
          assert.deepStrictEqual(client.seen, ["open", "text last", end])
        })
      )
    }

    it.live("at once for whoever waits, when the peer has closed and stays", () =>
      Effect.gen(function* () {
        const server = yield* bytes(upgraded, (socket) => socket.write(Buffer.of(0x88, 2, 0x0f, 0xa0)))
        const client = yield* open(server.url)
        assert.strictEqual(yield* ending(client), "closed 4000")
        client.socket.terminate()
        yield* client.socket.closed
      })
    )

    it.live("with the code of the peer, though the connection breaks right after", () =>
      Effect.gen(function* () {
        const server = yield* bytes(upgraded, (socket) => socket.write(Buffer.of(0x88, 2, 0x0f, 0xa0)))
        const client = yield* open(server.url)
        yield* until("the end", () => client.ends.length > 0)
        server.sockets[0]?.resetAndDestroy()
        yield* client.socket.closed
        assert.deepStrictEqual(client.seen, ["open", "closed 4000"])
      })
    )

    it.live("without a code when the connection breaks or ends", () =>
      Effect.gen(function* () {
        const endings: ReadonlyArray<(socket: Socket) => void> = [
          (socket) => socket.resetAndDestroy(),
          (socket) => socket.destroy(),
          (socket) => socket.end(),
          (socket) => socket.end(Buffer.of(0x81, 5, 0x61))
        ]
        for (const end of endings) {
          const server = yield* bytes(upgraded, (socket) => setTimeout(end, 10, socket))
          const client = yield* open(server.url)
          assert.match(yield* ending(client), /^closed undefined(: read ECONNRESET)?$/)
          assert.isFalse(client.socket.send("late"))
          yield* client.socket.closed
          assert.lengthOf(client.ends, 1)
        }
      })
    )

    it.live("by force, though the peer does not answer", () =>
      Effect.gen(function* () {
        const server = yield* bytes(upgraded)
        const client = yield* open(server.url)
        yield* sees(client, "open")
        client.socket.close(1000)
        yield* until("the close", () => server.received.length > 0)
        client.socket.terminate()
        yield* client.socket.closed
        client.socket.terminate()
        client.socket.close(1000)
        assert.deepStrictEqual(client.seen, ["open", "closed undefined"])
      })
    )

    it.live("with 1002 or 1009 when the peer breaks the protocol, which is its end", () =>
      Effect.gen(function* () {
        const cases: ReadonlyArray<[sent: Buffer, code: number, error: string]> = [
          [Buffer.from("HTTP/1.1 400 Bad Request"), 1002, "Invalid WebSocket frame: RSV1 must be clear"],
          [Buffer.of(0x81, 0x81, 1, 2, 3, 4, 5), 1002, "Invalid WebSocket frame: MASK must be clear"],
          [Buffer.of(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0), 1009, "Max payload size exceeded"]
        ]
        for (const [sent, code, error] of cases) {
          const server = yield* bytes(upgraded, (socket) => socket.write(sent))
          const client = yield* open(server.url)
          assert.strictEqual(yield* ending(client), `closed undefined: ${error}`)
          yield* until("a close", () => Buffer.concat(server.received).length >= 8)
          const [first = 0, second = 0, ...rest] = Buffer.concat(server.received)
          assert.deepStrictEqual([first, second], [0x88, 0x82])
          const [m0 = 0, m1 = 0, , , high = 0, low = 0] = rest
          assert.strictEqual(((high ^ m0) << 8) | (low ^ m1), code)
          client.socket.terminate()
          yield* client.socket.closed
        }
      })
    )
  })

  describe("is refused", () => {
    const answers: ReadonlyArray<[what: string, answer: (request: string) => string, error: string | RegExp]> = [
      ["by a status", () => "HTTP/1.1 503 Unavailable\r\n\r\n", "Unexpected server response: 503"],
      [
        "by a redirect, which is not followed",
        () => "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        "Unexpected server response: 302"
      ],
      ["by a page", () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "Unexpected server response: 200"],
      ["by another key", () => upgraded("sec-websocket-key: other\r\n"), "Invalid Sec-WebSocket-Accept header"],
      ["by no key", (request) => upgraded(request).replace(/Sec-.*\r\n/, ""), "Invalid Sec-WebSocket-Accept header"],
      ["by another protocol", (request) => upgraded(request).replace("websocket", "h2c"), "Invalid Upgrade header"],
      [
        "by an extension",
        (request) => upgraded(request, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
        "Server sent a Sec-WebSocket-Extensions header but no extension was requested"
      ],
      [
        "by a subprotocol",
        (request) => upgraded(request, "Sec-WebSocket-Protocol: x\r\n"),
        "Server sent a subprotocol but none was requested"
      ],
      [
        "by a connection that stays HTTP",
        (request) => upgraded(request).replace("Connection: Upgrade", "Connection: close"),
        "Invalid Connection header"
      ],
      ["by what is not HTTP", () => "garbage\r\n\r\n", /^Parse Error/],
      ["by what is not HTTP, and waits", () => "\u0015\u0003\u0003", /^Parse Error/],
      ["by an answer without an end", () => `HTTP/1.1 101 OK\r\na: ${"b".repeat(20_000)}`, /^Parse Error/]
    ]
    for (const [what, answer, error] of answers) {
      it.live(what, () =>
        Effect.gen(function* () {
          const server = yield* bytes(answer)
          const client = yield* open(server.url)
          const end = yield* ending(client)
          if (typeof error === "string") assert.strictEqual(end, `refused undefined: ${error}`)
          else assert.match(end, new RegExp(`^refused undefined: ${error.source.slice(1)}`))
          yield* client.socket.closed
          yield* until(
            "the end of TCP",
            () => server.sockets[0]?.destroyed === true || server.sockets[0]?.readableEnded === true
          )
          assert.lengthOf(client.seen, 1)
        })
      )
    }

    it.live("when nobody listens, and when the peer hangs up", () =>
      Effect.gen(function* () {
        const nobody = yield* open("ws://127.0.0.1:1")
        assert.match(yield* ending(nobody), /ECONNREFUSED/)
        const server = yield* bytes(
          () => "",
          (socket) => socket.destroy()
        )
        assert.match(yield* ending(yield* open(server.url)), /socket hang up/)
        const half = yield* bytes(
          (request) => upgraded(request).slice(0, -1),
          (socket) => socket.end()
        )
        assert.match(yield* ending(yield* open(half.url)), /socket hang up/)
      })
    )

    it.live("through an agent as without one", () =>
      Effect.gen(function* () {
        const agent = new Agent()
        for (const [, answer, error] of answers.filter(([, , error]) => typeof error === "string")) {
          // Node takes such an answer for an ordinary one.
          if (error === "Invalid Connection header") continue
          const server = yield* bytes(answer)
          assert.strictEqual(yield* ending(yield* open(server.url, { agent })), `refused undefined: ${error}`)
          yield* until(
            "the end of TCP",
            () => server.sockets[0]?.destroyed === true || server.sockets[0]?.readableEnded === true
          )
        }
        assert.match(yield* ending(yield* open("ws://127.0.0.1:1", { agent })), /ECONNREFUSED/)
      })
    )

    it.live("when the answer takes too long, even if it trickles", () =>
      Effect.gen(function* () {
        const server = yield* bytes(
          () => "HTTP/1.1 101 Switching Protocols\r\n",
          (socket) => {
            const timer = setInterval(() => socket.write("X-A: b\r\n"), 20)
            socket.on("close", () => clearInterval(timer))
          }
        )
        const client = yield* open(server.url, { timeout: 150 })
        assert.strictEqual(yield* ending(client), "refused undefined: Opening handshake has timed out")
        yield* until(
          "the end of TCP",
          () => server.sockets[0]?.readableEnded === true || server.sockets[0]?.destroyed === true
        )
      })
    )

    it.live("by whoever does not want it any more, and reports nothing that follows", () =>
      Effect.gen(function* () {
        const server = yield* serve()
        const client = yield* open(server.url)
        client.socket.close(1000)
        yield* client.socket.closed
        assert.deepStrictEqual(client.seen, ["refused undefined"])
        const later = yield* open(server.url)
        yield* sees(later, "open")
        assert.deepStrictEqual(client.seen, ["refused undefined"])
      })
    )

    it("throws for what is no URL of a websocket", () => {
      for (const url of ["not a url", "ftp://127.0.0.1", "ws://127.0.0.1/#fragment"]) {
        assert.throws(() => new GatewaySocket(url, { agent: undefined, timeout: 1 }, {} as never), Error)
      }
    })
  })

  describe("goes through", () => {
    it.live("the second address of a host, when the first refuses", () =>
      Effect.gen(function* () {
        const server = yield* serve()
        const { port } = new URL(server.url)
        // The first is the same port where nobody listens.
        vi.spyOn(dns, "lookup").mockImplementation(((_host: string, _options: unknown, found: Found) =>
          found(null, [
            { address: "127.0.0.2", family: 4 },
            { address: "127.0.0.1", family: 4 }
          ])) as never)
        yield* Effect.addFinalizer(() => Effect.sync(() => vi.restoreAllMocks()))
        const client = yield* open(`ws://two.test:${port}`)
        const peer = yield* server.peer
        peer.send("a".repeat(100))
        yield* sees(client, `text ${"a".repeat(100)}`)
      })
    )

    it.live("an agent, whose socket has been read in buffers of its own", () =>
      Effect.gen(function* () {
        const server = yield* serve()
        let made = 0
        const client = yield* open(server.url, { agent: agentOf(() => made++) })
        const peer = yield* server.peer
        peer.send("a")
        peer.send("b".repeat(200_000))
        yield* until("two messages", () => client.seen.length === 3)
        assert.strictEqual(made, 1)
        client.socket.close(4200)
        yield* client.socket.closed
        yield* until("the close", () => server.got.includes("close 4200"))
      })
    )

    it.live("TLS, with certificates that are checked", () =>
      Effect.gen(function* () {
        const https = yield* Effect.acquireRelease(
          Effect.sync(() => createHttpsServer({ ...certificate })),
          closeServer
        )
        const server = yield* serveOn(https as never, "wss")
        const { url } = server
        assert.match(yield* ending(yield* open(url)), /self-signed certificate/)

        const before = tls.getCACertificates("default")
        tls.setDefaultCACertificates([...before, certificate.cert])
        yield* Effect.addFinalizer(() => Effect.sync(() => tls.setDefaultCACertificates(before)))
        const client = yield* open(url)
        const withAgent = yield* open(url, { agent: new SecureAgent({ ca: certificate.cert }) as Agent })
        yield* until("two connections", () => server.peers.length === 2)
        const text = "t".repeat(1_000_000)
        for (const peer of server.peers) {
          for (let n = 0; n < 100; n++) peer.send(`${n}`)
          peer.send(text)
        }
        for (const { seen } of [client, withAgent]) {
          yield* until("all messages", () => seen.length === 102)
          assert.deepStrictEqual(seen.slice(1, 4), ["text 0", "text 1", "text 2"])
          assert.isTrue(seen[101] === `text ${text}`)
        }
        assert.isTrue(client.socket.send("up"))
        yield* until("a text", () => server.got.includes("text up"))
        client.socket.close(4200)
        yield* client.socket.closed
        yield* until("the close", () => server.got.includes("close 4200"))
      })
    )
  })
})
