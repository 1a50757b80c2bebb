/**
 * One connection to the gateway. It opens when made, ends exactly once with a value that says why, and is gone when it
 * has been released. It never reconnects: `shard.ts` decides what to do after an end.
 *
 * It is built on a websocket of its own (`socket/gatewaySocket.ts`) and not on `@discordjs/ws`, which
 *
 *  - cannot pass an HTTP agent or another compression to the socket,
 *  - handles each message in several promises, which is slow and lets a slow consumer reorder events,
 *  - retries by itself every 500 ms without end, drops sessions when a connection is refused, and may take 30 seconds,
 *    or for ever, to stop.
 *
 * Everything that arrives is read, and handed on, in the call that brought it: `receiver.ts` makes events of it. What is
 * sent here are IDENTIFY, RESUME and heartbeats; everything else comes from `outbox.ts`.
 */
import type { GatewayDispatchPayload, GatewayIdentify, GatewayResume } from "../../discord/DiscordApi.ts"
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Agent } from "node:http"
import { opcodes, sendLimit } from "../../discord/gatewayNumbers.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import type * as CloseCode from "../CloseCode.ts"
import type { EventShard } from "../GatewayEvents.ts"
import type { Presence } from "../Presence.ts"
import type { Session } from "../SessionStore.ts"
import type { Compression } from "../ShardManager.ts"
import { close, terminate } from "./closeSocket.ts"
import * as Decompression from "./decompression.ts"
import { withQuery } from "./gatewayUrl.ts"
import { toData } from "./presenceData.ts"
import * as Receiver from "./receiver.ts"
import { GatewaySocket, type Handlers as SocketHandlers, type SocketEnd } from "./socket/gatewaySocket.ts"

/** What the connections of a bot have in common. Durations are milliseconds. */
export interface Settings {
  readonly token: Redacted.Redacted
  readonly intents: number
  /** IDENTIFY's `large_threshold`, 50 to 250. */
  readonly largeThreshold: number | undefined
  /** For connections through a forward proxy. */
  readonly agent: Agent | undefined
  /** How Discord compresses what it sends. Not used when this version of Node cannot decompress it. */
  readonly compression: Compression | undefined
  /** The longest time for the socket to open. */
  readonly handshakeTimeout: number
  /** The longest wait for the peer to answer a close. */
  readonly closeTimeout: number
}

/** What a connection needs. */
export interface Options {
  readonly settings: Settings
  readonly shard: EventShard
  /** Where to connect. */
  readonly url: string
  /** The session to RESUME. This connection advances its `sequence` in place. */
  readonly session: Session | undefined
}

/** What a connection reports and asks, synchronously and in the order of arrival. Handlers must not throw. */
export interface Handlers {
  /** The presence that IDENTIFY carries, read when it is sent. */
  readonly presence: () => Presence | undefined
  /** The code to close with, read when the connection is released. */
  readonly closeCode: () => number
  /** The socket is open. */
  readonly onOpen: () => void
  /** Something was read, and what is reported until the next read was in it. */
  readonly onRead: () => void
  /** READY arrived, or RESUMED for the session that was given. Called before the event is dispatched. */
  readonly onAuthenticated: (session: Session) => void
  /** Whether to parse and dispatch events of this name. READY and RESUMED always are. */
  readonly wants: (event: string) => boolean
  /** An event with this sequence number was not wanted. */
  readonly onSkipped: (sequence: number) => void
  /** A malformed payload was ignored. `what` names its kind. */
  readonly onMalformed: (what: string) => void
  /** An event arrived; READY and RESUMED are events too. */
  readonly onDispatch: (payload: GatewayDispatchPayload) => void
  /** A heartbeat was acknowledged after this many milliseconds. */
  readonly onLatency: (millis: number) => void
  /** The connection ended. Not called when it is released first. No handler is called after it. */
  readonly onEnd: (end: CloseCode.End) => void
}

/** A connection. When it ends, its effects fail with how it ended. */
export interface ShardConnection {
  /** Completes when HELLO arrives, with the heartbeat interval in milliseconds. */
  readonly hello: Effect.Effect<number, CloseCode.End>
  /**
   * Sends IDENTIFY, if the connection is open and `mayStill`, which is asked in the same call, says that it may be sent
   * now. What it was is returned.
   */
  readonly identify: (mayStill: () => boolean) => "sent" | "late" | "ended"
  /** Sends RESUME for the session that was given. */
  readonly resume: () => void
  /** Completes when READY or RESUMED arrives. */
  readonly authenticated: Effect.Effect<void, CloseCode.End>
  /** Sends a heartbeat. */
  readonly beat: () => void
  /** Whether nothing that {@link beat} sent waits for its acknowledgement. */
  readonly acknowledged: () => boolean
  /**
   * When IDENTIFY, RESUME and heartbeats that Discord asked for were sent since the last call, in milliseconds of
   * `Elapsed`: the sender of everything else does not know about them.
   */
  readonly uncounted: () => ReadonlyArray<number>
  /**
   * Sends one frame of JSON, which has to be a payload that a bot may send now. Returns false, and sends nothing, when
   * the connection has ended.
   */
  readonly send: (text: string) => boolean
  /** Fails when the connection ends, and never succeeds. */
  readonly ended: Effect.Effect<never, CloseCode.End>
  /** Ends the connection from this side. What arrives later is ignored. */
  readonly end: (end: CloseCode.End) => void
  /** Closes the socket, and waits for that. Nothing is reported from then on. */
  readonly release: Effect.Effect<void>
}

// Source: Discord, "Identify Connection Properties": the names of the library.
const identifyProperties = { browser: "fibercord", device: "fibercord", os: process.platform }

// The presence is read when IDENTIFY is written, which may be minutes after the connection was opened.
const toIdentify = (
  { intents, largeThreshold, token }: Settings,
  { id, total }: EventShard,
  presence: Presence | undefined
): GatewayIdentify => ({
  op: opcodes.identify as GatewayIdentify["op"],
  d: {
    token: Redacted.value(token),
    properties: identifyProperties,
    intents,
    compress: false,
    shard: [id, total],
    ...(largeThreshold === undefined ? undefined : { large_threshold: largeThreshold }),
    ...(presence === undefined ? undefined : { presence: toData(presence) })
  }
})

const toResume = ({ token }: Settings, session: Session): GatewayResume => ({
  op: opcodes.resume as GatewayResume["op"],
  d: { token: Redacted.value(token), session_id: session.id, seq: session.sequence }
})

/**
 * Opens a connection, which has to be released. Whatever goes wrong, even an invalid URL, is how the connection ends,
 * perhaps in this very call.
 */
export const make = (options: Options, handlers: Handlers, clock: Clock.Clock): ShardConnection =>
  new Connection(options, handlers, clock)

const none: ReadonlyArray<number> = []

class Connection implements ShardConnection, Receiver.Callbacks, SocketHandlers {
  readonly #settings: Settings
  readonly #shard: EventShard
  readonly #handlers: Handlers
  readonly #clock: Clock.Clock
  readonly #hello = Deferred.makeUnsafe<number, CloseCode.End>()
  readonly #authenticated = Deferred.makeUnsafe<void, CloseCode.End>()
  readonly #ended = Deferred.makeUnsafe<never, CloseCode.End>()
  readonly #receiver: Receiver.Receiver
  /** None when the URL is invalid. */
  readonly #socket: GatewaySocket | undefined
  #how: CloseCode.End | undefined
  /** A scheduled heartbeat waits for its acknowledgement. What Discord asks for in between does not. */
  #isAwaited = false
  /** When the newest heartbeat was sent, until it is acknowledged. */
  #beatAt: number | undefined
  /** When frames were sent that are not counted where they come from. */
  #uncounted: ReadonlyArray<number> = none

  constructor({ session, settings, shard, url }: Options, handlers: Handlers, clock: Clock.Clock) {
    this.#settings = settings
    this.#shard = shard
    this.#handlers = handlers
    this.#clock = clock
    const { agent, compression, handshakeTimeout } = settings
    this.#receiver = new Receiver.Receiver(session, clock, this)
    const works = compression !== undefined && Decompression.works(compression)
    try {
      const full = withQuery(url, works ? compression : undefined)
      this.#socket = new GatewaySocket(full, { agent, timeout: handshakeTimeout }, this)
    } catch (error) {
      this.end({ _tag: "Unreachable", error })
    }
  }

  onOpen(): void {
    if (this.#how === undefined) this.#handlers.onOpen()
  }
  onRead(): void {
    this.#handlers.onRead()
  }
  // Nothing is delivered after the end.
  onMessage(bytes: Buffer, start: number, end: number, isBinary: boolean): void {
    if (this.#how === undefined) this.#receiver.push(bytes, start, end, isBinary)
  }
  onEnd({ code, error, wasOpen }: SocketEnd): void {
    this.end(
      wasOpen
        ? { _tag: "Closed", code, ...(error === undefined ? undefined : { error }) }
        : { _tag: "Unreachable", error: error ?? new Error("closed before it was open") }
    )
    this.#receiver.close()
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
  identify(mayStill: () => boolean): "sent" | "late" | "ended" {
    if (!this.#isOpen()) return "ended"
    // Made before, so that nothing but the send comes after the question.
    const text = JSON.stringify(toIdentify(this.#settings, this.#shard, this.#handlers.presence()))
    if (!mayStill()) return "late"
    this.#receiver.ask()
    this.#count()
    this.send(text)
    return "sent"
  }
  resume(): void {
    const { session } = this.#receiver
    if (session === undefined || !this.#isOpen()) return
    this.#receiver.ask()
    this.#count()
    this.send(JSON.stringify(toResume(this.#settings, session)))
  }
  beat(): void {
    this.#isAwaited = true
    this.#beat()
  }
  acknowledged(): boolean {
    return !this.#isAwaited
  }
  uncounted(): ReadonlyArray<number> {
    const sent = this.#uncounted
    this.#uncounted = none
    return sent
  }
  #isOpen(): boolean {
    return this.#how === undefined && this.#socket?.isOpen === true
  }
  #beat(): void {
    this.#beatAt = Elapsed.millis(this.#clock)
    this.send(JSON.stringify({ op: opcodes.heartbeat, d: this.#receiver.session?.sequence ?? null }))
  }
  #count(): void {
    // Older ones matter no longer: there are enough for any window. Not pushed, which would make room for seventeen.
    this.#uncounted = this.#uncounted.slice(1 - sendLimit.payloads).concat(Elapsed.millis(this.#clock))
  }
  send(text: string): boolean {
    return this.#how === undefined && this.#socket?.send(text) === true
  }
  end(end: CloseCode.End): void {
    if (this.#how !== undefined) return
    this.#how = end
    this.#handlers.onEnd(end)
    this.#settle(end)
  }
  get release(): Effect.Effect<void> {
    return Effect.suspend(() => {
      // It was released first: nothing is reported, and nothing that still arrives is delivered.
      if (this.#how === undefined) this.#settle((this.#how = { _tag: "Closed", code: undefined }))
      const socket = this.#socket
      if (socket === undefined) return Effect.void
      // A peer that does not acknowledge heartbeats will not answer a close either.
      if (this.#how._tag === "Zombie") return terminate(socket)
      return close(socket, this.#handlers.closeCode(), this.#settings.closeTimeout)
    })
  }

  // Resumes waiting fibers in this call, so it has to come last.
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
    this.#count()
    this.#beat()
  }
  onAcknowledgement(): void {
    this.#isAwaited = false
    if (this.#beatAt === undefined) return
    const latency = Elapsed.millis(this.#clock) - this.#beatAt
    this.#beatAt = undefined
    this.#handlers.onLatency(latency)
  }
  onAuthenticated(session: Session): void {
    this.#handlers.onAuthenticated(session)
    Deferred.doneUnsafe(this.#authenticated, Effect.void)
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
