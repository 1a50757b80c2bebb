/**
 * What a connection receives, from bytes to events: decompressed, parsed and dispatched synchronously, in order and
 * once. Keeps the session and its sequence. It never throws, whatever the bytes are.
 */
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import type * as Clock from "effect/Clock"
import { opcodes } from "../../discord/gatewayNumbers.ts"
import type { Session } from "../SessionStore.ts"
import * as Decompression from "./decompression.ts"
import * as Envelope from "./envelope.ts"

/** What is reported, synchronously. */
export interface Callbacks {
  /** Whether to parse and dispatch events of this name. READY and RESUMED always are. */
  readonly wants: (event: string) => boolean
  readonly onHello: (heartbeatInterval: number) => void
  /** Discord asks for a heartbeat (op 1). */
  readonly onHeartbeatRequest: () => void
  /** Discord acknowledges a heartbeat (op 11). */
  readonly onAcknowledgement: () => void
  /** READY or RESUMED arrived, and will be dispatched next. */
  readonly onAuthenticated: (session: Session) => void
  readonly onDispatch: (payload: GatewayDispatchPayload) => void
  /** An event with this sequence number was not wanted. */
  readonly onSkipped: (sequence: number) => void
  /** Discord asks for a reconnect (op 7). */
  readonly onReconnect: () => void
  /** Discord invalidated the session (op 9). */
  readonly onInvalidSession: (resumable: boolean) => void
  /** A malformed payload was ignored. `what` names its kind. */
  readonly onMalformed: (what: string) => void
  /** What the connection sends can no longer be read. */
  readonly onCorrupt: (error: unknown) => void
  /** A callback threw. */
  readonly onCrash: (error: unknown) => void
}

// Bounds of a heartbeat interval, in milliseconds. Below, heartbeats would be a flood; above, no sign of life.
const minInterval = 50
const maxInterval = 10 * 60_000

// Sequences count up by one. A number far ahead of the last is malformed, and would make all later events look old.
const maxLeap = 1_000_000

type Fields = { readonly [key: string]: unknown }
const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null

// Without naming the encoding, which Node would look up: 40 ns.
const parse = (bytes: Buffer, from: number, to: number): unknown => JSON.parse(bytes.toString(undefined, from, to))

// These are for the connection, whoever listens.
const isBeginning = (event: string): boolean => event === "READY" || event === "RESUMED"

/** The receiving end of one connection. */
export class Receiver {
  /** The session that was given, or that of READY. */
  session: Session | undefined
  /** What looks like the answer to IDENTIFY or RESUME is one when it was asked for, and once. */
  #stage: "Opened" | "Asked" | "Authenticated" = "Opened"
  /** Of this connection; none while nothing compressed has arrived. */
  #decompressor: Decompression.Decompressor | undefined
  /** Whether the payloads of events have had no other members than those of Discord. */
  #isUsual = true
  readonly #clock: Clock.Clock
  readonly #callbacks: Callbacks

  /** Starts with the session to be resumed, if there is one. */
  constructor(session: Session | undefined, clock: Clock.Clock, callbacks: Callbacks) {
    this.session = session
    this.#clock = clock
    this.#callbacks = callbacks
  }

  /** IDENTIFY or RESUME is about to be sent. */
  ask(): void {
    this.#stage = "Asked"
  }

  /** Nothing is pushed any more. */
  close(): void {
    this.#decompressor?.close()
    this.#decompressor = undefined
  }

  /**
   * Takes one message: the bytes from `start` to `end`, of which nothing is kept. It is read as what it is: a proxy may send
   * text though compression was asked for, or the other way round.
   */
  push(data: Buffer, start: number, end: number, isBinary: boolean): void {
    const callbacks = this.#callbacks
    let payload: unknown
    let skipped: number | undefined
    try {
      const decompressor = isBinary ? this.#decompressorFor(data, start, end) : undefined
      let bytes = data
      let from = start
      let to = end
      if (decompressor !== undefined) {
        to = decompressor.push(data, start, end)
        if (to < 0) return
        bytes = decompressor.bytes
        from = 0
      }
      const envelope = Envelope.read(bytes, from, to)
      if (envelope === undefined) payload = parse(bytes, from, to)
      else if (isBeginning(envelope.name) || callbacks.wants(envelope.name)) {
        payload = this.#open(envelope, bytes, from, to)
      } else skipped = envelope.sequence
    } catch (error) {
      return callbacks.onCorrupt(error)
    }
    try {
      if (skipped === undefined) this.#onPayload(payload)
      else this.#onSkipped(skipped)
    } catch (error) {
      callbacks.onCrash(error)
    }
  }

  /** The payload that is in an envelope. The envelope's name is better than the parser's: it is one string for all. */
  #open(envelope: Envelope.Envelope, bytes: Buffer, from: number, to: number): unknown {
    if (!this.#isUsual) return parse(bytes, from, to)
    const { name: t, sequence: s } = envelope
    try {
      return { t, s, op: opcodes.dispatch, d: parse(bytes, envelope.from, envelope.to) }
    } catch {
      const payload = parse(bytes, from, to)
      // It is valid, so it has more members, and those that follow will have them too.
      this.#isUsual = false
      return payload
    }
  }

  /** The decompressor of the connection, if this message, which may be the first, is compressed. */
  #decompressorFor(data: Buffer, start: number, end: number): Decompression.Decompressor | undefined {
    if (this.#decompressor !== undefined) return this.#decompressor
    const compression = Decompression.detect(data, start, end)
    if (compression === undefined) return undefined
    this.#decompressor = Decompression.make(compression)
    if (this.#decompressor === undefined) throw new Error(`this version of Node cannot decompress ${compression}`)
    return this.#decompressor
  }

  #onSkipped(sequence: number): void {
    const { session } = this
    if (session === undefined || sequence <= session.sequence) return
    if (sequence > session.sequence + maxLeap) return this.#callbacks.onMalformed("an impossible sequence number")
    session.sequence = sequence
    this.#callbacks.onSkipped(sequence)
  }

  #onPayload(payload: unknown): void {
    const callbacks = this.#callbacks
    if (!isObject(payload)) return callbacks.onMalformed("a payload that is not an object")
    switch (payload["op"]) {
      case opcodes.dispatch:
        return this.#onDispatch(payload)
      case opcodes.heartbeat:
        return callbacks.onHeartbeatRequest()
      case opcodes.reconnect:
        return callbacks.onReconnect()
      case opcodes.invalidSession:
        return callbacks.onInvalidSession(payload["d"] === true)
      case opcodes.hello:
        return this.#onHello(payload["d"])
      case opcodes.heartbeatAck:
        return callbacks.onAcknowledgement()
      default:
        return callbacks.onMalformed("an unknown opcode")
    }
  }

  #onHello(d: unknown): void {
    const interval = isObject(d) ? d["heartbeat_interval"] : undefined
    if (typeof interval !== "number" || !(interval > 0)) {
      return this.#callbacks.onCorrupt(new Error("HELLO has no valid heartbeat_interval"))
    }
    this.#callbacks.onHello(Math.min(Math.max(interval, minInterval), maxInterval))
  }

  #onDispatch(payload: Fields): void {
    const { d, s, t } = payload
    const { session } = this
    if (typeof t !== "string" || typeof s !== "number" || !Number.isSafeInteger(s)) {
      return this.#callbacks.onMalformed("a dispatch without a valid name or sequence number")
    }
    if (this.#stage === "Asked" && t === "READY") {
      const started = this.#toSession(d, s)
      if (started === undefined) return this.#callbacks.onCorrupt(new Error("READY has no valid session"))
      this.#authenticate(started)
    } else if (session === undefined) {
      return this.#callbacks.onMalformed("an event before READY")
    } else if (s > session.sequence + maxLeap) {
      return this.#callbacks.onMalformed("an impossible sequence number")
    } else if (this.#stage === "Asked" && t === "RESUMED") {
      if (s > session.sequence) session.sequence = s
      this.#authenticate(session)
      if (!isObject(d)) return this.#callbacks.onDispatch({ ...payload, d: {} } as unknown as GatewayDispatchPayload)
    } else if (this.#stage === "Opened" && isBeginning(t)) {
      return this.#callbacks.onMalformed("a session that was not asked for")
    } else {
      // A replay may repeat what arrived before the connection broke.
      if (s <= session.sequence) return
      session.sequence = s
      // Listeners read the fields of the data.
      if (!isObject(d)) return this.#callbacks.onMalformed("an event without data")
    }
    this.#callbacks.onDispatch(payload as unknown as GatewayDispatchPayload)
  }

  #authenticate(session: Session): void {
    this.session = session
    this.#stage = "Authenticated"
    this.#callbacks.onAuthenticated(session)
  }

  #toSession(d: unknown, sequence: number): Session | undefined {
    if (!isObject(d)) return undefined
    const { resume_gateway_url: resumeUrl, session_id: id } = d
    if (typeof id !== "string" || sequence < 0 || sequence > maxLeap) return undefined
    return {
      id,
      resumeUrl: typeof resumeUrl === "string" ? resumeUrl : "",
      startedAt: this.#clock.currentTimeMillisUnsafe(),
      sequence
    }
  }
}
