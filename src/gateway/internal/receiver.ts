/**
 * What a connection receives, from bytes to events: decompressed, parsed and handed on in the call that brought them,
 * in order and once. Keeps the session and its sequence. Whatever the bytes are, it does not throw.
 */
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import type { Session } from "../SessionStore.ts"
import { unwanted } from "./dispatchHead.ts"
import type { Inflate } from "./inflate.ts"

/** What is told, synchronously. */
export interface Callbacks {
  /** Whether events of this name are to be parsed and dispatched. READY and RESUMED always are. */
  readonly wants: (event: string) => boolean
  readonly onHello: (heartbeatInterval: number) => void
  /** Op 1. */
  readonly onHeartbeatRequest: () => void
  /** Op 11. */
  readonly onAcknowledgement: () => void
  /** READY or RESUMED, before they are dispatched. */
  readonly onAuthenticated: (session: Session) => void
  readonly onDispatch: (payload: GatewayDispatchPayload) => void
  /** An event that was not wanted, by its sequence number. */
  readonly onSkipped: (sequence: number) => void
  /** Op 7. */
  readonly onReconnect: () => void
  /** Op 9. */
  readonly onInvalidSession: (resumable: boolean) => void
  /** Something that is no payload of Discord's was ignored; in a few words that are the same for the same kind. */
  readonly onMalformed: (what: string) => void
  /** The connection can no longer be understood. */
  readonly onCorrupt: (error: unknown) => void
  /** A callback threw. */
  readonly onCrash: (error: unknown) => void
}

// Outside of these a heartbeat would be a flood, or not a sign of life. Milliseconds.
const minInterval = 50
const maxInterval = 10 * 60_000

// Sequences are counted by one. A number far beyond the last is none of them, and would make all that follow look old.
const maxLeap = 1_000_000

type Fields = { readonly [key: string]: unknown }
const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null

/** The receiving end of one connection. */
export class Receiver {
  /** The session that was given, or the one of READY. */
  session: Session | undefined
  #authenticated = false
  readonly #inflate: Inflate | undefined
  readonly #now: () => number
  readonly #callbacks: Callbacks

  /** Starts with the session that is to be resumed, if there is one. `now` gives milliseconds since 1970. */
  constructor(
    options: {
      readonly session: Session | undefined
      readonly inflate: Inflate | undefined
      readonly now: () => number
    },
    callbacks: Callbacks
  ) {
    this.session = options.session
    this.#inflate = options.inflate
    this.#now = options.now
    this.#callbacks = callbacks
  }

  /** Takes the bytes of one message. */
  push(data: Buffer): void {
    const callbacks = this.#callbacks
    let payload: unknown
    let skipped = 0
    try {
      const bytes = this.#inflate === undefined ? data : this.#inflate.push(data)
      if (bytes === undefined) return
      skipped = unwanted(bytes, callbacks)
      if (skipped === 0) payload = JSON.parse(bytes.toString())
    } catch (error) {
      return callbacks.onCorrupt(error)
    }
    try {
      if (skipped > 0) this.#onSkipped(skipped)
      else this.#onPayload(payload)
    } catch (error) {
      callbacks.onCrash(error)
    }
  }

  #onSkipped(sequence: number): void {
    const { session } = this
    if (session === undefined || sequence <= session.sequence) return
    if (sequence > session.sequence + maxLeap) return this.#callbacks.onMalformed("a sequence out of turn")
    session.sequence = sequence
    this.#callbacks.onSkipped(sequence)
  }

  #onPayload(payload: unknown): void {
    const callbacks = this.#callbacks
    if (!isObject(payload)) return callbacks.onMalformed("a payload that is no object")
    switch (payload["op"]) {
      case 0:
        return this.#onDispatch(payload)
      case 1:
        return callbacks.onHeartbeatRequest()
      case 7:
        return callbacks.onReconnect()
      case 9:
        return callbacks.onInvalidSession(payload["d"] === true)
      case 10:
        return this.#onHello(payload["d"])
      case 11:
        return callbacks.onAcknowledgement()
      default:
        return callbacks.onMalformed("an unknown opcode")
    }
  }

  #onHello(d: unknown): void {
    const interval = isObject(d) ? d["heartbeat_interval"] : undefined
    if (typeof interval !== "number" || !(interval > 0)) {
      return this.#callbacks.onCorrupt(new Error("HELLO has no heartbeat_interval"))
    }
    this.#callbacks.onHello(Math.min(Math.max(interval, minInterval), maxInterval))
  }

  #onDispatch(payload: Fields): void {
    const { d, s, t } = payload
    const { session } = this
    if (typeof t !== "string" || typeof s !== "number" || !Number.isSafeInteger(s)) {
      return this.#callbacks.onMalformed("a dispatch without t or s")
    }
    if (!this.#authenticated && t === "READY") {
      const started = this.#toSession(d, s)
      if (started === undefined) return this.#callbacks.onCorrupt(new Error("READY has no session_id"))
      this.#authenticate(started)
    } else if (session === undefined) {
      return this.#callbacks.onMalformed("an event before READY")
    } else if (s > session.sequence + maxLeap) {
      return this.#callbacks.onMalformed("a sequence out of turn")
    } else if (!this.#authenticated && t === "RESUMED") {
      if (s > session.sequence) session.sequence = s
      this.#authenticate(session)
    } else {
      // A replay may overlap what was received before the connection broke.
      if (s <= session.sequence) return
      session.sequence = s
      // Whoever listens reads fields of it.
      if (!isObject(d)) return this.#callbacks.onMalformed("an event without data")
    }
    this.#callbacks.onDispatch(payload as unknown as GatewayDispatchPayload)
  }

  #authenticate(session: Session): void {
    this.session = session
    this.#authenticated = true
    this.#callbacks.onAuthenticated(session)
  }

  #toSession(d: unknown, sequence: number): Session | undefined {
    if (!isObject(d)) return undefined
    const { resume_gateway_url: resumeUrl, session_id: id } = d
    if (typeof id !== "string") return undefined
    return { id, resumeUrl: typeof resumeUrl === "string" ? resumeUrl : "", startedAt: this.#now(), sequence }
  }
}
