/** Answers to the request for a websocket, beside `ws` as the reference: who takes one, and what was said with it. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { Agent } from "node:http"
import { type AddressInfo, createServer } from "node:net"
import { WebSocket } from "ws"
import { GatewaySocket } from "../../../../src/gateway/internal/socket/gatewaySocket.ts"

const usual = {
  before: "",
  version: "HTTP/1.1",
  status: "101",
  reason: " Switching Protocols",
  upgrade: "Upgrade: websocket",
  connection: "Connection: Upgrade",
  accept: "Sec-WebSocket-Accept: <key>",
  more: "X: y",
  newline: "\r\n",
  rest: "\u0081\u0002hi"
}
type Answer = typeof usual

/** What else each part of an answer may be. */
const others: { readonly [K in keyof Answer]: ReadonlyArray<string> } = {
  before: ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"],
  version: ["HTTP/1.0", "http/1.1", "HTTP/3"],
  status: ["100", "200", "302", "429", "503", "1010", "0101"],
  reason: ["", " ", "  x", " é", "x"],
  upgrade: [
    "UPGRADE:\tWebSocket ",
    "Upgrade: websocket\r\nUpgrade: websocket",
    "Upgrade: h2c, websocket",
    "Upgrade: websockets",
    "X: y"
  ],
  connection: [
    "connection:keep-alive, upgrade",
    "Connection: keep-alive\r\nConnection: Upgrade",
    "Connection: upgrade,",
    "Connection: upgrades",
    "Connection: close",
    "X: y"
  ],
  accept: [
    "sec-websocket-accept:<key>",
    "Sec-WebSocket-Accept: <key>\r\nSec-WebSocket-Accept: <key>",
    "Sec-WebSocket-Accept: other",
    "Sec-WebSocket-Accept: <key>, <key>",
    "X: y"
  ],
  more: [
    "Set-Cookie: a=b\r\nSet-Cookie: c",
    "Content-Length: 4",
    "Transfer-Encoding: chunked",
    "X: a\tb\u0080\u00ff",
    "Sec-WebSocket-Protocol: x",
    "Sec-WebSocket-Extensions: permessage-deflate",
    "Sec-WebSocket-Extensions:",
    "X: a\r\n b",
    ": a",
    "a b: c",
    "a : c",
    "X: a\u0001",
    `X: ${"x".repeat(20_000)}`
  ],
  newline: ["\n"],
  rest: ["", "\u0081\u0002hi\u0088\u0002\u000f\u00a0"]
}
const changes = Object.entries(others).flatMap(([part, all]) => all.map((value) => ({ [part]: value })))

const write = (answer: Answer, key: string): Buffer => {
  const { accept, before, connection, more, newline, reason, rest, status, upgrade, version } = answer
  const head = [`${version} ${status}${reason}`, upgrade, connection, accept.replaceAll("<key>", key), more, "", ""]
  return Buffer.from(before + head.join("\r\n").replaceAll("\r\n", newline) + rest, "latin1")
}

/** A server that gives one answer to whoever connects, and then ends. */
const serve = (answer: Answer) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer((socket) => {
            socket.on("error", () => undefined)
            socket.once("data", (request: Buffer) => {
              const key = /sec-websocket-key: (.*)\r/i.exec(request.toString())?.[1] ?? ""
              const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
              socket.end(write(answer, accept))
            })
          })
          server.listen(0, "127.0.0.1", () => resolve(server))
        })
    ),
    (server) => Effect.sync(() => server.close())
  )

const ours = (url: string, agent?: Agent): Promise<ReadonlyArray<string>> =>
  new Promise((resolve) => {
    const seen: Array<string> = []
    const socket = new GatewaySocket(
      url,
      { agent, timeout: 5_000 },
      {
        onOpen: () => seen.push("open"),
        onRead: () => undefined,
        onMessage: (bytes, start, end) => seen.push(bytes.toString("latin1", start, end)),
        onEnd: ({ code, wasOpen }) => {
          resolve([...seen, wasOpen ? `closed ${code}` : "refused"])
          socket.terminate()
        }
      }
    )
  })

const theirs = (url: string): Promise<ReadonlyArray<string>> =>
  new Promise((resolve) => {
    const seen: Array<string> = []
    const socket = new WebSocket(url, { perMessageDeflate: false })
    socket.on("open", () => seen.push("open"))
    socket.on("message", (data: Buffer) => seen.push(data.toString("latin1")))
    socket.on("error", () => undefined)
    socket.on("close", (code) =>
      resolve([...seen, seen[0] === "open" ? `closed ${code === 1006 ? undefined : code}` : "refused"])
    )
  })

const agrees = (answer: Answer) =>
  Effect.gen(function* () {
    const server = yield* serve(answer)
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const [expected, plain, through] = yield* Effect.promise(() =>
      Promise.all([theirs(url), ours(url), ours(url, new Agent())])
    )
    assert.deepStrictEqual(plain, expected)
    assert.deepStrictEqual(through, expected)
    return expected
  }).pipe(Effect.scoped)

describe("an answer to the request for a websocket is taken and refused as `ws` does, with an agent and without", () => {
  it.live("when one part of it is not as usual", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* agrees(usual), ["open", "hi", "closed undefined"])
      for (const change of changes) yield* agrees({ ...usual, ...change })
    })
  )

  it.live.prop(
    "when several are not",
    [
      Arbitrary.array(Arbitrary.schema(Schema.Literals(changes.map((_, index) => index))), {
        minLength: 2,
        maxLength: 4
      })
    ],
    ([chosen]) => agrees(Object.assign({}, usual, ...chosen.map((index) => changes[index]))),
    { arbitrary: { runs: 100 } }
  )
})
