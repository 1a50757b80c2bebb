/** How an upgrade ends: once, and with nothing left of it. */
import { assert, it } from "@effect/vitest"
import { once } from "node:events"
import { Agent, createServer, type Server } from "node:http"
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net"
import { Duplex } from "node:stream"
import { afterEach, beforeEach, vi } from "vitest"
import { WebSocketServer } from "ws"
import { upgrade } from "../../../src/gateway/internal/socket/upgrade.ts"

const callbacks = {
  onUpgraded: () => assert.fail("it was upgraded"),
  onRefused: () => assert.fail("it was refused"),
  onBytes: () => assert.fail("bytes were read")
}

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length

/** How long an upgrade may take: more than all of these together. */
const timeout = 60_000

let server: Server
let url: string

beforeEach(async () => {
  server = createServer()
  await once(server.listen(0, "127.0.0.1"), "listening")
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterEach(() => {
  vi.useRealTimers()
  server.closeAllConnections()
  server.close()
})

it("leaves no timer behind when an agent refuses the request in the call", () => {
  const before = timers()
  const agent = new Agent()
  assert.throws(() => upgrade("wss://localhost:1/", { agent, timeout }, callbacks), /Protocol "https:"/)
  assert.strictEqual(timers(), before)
})

it("connects to nobody when it throws, for which nobody would be there to end the connection", async () => {
  let connections = 0
  const server = createTcpServer((socket) => {
    connections++
    socket.end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve)
  })
  try {
    const { port } = server.address() as AddressInfo
    for (const agent of [undefined, new Agent()]) {
      for (const url of [`ws://%E0%A4%A@127.0.0.1:${port}`, `ws://a:%@127.0.0.1:${port}`, "ws://%@127.0.0.1:1"]) {
        assert.throws(() => upgrade(url, { agent, timeout: 60_000 }, callbacks), URIError)
      }
    }
    // Connections are accepted in order.
    await new Promise((resolve) => connect(port, "127.0.0.1").on("close", resolve).resume())
    assert.strictEqual(connections, 1)
  } finally {
    server.close()
  }
})

it.each([2 ** 31 - 1, 2 ** 31, 1e300])(
  "has a timeout of %d milliseconds, or the longest that there is",
  async (timeout) => {
    const warnings: Array<string> = []
    const onWarning = ({ name }: Error) => void warnings.push(name)
    process.on("warning", onWarning)
    const end = upgrade("ws://127.0.0.1:1", { agent: undefined, timeout }, callbacks)
    end()
    // Warnings are emitted in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    process.off("warning", onWarning)
    assert.deepStrictEqual(warnings, [])
  }
)

it("leaves neither a timer nor a listener at an open connection", async () => {
  const websockets = new WebSocketServer({ noServer: true })
  server.on("upgrade", (request, socket, head) => websockets.handleUpgrade(request, socket, head, () => undefined))
  // A timer that is left would end the connection, and keep the process.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
  const socket = await new Promise<Socket>((resolve) => {
    upgrade(url, { agent: undefined, timeout }, { ...callbacks, onUpgraded: resolve, onBytes: () => undefined })
  })
  assert.strictEqual(vi.getTimerCount(), 0)
  assert.deepStrictEqual(socket.rawListeners("error"), [])
  assert.deepStrictEqual(socket.rawListeners("close"), [])
  socket.destroy()
})

// By the time at which the server sees the end, the client has been told of it.
const isGone = (socket: Socket) => once(socket, "close")

it("says once that it was refused, though the connection ends as well", async () => {
  server.on("request", (_, response) => response.writeHead(400).end())
  const refusals: Array<string> = []
  const onRefused = (error: unknown): void => void refusals.push(String(error))
  upgrade(url, { agent: undefined, timeout }, { ...callbacks, onRefused })
  const [socket] = (await once(server, "connection")) as [Socket]
  await isGone(socket)
  assert.deepStrictEqual(refusals, ["Error: Unexpected server response: 400"])
})

it("says nothing to whoever does not want it any more", async () => {
  const said: Array<string> = []
  const end = upgrade(
    url,
    { agent: undefined, timeout },
    {
      onUpgraded: () => said.push("upgraded"),
      onRefused: () => said.push("refused"),
      onBytes: () => said.push("bytes")
    }
  )
  const [socket] = (await once(server, "connection")) as [Socket]
  const gone = isGone(socket)
  end()
  await gone
  end()
  assert.deepStrictEqual(said, [])
})

// Those of forward proxies look who asks: the module for plain connections, or that for TLS.
it.each(["ws", "wss"])("leaves the protocol of %s to an agent that has none of its own", (scheme) => {
  const agent = Object.assign(new Agent(), { protocol: undefined })
  const asked: Array<number> = []
  agent.createConnection = ((options: { readonly port: number }) => {
    asked.push(options.port)
    return new Duplex()
  }) as never
  upgrade(`${scheme}://localhost:1/`, { agent, timeout }, callbacks)()
  assert.deepStrictEqual(asked, [1])
})
