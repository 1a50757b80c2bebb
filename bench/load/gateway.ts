/** The gateway of the load generator: what a client has to be told for its shards to be connected and to stay so. */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { WebSocket } from "ws"
import { single } from "../lib/encoding.ts"
import * as Payloads from "../lib/payloads.ts"
import { type LoadSettings, monotonic } from "../lib/protocol.ts"

/** One connection of a client. */
export interface Connection {
  readonly socket: WebSocket
  readonly tcp: Socket
  shard: number
  sequence: number
  isFirst: boolean
  /** What waits for the end of a flood, if one is being written. */
  held: Array<string> | undefined
}

interface Identify {
  readonly shard: number
  /** Milliseconds of the machine's monotonic clock. */
  readonly at: number
}

// Longer than most runs: heartbeats are not part of what most of them measure.
const heartbeatInterval = 41_250

/** The connections of one client after another. */
export class Gateway {
  settings: LoadSettings = { compression: undefined, shards: 1, maxConcurrency: 1, guilds: 0 }
  /** By shard. */
  connections = new Map<number, Connection>()
  identifies: Array<Identify> = []
  /** Is told of each IDENTIFY and of each RESUME that was accepted. */
  onAuthenticated: ((shard: number, how: "identified" | "resumed") => void) | undefined
  /** What clients are told to connect to. */
  readonly url: string
  readonly #sockets = new Set<WebSocket>()
  #sequences = new Map<number, number>()
  // Which shard a session belongs to.
  #sessions = new Map<string, number>()

  /** Nobody is connected yet. */
  constructor(url: string) {
    this.url = url
  }

  /** Forgets the last client. */
  configure(settings: LoadSettings): void {
    this.settings = settings
    for (const socket of this.#sockets) socket.terminate()
    this.connections = new Map()
    this.identifies = []
    this.#sequences = new Map()
    this.#sessions = new Map()
  }

  /** Greets a new connection. */
  accept(socket: WebSocket, request: IncomingMessage): void {
    const connection: Connection = {
      socket,
      tcp: request.socket,
      shard: -1,
      sequence: 0,
      isFirst: true,
      held: undefined
    }
    request.socket.setNoDelay(true)
    this.#sockets.add(socket)
    socket.on("message", (data: Buffer) => this.#onMessage(connection, data.toString()))
    socket.on("error", () => {})
    socket.on("close", () => {
      this.#sockets.delete(socket)
      this.#sequences.set(connection.shard, connection.sequence)
      if (this.connections.get(connection.shard) === connection) this.connections.delete(connection.shard)
    })
    const d = { heartbeat_interval: this.settings.heartbeatInterval ?? heartbeatInterval, _trace: [] }
    this.#send(connection, JSON.stringify({ t: null, s: null, op: 10, d }))
  }

  /** Sends an event. */
  dispatch(connection: Connection, name: string, data: Readonly<Record<string, unknown>>): void {
    connection.sequence++
    this.#send(connection, Payloads.dispatch(name, connection.sequence, data, this.settings.style?.keys))
  }

  /**
   * Runs what writes a flood. Until it has ended nothing else is written to the connection: a flood may be cut within
   * its frames, and in a compressed one each payload refers to those before it, which an acknowledgement would shift.
   */
  async alone(connection: Connection, write: () => Promise<void>): Promise<void> {
    connection.held = []
    await write()
    const { held } = connection
    connection.held = undefined
    for (const text of held) this.#send(connection, text)
  }

  #send(connection: Connection, text: string): void {
    if (connection.held !== undefined) return void connection.held.push(text)
    const { isFirst } = connection
    connection.isFirst = false
    connection.tcp.write(single(text, this.settings.compression, isFirst))
  }

  #onMessage(connection: Connection, text: string): void {
    const payload = JSON.parse(text) as { readonly op: number; readonly d: unknown }
    switch (payload.op) {
      case 1:
        return this.#send(connection, '{"t":null,"s":null,"op":11,"d":null}')
      case 2: {
        const [shard, total] = (payload.d as { readonly shard?: readonly [number, number] }).shard ?? [0, 1]
        return this.#onIdentify(connection, shard, total)
      }
      case 6:
        return this.#onResume(connection, payload.d as { readonly seq: number; readonly session_id: string })
    }
  }

  #onIdentify(connection: Connection, shard: number, total: number): void {
    const { guilds, silent } = this.settings
    this.identifies.push({ shard, at: monotonic() })
    this.onAuthenticated?.(shard, "identified")
    if (silent === true) return
    connection.shard = shard
    this.connections.set(shard, connection)
    const session = `session${this.#sessions.size}`
    this.#sessions.set(session, shard)
    this.dispatch(connection, "READY", Payloads.ready(session, shard, total, this.url, guilds))
    for (let index = 0; index < guilds; index++) this.dispatch(connection, "GUILD_CREATE", Payloads.guild(index))
  }

  #onResume(connection: Connection, { seq, session_id }: { readonly seq: number; readonly session_id: string }): void {
    const shard = this.#sessions.get(session_id)
    if (shard === undefined) return this.#send(connection, '{"t":null,"s":null,"op":9,"d":false}')
    connection.shard = shard
    connection.sequence = Math.max(seq, this.#sequences.get(shard) ?? 0)
    this.connections.set(shard, connection)
    this.dispatch(connection, "RESUMED", { _trace: [] })
    this.onAuthenticated?.(shard, "resumed")
  }

  /** How many IDENTIFYs came too early. Discord allows one per key in 5 seconds, less what it was under way. */
  violations(): number {
    const last = new Map<number, number>()
    let found = 0
    for (const { at, shard } of this.identifies) {
      const key = shard % this.settings.maxConcurrency
      if (at - (last.get(key) ?? -Infinity) < 4990) found++
      last.set(key, at)
    }
    return found
  }
}
