/**
 * The load generator: a gateway and the few HTTP endpoints that a bot calls, in a process of its own. It is controlled
 * over IPC, sends bytes that were encoded in advance, and measures what only this end can see.
 */
import { createServer } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import type { Certificate } from "./lib/certificate.ts"
import type { FromLoad, ToLoad } from "./lib/protocol.ts"
import { api } from "./load/api.ts"
import { Gateway } from "./load/gateway.ts"
import * as Measures from "./load/measures.ts"

const reply = (message: FromLoad): void => void process.send?.(message)

const certificate = process.env["BENCH_CERTIFICATE"]
const server =
  certificate === undefined
    ? createServer()
    : createSecureServer({ ...(JSON.parse(certificate) as Certificate), noDelay: true })
server.keepAliveTimeout = 120_000
// A thousand shards may connect at once.
const backlog = 4096
await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog }, resolve))
const { port } = server.address() as AddressInfo

const gateway = new Gateway(`${certificate === undefined ? "ws" : "wss"}://127.0.0.1:${port}`)
const interactions = new Measures.Interactions(gateway)
server.on(
  "request",
  api(gateway, (id) => interactions.answered(id))
)
new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket, request) =>
  gateway.accept(socket, request)
)

const handle = async (message: ToLoad): Promise<FromLoad> => {
  switch (message.op) {
    case "configure":
      gateway.configure(message)
      return { op: "configure" }
    case "flood":
      return { op: "flood", ...(await Measures.flood(gateway, message)) }
    case "interactions":
      return { op: "interactions", ...(await interactions.keep(message)) }
    case "paced":
      return { op: "paced", ...(await interactions.pace(message)) }
    case "reset":
      return { op: "reset", milliseconds: await Measures.reset(gateway, message) }
    case "storm":
      return { op: "storm", ...(await Measures.storm(gateway, message)) }
    case "identified":
      return { op: "identified", at: await Measures.identified(gateway) }
    case "boot":
      return { op: "boot", identifies: gateway.identifies.length, violations: gateway.violations() }
  }
}

process.on("message", (message) => void handle(message as ToLoad).then(reply))
process.on("disconnect", () => process.exit())
reply({ op: "listening", port })
