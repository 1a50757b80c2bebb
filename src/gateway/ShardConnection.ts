/**
 * One connection to the gateway, over `@discordjs/ws`: it opens when acquired, ends exactly once with a value that says
 * why, and is gone when its scope closes. It never reconnects: what to do after an end is decided in `Shard`.
 *
 * This is the only file that knows `@discordjs/ws`. One `WebSocketShard` serves one connection. The library writes
 * IDENTIFY, RESUME and heartbeats; the socket is opened, read and closed here, because the library
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
import * as Elapsed from "./internal/elapsed.ts"
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
  /** Sends one frame of JSON, which must be a payload that a bot may send now. Does nothing after the end. */
  readonly send: (text: string) => void
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

const makeStrategy = (options: Options, session: () => Session | undefined): IContextFetchingStrategy => ({
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
    const current = session()
    return current === undefined ? null : toSessionInfo(current, options)
  },
  updateSessionInfo: () => {},
  // The turn has been awaited before IDENTIFY is asked for. If this could fail, the library would IDENTIFY twice.
  waitForIdentify: () => Promise.resolve()
})

/** Opens a connection. What is wrong with it, from the first lookup on, is how it ends. */
export const open = (options: Options, handlers: Handlers): Effect.Effect<ShardConnection, never, Scope.Scope> =>
  Effect.flatMap(Clock.Clock, (clock) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => makeUnsafe(options, handlers, clock)),
        ({ release }) => release
      ),
      ({ connection }) => connection
    )
  )

const makeUnsafe = (
  options: Options,
  handlers: Handlers,
  clock: Clock.Clock
): { readonly connection: ShardConnection; readonly release: Effect.Effect<void> } => {
  const hello = Deferred.makeUnsafe<number, CloseCode.End>()
  const authenticated = Deferred.makeUnsafe<void, CloseCode.End>()
  const ended = Deferred.makeUnsafe<never, CloseCode.End>()
  let how: CloseCode.End | undefined
  let opened = false
  let socketError: unknown
  let acknowledged = true
  let beatAt = 0

  const settle = (value: CloseCode.End): void => {
    const failure = Effect.fail(value)
    Deferred.doneUnsafe(hello, failure)
    Deferred.doneUnsafe(authenticated, failure)
    Deferred.doneUnsafe(ended, failure)
  }
  const end = (value: CloseCode.End): void => {
    if (how !== undefined) return
    how = value
    handlers.onEnd(value)
    // Last, for it runs those who wait in this very call.
    settle(value)
  }

  const inflate = options.compression === undefined ? undefined : Inflate.make(options.compression)
  let socket: WebSocket
  try {
    socket = new WebSocket(withQuery(options.url, inflate === undefined ? undefined : options.compression), {
      ...(options.agent === undefined ? undefined : { agent: options.agent }),
      handshakeTimeout: options.handshakeTimeout,
      perMessageDeflate: false,
      // JSON.parse refuses what is not text; checking every frame twice costs a tenth of the throughput.
      skipUTF8Validation: true
    })
  } catch (error) {
    inflate?.close()
    end({ _tag: "Unreachable", error })
    const dead = Deferred.await(ended)
    return {
      connection: {
        hello: dead,
        identify: Effect.void,
        resume: Effect.void,
        authenticated: dead,
        heartbeat: Effect.void,
        acknowledged: () => true,
        send: () => {},
        ended: dead,
        end
      },
      release: Effect.void
    }
  }

  const shard = new GatewayShard(
    options.id,
    makeStrategy(options, () => receiver.session()),
    socket,
    () => {
      end({ _tag: "Crashed", error: new Error("@discordjs/ws tried to recover by itself") })
    }
  )

  const beat = (): void => {
    beatAt = Elapsed.millis(clock)
    acknowledged = false
    void shard.send({ op: 1, d: receiver.session()?.sequence ?? null })
  }

  const receiver = Receiver.make(
    { session: options.session, inflate, now: () => clock.currentTimeMillisUnsafe() },
    {
      wants: (event) => handlers.wants(event),
      onAcknowledgement: () => {
        if (acknowledged) return
        acknowledged = true
        handlers.onLatency(Elapsed.millis(clock) - beatAt)
      },
      onAuthenticated: (session) => {
        handlers.onAuthenticated(session)
        Deferred.doneUnsafe(authenticated, Effect.void)
        // Ends the library's own wait for READY, which has no timeout. It looks at nothing of it.
        shard.emit(WebSocketShardEvents.Ready, {} as GatewayReadyDispatchData)
      },
      onCorrupt: (error) => end({ _tag: "Corrupt", error }),
      onCrash: (error) => end({ _tag: "Crashed", error }),
      onDispatch: (payload) => handlers.onDispatch(payload),
      onHeartbeatRequest: beat,
      onHello: (interval) => {
        Deferred.doneUnsafe(hello, Effect.succeed(interval))
      },
      onInvalidSession: (resumable) => end({ _tag: "InvalidSession", resumable }),
      onMalformed: (what) => handlers.onMalformed(what),
      onReconnect: () => end({ _tag: "ReconnectRequested" }),
      onSkipped: (sequence) => handlers.onSkipped(sequence)
    }
  )

  socket.on("open", () => {
    opened = true
    if (how === undefined) handlers.onOpen()
  })
  // With `binaryType` as it is, data is always one Buffer. What has ended delivers nothing any more.
  socket.on("message", (data: Buffer) => {
    if (how === undefined) receiver.push(data)
  })
  socket.on("error", (error) => {
    socketError = error
  })
  socket.on("close", (code) => {
    end(
      opened
        ? {
            _tag: "Closed",
            code: code === 1005 || code === 1006 ? undefined : code,
            ...(socketError === undefined ? undefined : { error: socketError })
          }
        : { _tag: "Unreachable", error: socketError ?? new Error("closed before it was open") }
    )
    // Lets go of the library's waits.
    shard.emit(WebSocketShardEvents.Closed, code)
    inflate?.close()
  })

  return {
    connection: {
      hello: Deferred.await(hello),
      identify: Effect.sync(() => void shard.internals.identify()),
      resume: Effect.sync(() => {
        const session = receiver.session()
        if (session !== undefined) void shard.internals.resume(toSessionInfo(session, options))
      }),
      authenticated: Deferred.await(authenticated),
      heartbeat: Effect.sync(beat),
      acknowledged: () => acknowledged,
      send: (text) => {
        if (how === undefined && socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      ended: Deferred.await(ended),
      end
    },
    release: Effect.suspend(() => {
      if (how === undefined) settle((how = { _tag: "Closed", code: undefined }))
      // A peer that does not acknowledge heartbeats will not answer a close either.
      return how._tag === "Zombie" ? terminate(socket) : close(socket, options.closeCode(), options.closeTimeout)
    })
  }
}
