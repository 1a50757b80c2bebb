/**
 * One connection to the gateway, over `@discordjs/ws`: it opens when acquired, ends exactly once with a value that says
 * why, and is gone when its scope closes. It never reconnects: what to do after an end is decided in `Shard`.
 *
 * This is the only file that knows `@discordjs/ws`. One `WebSocketShard` serves one connection. The library writes
 * IDENTIFY and RESUME; the socket is opened, read, kept alive and closed here, because the library
 *
 *  - has no way to pass an HTTP agent or another compression to the socket,
 *  - handles each message in several promises, which costs, and lets a slow consumer reorder events,
 *  - retries by itself every 500 ms without end, drops sessions when a connection is refused, and may wait for 30
 *    seconds, or for ever, when told to stop.
 *
 * The members that are used although TypeScript calls them private are listed in {@link Internals}; the version of the
 * library is pinned for them, and a test looks that they are there.
 */
import {
  type IContextFetchingStrategy,
  type SessionInfo,
  WebSocketShard,
  WebSocketShardEvents,
  DefaultDeviceProperty
} from "@discordjs/ws"
import type { GatewayDispatchPayload, GatewayReadyDispatchData } from "discord-api-types/v10"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Agent } from "node:http"
import { WebSocket } from "ws"
import type * as CloseCode from "./CloseCode.ts"
import { close, terminate } from "./internal/closeSocket.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import { withQuery } from "./internal/gatewayUrl.ts"
import * as Inflate from "./internal/inflate.ts"
import * as Receiver from "./internal/receiver.ts"
import { type Presence, toData } from "./Presence.ts"
import type { Session } from "./SessionStore.ts"
import type { ShardId } from "./ShardId.ts"

/** How Discord may compress what it sends. Source: Discord, "Transport Compression". */
export type Compression = Inflate.Compression

/** What a connection needs. Durations are milliseconds. */
export interface Options {
  readonly id: ShardId
  readonly total: number
  /** Where to connect. */
  readonly url: string
  readonly token: Redacted.Redacted
  readonly intents: number
  /** The session to RESUME. Its `sequence` is advanced in place while this connection lives. */
  readonly session: Session | undefined
  /** Read for IDENTIFY, which carries it. */
  readonly presence: () => Presence | undefined
  /** IDENTIFY's `large_threshold`, 50 to 250. */
  readonly largeThreshold: number | undefined
  /** For connections through a forward proxy. */
  readonly agent: Agent | undefined
  /** How Discord compresses what it sends. Where this version of Node cannot undo it, the connection does without. */
  readonly compression: Compression | undefined
  /** Longest time until the socket is open. */
  readonly handshakeTimeout: number
  /** Longest time that the peer is given to answer a close. */
  readonly closeTimeout: number
  /** Read when the scope closes: the code to close with. */
  readonly closeCode: () => number
}

/** What is told while the connection lives. Called synchronously in the order of arrival; must not throw. */
export interface Handlers {
  /** The socket is open. */
  readonly onOpen: () => void
  /** READY came, or RESUMED if `session` is the one that was given. Called before the event is dispatched. */
  readonly onAuthenticated: (session: Session) => void
  /** Whether events of this name are to be parsed and dispatched. READY and RESUMED always are. */
  readonly wants: (event: string) => boolean
  /** An event that was not wanted, by its sequence number. */
  readonly onSkipped: (sequence: number) => void
  /** Something that is no payload of Discord's was ignored; the words are the same for the same kind. */
  readonly onMalformed: (what: string) => void
  /** An event, READY and RESUMED included. */
  readonly onDispatch: (payload: GatewayDispatchPayload) => void
  /** A heartbeat was acknowledged after so many milliseconds. */
  readonly onLatency: (millis: number) => void
  /** It ended by itself or by `end`. Not called when the scope closes first. Nothing is called after it. */
  readonly onEnd: (end: CloseCode.End) => void
}

/** A connection. Its effects fail with how it ended, as soon as it has ended. */
export interface ShardConnection {
  /** Completes at HELLO with the heartbeat interval in milliseconds. */
  readonly hello: Effect.Effect<number, CloseCode.End>
  /** Sends IDENTIFY. */
  readonly identify: Effect.Effect<void>
  /** Sends RESUME for the session that was given. */
  readonly resume: Effect.Effect<void>
  /** Completes at READY or RESUMED. */
  readonly authenticated: Effect.Effect<void, CloseCode.End>
  /** Sends a heartbeat. */
  readonly heartbeat: Effect.Effect<void>
  /** Whether every heartbeat so far was acknowledged. */
  readonly acknowledged: () => boolean
  /**
   * Sends one frame of JSON, which must be a payload that a bot may send now. After the end it does nothing, and says
   * so.
   */
  readonly send: (text: string) => boolean
  /** Fails when the connection ends. Never succeeds. */
  readonly ended: Effect.Effect<never, CloseCode.End>
  /** Ends the connection from this side. What arrives later is not delivered. */
  readonly end: (end: CloseCode.End) => void
}

// TypeScript-private in the library, and needed because no public member does the same.
interface Internals {
  connection: WebSocket | null
  identify(): Promise<void>
  resume(session: SessionInfo): Promise<void>
}

class GatewayShard extends WebSocketShard {
  readonly #onUnasked: () => void

  constructor(id: ShardId, strategy: IContextFetchingStrategy, socket: WebSocket, onUnasked: () => void) {
    super(strategy, id)
    this.#onUnasked = onUnasked
    this.setMaxListeners(0)
    // An `error` event without a listener is thrown, and becomes an unhandled rejection inside the library.
    this.on(WebSocketShardEvents.Error, onUnasked)
    this.internals.connection = socket
  }

  get internals(): Internals {
    return this as unknown as Internals
  }

  // Every recovery of the library goes through here. None is wanted.
  override destroy(): Promise<void> {
    this.#onUnasked()
    return Promise.resolve()
  }
}

const toSessionInfo = (session: Session, options: Options): SessionInfo => ({
  resumeURL: session.resumeUrl,
  sequence: session.sequence,
  sessionId: session.id,
  shardCount: options.total,
  shardId: options.id
})

const makeStrategy = (options: Options, receiver: Receiver.Receiver): IContextFetchingStrategy => ({
  options: {
    compression: null,
    encoding: "json" as IContextFetchingStrategy["options"]["encoding"],
    gatewayInformation: {
      url: options.url,
      shards: options.total,
      session_start_limit: { total: 0, remaining: 0, reset_after: 0, max_concurrency: 1 }
    },
    handshakeTimeout: null,
    helloTimeout: null,
    identifyProperties: { browser: DefaultDeviceProperty, device: DefaultDeviceProperty, os: process.platform },
    // Read when IDENTIFY is written, which may be minutes after the connection was opened.
    get initialPresence() {
      const presence = options.presence()
      return presence === undefined ? null : toData(presence)
    },
    intents: options.intents,
    largeThreshold: options.largeThreshold ?? null,
    readyTimeout: null,
    shardCount: options.total,
    token: Redacted.value(options.token),
    useIdentifyCompression: false,
    version: "10"
  },
  retrieveSessionInfo: () => {
    const { session } = receiver
    return session === undefined ? null : toSessionInfo(session, options)
  },
  updateSessionInfo: () => {},
  // The turn has been awaited before IDENTIFY is asked for. If this could fail, the library would IDENTIFY twice.
  waitForIdentify: () => Promise.resolve()
})

/** Opens a connection. What is wrong with it, from the first lookup on, is how it ends. */
export const open = (options: Options, handlers: Handlers): Effect.Effect<ShardConnection, never, Scope.Scope> =>
  Effect.flatMap(Clock.Clock, (clock) =>
    Effect.acquireRelease(
      Effect.sync(() => new Connection(options, handlers, clock)),
      (connection) => connection.release
    )
  )

class Connection implements ShardConnection, Receiver.Callbacks {
  readonly #options: Options
  readonly #handlers: Handlers
  readonly #clock: Clock.Clock
  readonly #hello = Deferred.makeUnsafe<number, CloseCode.End>()
  readonly #authenticated = Deferred.makeUnsafe<void, CloseCode.End>()
  readonly #ended = Deferred.makeUnsafe<never, CloseCode.End>()
  readonly #receiver: Receiver.Receiver
  /** None where the URL is none. */
  readonly #socket: WebSocket | undefined
  /** From IDENTIFY or RESUME to what Discord answers: it is a third of what an idle connection would keep. */
  #shard: GatewayShard | undefined
  #how: CloseCode.End | undefined
  #acknowledged = true
  #beatAt = 0

  constructor(options: Options, handlers: Handlers, clock: Clock.Clock) {
    this.#options = options
    this.#handlers = handlers
    this.#clock = clock
    const { agent, compression, handshakeTimeout, session, url } = options
    const inflate = compression === undefined ? undefined : Inflate.make(compression)
    this.#receiver = new Receiver.Receiver({ session, inflate, now: () => clock.currentTimeMillisUnsafe() }, this)
    try {
      const socket = new WebSocket(withQuery(url, inflate === undefined ? undefined : compression), {
        ...(agent === undefined ? undefined : { agent }),
        handshakeTimeout,
        perMessageDeflate: false,
        // JSON.parse refuses what is not text; checking every frame twice costs a tenth of the throughput.
        skipUTF8Validation: true
      })
      this.#socket = socket
      this.#listen(socket, inflate)
    } catch (error) {
      inflate?.close()
      this.end({ _tag: "Unreachable", error })
    }
  }

  #listen(socket: WebSocket, inflate: Inflate.Inflate | undefined): void {
    let opened = false
    let failure: unknown
    socket.on("open", () => {
      opened = true
      if (this.#how === undefined) this.#handlers.onOpen()
    })
    // With `binaryType` as it is, data is always one Buffer. What has ended delivers nothing any more.
    socket.on("message", (data: Buffer) => {
      if (this.#how === undefined) this.#receiver.push(data)
    })
    socket.on("error", (error) => {
      failure = error
    })
    socket.on("close", (code) => {
      this.end(
        opened
          ? {
              _tag: "Closed",
              code: code === 1005 || code === 1006 ? undefined : code,
              ...(failure === undefined ? undefined : { error: failure })
            }
          : { _tag: "Unreachable", error: failure ?? new Error("closed before it was open") }
      )
      // Lets go of the library's waits.
      this.#shard?.emit(WebSocketShardEvents.Closed, code)
      inflate?.close()
    })
  }

  get hello(): Effect.Effect<number, CloseCode.End> {
    return Deferred.await(this.#hello)
  }
  get authenticated(): Effect.Effect<void, CloseCode.End> {
    return Deferred.await(this.#authenticated)
  }
  get ended(): Effect.Effect<never, CloseCode.End> {
    return Deferred.await(this.#ended)
  }
  get identify(): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.#socket === undefined) return
      this.#shard = this.#makeShard(this.#socket)
      void this.#shard.internals.identify()
    })
  }
  get resume(): Effect.Effect<void> {
    return Effect.sync(() => {
      const { session } = this.#receiver
      if (this.#socket === undefined || session === undefined) return
      void this.#makeShard(this.#socket).internals.resume(toSessionInfo(session, this.#options))
    })
  }
  get heartbeat(): Effect.Effect<void> {
    return Effect.sync(() => this.onHeartbeatRequest())
  }
  acknowledged(): boolean {
    return this.#acknowledged
  }
  #makeShard(socket: WebSocket): GatewayShard {
    return new GatewayShard(this.#options.id, makeStrategy(this.#options, this.#receiver), socket, () =>
      this.onCrash(new Error("@discordjs/ws tried to recover by itself"))
    )
  }
  send(text: string): boolean {
    const socket = this.#socket
    if (this.#how !== undefined || socket?.readyState !== WebSocket.OPEN) return false
    socket.send(text)
    return true
  }
  end(end: CloseCode.End): void {
    if (this.#how !== undefined) return
    this.#how = end
    this.#handlers.onEnd(end)
    this.#settle(end)
  }
  get release(): Effect.Effect<void> {
    return Effect.suspend(() => {
      // Interrupted: nobody is told, and nothing that still arrives is delivered.
      if (this.#how === undefined) this.#settle((this.#how = { _tag: "Closed", code: undefined }))
      const socket = this.#socket
      if (socket === undefined) return Effect.void
      // A peer that does not acknowledge heartbeats will not answer a close either.
      if (this.#how._tag === "Zombie") return terminate(socket)
      return close(socket, this.#options.closeCode(), this.#options.closeTimeout)
    })
  }

  // Runs those who wait in this very call, so it comes last.
  #settle(end: CloseCode.End): void {
    const failure = Effect.fail(end)
    Deferred.doneUnsafe(this.#hello, failure)
    Deferred.doneUnsafe(this.#authenticated, failure)
    Deferred.doneUnsafe(this.#ended, failure)
  }

  wants(event: string): boolean {
    return this.#handlers.wants(event)
  }
  onHello(interval: number): void {
    Deferred.doneUnsafe(this.#hello, Effect.succeed(interval))
  }
  onHeartbeatRequest(): void {
    this.#beatAt = Elapsed.millis(this.#clock)
    this.#acknowledged = false
    this.send(JSON.stringify({ op: 1, d: this.#receiver.session?.sequence ?? null }))
  }
  onAcknowledgement(): void {
    if (this.#acknowledged) return
    this.#acknowledged = true
    this.#handlers.onLatency(Elapsed.millis(this.#clock) - this.#beatAt)
  }
  onAuthenticated(session: Session): void {
    this.#handlers.onAuthenticated(session)
    Deferred.doneUnsafe(this.#authenticated, Effect.void)
    // Ends the library's own wait for READY, which has no timeout. It looks at nothing of it.
    this.#shard?.emit(WebSocketShardEvents.Ready, {} as GatewayReadyDispatchData)
    this.#shard = undefined
  }
  onDispatch(payload: GatewayDispatchPayload): void {
    this.#handlers.onDispatch(payload)
  }
  onSkipped(sequence: number): void {
    this.#handlers.onSkipped(sequence)
  }
  onMalformed(what: string): void {
    this.#handlers.onMalformed(what)
  }
  onReconnect(): void {
    this.end({ _tag: "ReconnectRequested" })
  }
  onInvalidSession(resumable: boolean): void {
    this.end({ _tag: "InvalidSession", resumable })
  }
  onCorrupt(error: unknown): void {
    this.end({ _tag: "Corrupt", error })
  }
  onCrash(error: unknown): void {
    this.end({ _tag: "Crashed", error })
  }
}
