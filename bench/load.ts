/**
 * The load generator: a gateway and the few HTTP endpoints that a bot calls, in a process of its own. It is controlled
 * over IPC, sends bytes that were encoded in advance, and measures what only this end can see.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"
import { encodeFlood, single } from "./lib/encoding.ts"
import * as Payloads from "./lib/payloads.ts"
import type { FromLoad, LoadSettings, ToLoad } from "./lib/protocol.ts"
import { quantile } from "./lib/stats.ts"

interface Connection {
  readonly socket: WebSocket
  readonly tcp: Socket
  shard: number
  sequence: number
  isFirst: boolean
}

let settings: LoadSettings = { compression: undefined, shards: 1, maxConcurrency: 1, guilds: 0 }
let connections = new Map<number, Connection>()
let sequences = new Map<number, number>()
// Which shard a session belongs to.
let sessions = new Map<string, number>()
let identifies: Array<{ readonly shard: number; readonly at: number }> = []
let onResumed: ((shard: number) => void) | undefined
let onAnswer: ((id: string) => void) | undefined
let gateway = ""

const reply = (message: FromLoad): void => void process.send?.(message)

// Longer than every run: heartbeats are not part of what is measured, and some clients send one after HELLO.
const heartbeatInterval = 41_250

const send = (connection: Connection, text: string): void => {
  const { isFirst } = connection
  connection.isFirst = false
  connection.tcp.write(single(text, settings.compression, isFirst))
}

const dispatch = (connection: Connection, name: string, data: Readonly<Record<string, unknown>>): void => {
  connection.sequence++
  send(connection, Payloads.dispatch(name, connection.sequence, data))
}

const onIdentify = (connection: Connection, shard: number, total: number): void => {
  identifies.push({ shard, at: performance.now() })
  connection.shard = shard
  connections.set(shard, connection)
  const session = `session${sessions.size}`
  sessions.set(session, shard)
  dispatch(connection, "READY", Payloads.ready(session, shard, total, gateway, settings.guilds))
  for (let index = 0; index < settings.guilds; index++) dispatch(connection, "GUILD_CREATE", Payloads.guild(index))
}

const onMessage = (connection: Connection, text: string): void => {
  const payload = JSON.parse(text) as { readonly op: number; readonly d: unknown }
  switch (payload.op) {
    case 1:
      return send(connection, '{"t":null,"s":null,"op":11,"d":null}')
    case 2: {
      const [shard, total] = (payload.d as { readonly shard?: readonly [number, number] }).shard ?? [0, 1]
      return onIdentify(connection, shard, total)
    }
    case 6: {
      const { seq, session_id } = payload.d as { readonly seq: number; readonly session_id: string }
      const shard = sessions.get(session_id)
      if (shard === undefined) return send(connection, '{"t":null,"s":null,"op":9,"d":false}')
      connection.shard = shard
      connection.sequence = Math.max(seq, sequences.get(shard) ?? 0)
      connections.set(shard, connection)
      dispatch(connection, "RESUMED", { _trace: [] })
      onResumed?.(shard)
    }
  }
}

const answers = (request: IncomingMessage): unknown => {
  const path = (request.url ?? "")
    .replace(/\?.*$/, "")
    .replace(/^.*\/v\d+(?=\/)/, "")
    .replace(/^\/api(?=\/)/, "")
  switch (path) {
    case "/gateway":
      return { url: gateway }
    case "/gateway/bot":
      return {
        url: gateway,
        shards: settings.shards,
        session_start_limit: {
          total: 1000,
          remaining: 1000,
          reset_after: 86_400_000,
          max_concurrency: settings.maxConcurrency
        }
      }
    case "/users/@me":
      return Payloads.self
    case "/applications/@me":
    case "/oauth2/applications/@me":
      return Payloads.application
    default:
      return path.endsWith("/commands") ? [] : {}
  }
}

const callback = /\/interactions\/(\d+)\/[^/]+\/callback/

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  const interaction = callback.exec(request.url ?? "")?.[1]
  request.resume()
  request.on("end", () => {
    if (interaction !== undefined) {
      const withResponse = (request.url ?? "").includes("with_response=true")
      if (withResponse) response.setHeader("content-type", "application/json")
      response.writeHead(withResponse ? 200 : 204)
      response.end(withResponse ? Payloads.callbackResponse(interaction) : undefined)
      onAnswer?.(interaction)
      return
    }
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify(answers(request)))
  })
})
server.keepAliveTimeout = 120_000

const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on("connection", (socket, request) => {
  const connection: Connection = { socket, tcp: request.socket, shard: -1, sequence: 0, isFirst: true }
  request.socket.setNoDelay(true)
  socket.on("message", (data: Buffer) => onMessage(connection, data.toString()))
  socket.on("error", () => {})
  socket.on("close", () => {
    sequences.set(connection.shard, connection.sequence)
    if (connections.get(connection.shard) === connection) connections.delete(connection.shard)
  })
  send(
    connection,
    JSON.stringify({ t: null, s: null, op: 10, d: { heartbeat_interval: heartbeatInterval, _trace: [] } })
  )
})

const write = (tcp: Socket, chunk: Buffer): Promise<void> | undefined => {
  if (tcp.destroyed || tcp.write(chunk)) return undefined
  return new Promise((resolve) => {
    const settle = () => {
      tcp.off("drain", settle).off("close", settle)
      resolve()
    }
    tcp.on("drain", settle).on("close", settle)
  })
}

const flood = async (count: number, withoutInteractions = false): Promise<number> => {
  const targets = [...connections.values()]
  const prepared = await Promise.all(
    targets.map(async (connection) => {
      const encoded = await encodeFlood(settings.compression, connection.sequence + 1, count, withoutInteractions)
      connection.sequence += count
      return { tcp: connection.tcp, encoded }
    })
  )
  await Promise.all(
    prepared.map(async ({ encoded, tcp }) => {
      for (const chunk of encoded.chunks) await write(tcp, chunk)
    })
  )
  return prepared.reduce((sum, { encoded }) => sum + encoded.bytes, 0)
}

let nextInteraction = 700_000_000_000_000_000n

const interactions = (inFlight: number, count: number, seconds: number): Promise<FromLoad> =>
  new Promise((resolve) => {
    const [connection] = connections.values()
    const sentAt = new Map<string, number>()
    const latencies: Array<number> = []
    const startedAt = performance.now()
    const issue = () => {
      const id = String(nextInteraction++)
      sentAt.set(id, performance.now())
      if (connection !== undefined) dispatch(connection, "INTERACTION_CREATE", Payloads.interaction(id))
    }
    const finish = () => {
      onAnswer = undefined
      clearTimeout(timer)
      latencies.sort((a, b) => a - b)
      resolve({
        op: "interactions",
        answered: latencies.length,
        seconds: (performance.now() - startedAt) / 1000,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99)
      })
    }
    const timer = setTimeout(finish, seconds * 1000)
    onAnswer = (id) => {
      const sent = sentAt.get(id)
      if (sent === undefined) return
      sentAt.delete(id)
      latencies.push(performance.now() - sent)
      if (latencies.length === count) finish()
      else if (latencies.length + sentAt.size < count) issue()
    }
    for (let n = 0; n < inFlight; n++) issue()
  })

const reset = (shard: number): Promise<FromLoad> =>
  new Promise((resolve) => {
    const finish = (milliseconds: number | undefined) => {
      onResumed = undefined
      clearTimeout(timer)
      resolve({ op: "reset", milliseconds })
    }
    const timer = setTimeout(finish, 5000, undefined)
    const startedAt = performance.now()
    onResumed = (resumed) => {
      if (resumed === shard) finish(performance.now() - startedAt)
    }
    connections.get(shard)?.tcp.resetAndDestroy()
  })

// Discord allows one IDENTIFY per key in 5 seconds, minus some milliseconds that it may have been under way.
const violations = (): number => {
  const last = new Map<number, number>()
  let found = 0
  for (const { at, shard } of identifies) {
    const key = shard % settings.maxConcurrency
    if (at - (last.get(key) ?? -Infinity) < 4990) found++
    last.set(key, at)
  }
  return found
}

const handle = async (message: ToLoad): Promise<FromLoad> => {
  switch (message.op) {
    case "configure":
      settings = message
      for (const client of sockets.clients) client.terminate()
      connections = new Map()
      sequences = new Map()
      sessions = new Map()
      identifies = []
      return { op: "configure" }
    case "flood":
      return { op: "flood", bytes: await flood(message.count, message.withoutInteractions) }
    case "interactions":
      return interactions(message.inFlight, message.count, message.seconds)
    case "reset":
      return reset(message.shard)
    case "boot":
      return { op: "boot", identifies: identifies.length, violations: violations() }
  }
}

process.on("message", (message) => void handle(message as ToLoad).then(reply))
process.on("disconnect", () => process.exit())

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  gateway = `ws://127.0.0.1:${port}`
  reply({ op: "listening", port })
})
