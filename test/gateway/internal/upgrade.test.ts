/** How an upgrade ends that cannot begin. */
import { assert, it } from "@effect/vitest"
import { Agent } from "node:http"
import { type AddressInfo, connect, createServer } from "node:net"
import { upgrade } from "../../../src/gateway/internal/socket/upgrade.ts"

const callbacks = {
  onUpgraded: () => assert.fail("it was upgraded"),
  onRefused: () => assert.fail("it was refused"),
  onBytes: () => assert.fail("bytes were read")
}

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length

it("leaves no timer behind when an agent refuses the request in the call", () => {
  const before = timers()
  const agent = new Agent()
  assert.throws(() => upgrade("wss://localhost:1/", { agent, timeout: 60_000 }, callbacks), /Protocol "https:"/)
  assert.strictEqual(timers(), before)
})

it("connects to nobody when it throws, for which nobody would be there to end the connection", async () => {
  let connections = 0
  const server = createServer((socket) => {
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
