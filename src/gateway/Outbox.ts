/**
 * What a shard sends on behalf of the bot. Everything waits until the shard is Connected, stays while it resumes, and
 * goes out in order inside Discord's limit; heartbeats have their own share of it and are never behind it.
 *
 * Sources: Discord, "Rate Limiting" (120 events in 60 seconds for a connection) and "Sending Events" (4096 bytes).
 */
import type {
  GatewayRequestChannelInfoData,
  GatewayRequestGuildMembersData,
  GatewayRequestSoundboardSoundsData,
  GatewayVoiceStateUpdateData
} from "discord-api-types/v10"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as CloseCode from "./CloseCode.ts"
import * as GatewayError from "./GatewayError.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import * as Presence from "./Presence.ts"
import type { ShardId } from "./ShardId.ts"

/**
 * A payload that a bot may send. IDENTIFY, RESUME and heartbeats are the shard's own; a presence is set with
 * `setPresence`.
 */
export type Payload =
  /** Update voice state. */
  | { readonly op: 4; readonly d: GatewayVoiceStateUpdateData }
  /** Request guild members; `requestMembers` also collects the answer. */
  | { readonly op: 8; readonly d: GatewayRequestGuildMembersData }
  /** Request soundboard sounds. */
  | { readonly op: 31; readonly d: GatewayRequestSoundboardSoundsData }
  /** Request channel info. */
  | { readonly op: 43; readonly d: GatewayRequestChannelInfoData }

/** The opcodes of {@link Payload}. */
export const opcodes = {
  voiceState: 4,
  requestMembers: 8,
  requestSoundboardSounds: 31,
  requestChannelInfo: 43
} as const

/** The largest payload that Discord reads, in bytes; it closes with 4002 above. */
export const maxBytes = 4096

/** Durations are milliseconds. */
export interface Options {
  /** Payloads in a window, heartbeats included. Discord's: 120. */
  readonly limit: number
  /** Discord's: 60,000. */
  readonly window: number
  /**
   * Added to `window`, so that uneven delays on the way cannot bring two bursts into one window of Discord's. Default:
   * none.
   */
  readonly margin?: number | undefined
  /** Between two presences. */
  readonly presenceInterval: number
  /** The presence to start with. */
  readonly presence: Presence.Presence | undefined
}

/** What an outbox needs of a connection. */
export interface Line<E = unknown> {
  /** Whether it could still be written to. */
  readonly send: (text: string) => boolean
  readonly ended: Effect.Effect<never, E>
  /** Ends it: something here has crashed. */
  readonly end: (end: CloseCode.End) => void
}

/** The outbox of one shard. It outlives connections, and restarts of the shard. */
export interface Outbox {
  /**
   * Completes when the payload has been written to the socket of a Connected shard; Discord does not say what it has
   * read, so a connection that breaks right then may take it along. Interrupted before, it is not sent.
   * Fails with `PayloadRejected`, and with `ShardNotRunning` when the shard stops.
   */
  readonly send: (payload: Payload) => Effect.Effect<void, GatewayError.GatewayError>
  /** Makes this the desired presence. It goes out when it may; only the newest does. */
  readonly setPresence: (presence: Presence.Presence) => Effect.Effect<void>
  /** The desired presence. */
  readonly presence: () => Presence.Presence | undefined
  /** IDENTIFY has carried the desired presence. */
  readonly presenceSent: () => void
  /** Sends on a Connected connection until it has ended, and fails as it did. The interval is in milliseconds. */
  readonly run: <E>(heartbeatInterval: number, line: Line<E>) => Effect.Effect<never, E>
  /** Fails what waits, and lets nothing in until {@link open}. */
  readonly close: () => void
  /** The shard is being started. */
  readonly open: () => void
}

interface Waiting {
  readonly text: string
  readonly sent: Deferred.Deferred<void, GatewayError.GatewayError>
}

/**
 * How many payloads are left in a window beside heartbeats: one for each interval begun, one for IDENTIFY or RESUME,
 * and one for a heartbeat that Discord asks for.
 */
export const capacity = (limit: number, window: number, heartbeatInterval: number): number =>
  Math.max(1, limit - Math.ceil(window / heartbeatInterval) - 2)

const reject = (op: number, bytes: number, detail: string) =>
  GatewayError.fail(new GatewayError.PayloadRejected({ op, bytes, detail }))

const encode = (payload: Payload): Effect.Effect<string, GatewayError.GatewayError> =>
  Effect.suspend(() => {
    const { op } = payload
    const allowed: ReadonlyArray<number> = Object.values(opcodes)
    if (!allowed.includes(op)) return Effect.fail(reject(op, 0, "a bot may not send this opcode by hand"))
    const text = JSON.stringify(payload)
    const bytes = Buffer.byteLength(text)
    return bytes > maxBytes ? Effect.fail(reject(op, bytes, `the limit is ${maxBytes} bytes`)) : Effect.succeed(text)
  })

/** An outbox that is closed. */
export const make = (id: ShardId, options: Options): Outbox => new OutboxImpl(id, options)

/** The connection that is sent on. */
interface Sending {
  readonly line: Line
  readonly heartbeatInterval: number
  readonly clock: Clock.Clock
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  /** Times of what was sent in this window, oldest first: never more than the limit. */
  log: ReadonlyArray<number>
  /** Sends what waits, and ends with it: most shards of a fleet have nothing to say. */
  fiber: Fiber.Fiber<void> | undefined
}

// One object with methods and not seven closures, because there are many shards.
class OutboxImpl implements Outbox {
  readonly #id: ShardId
  readonly #options: Options
  #waiting: Array<Waiting> = []
  #isOpen = false
  #presence: Presence.Presence | undefined
  #presenceChanged = false
  // When the last presence went out, also by another connection: the limit on it is the bot's.
  #presenceAt = -Infinity
  // Whether Discord may have missed the last one, because its connection ended soon afterwards.
  #presenceInDoubt = false
  #sending: Sending | undefined
  #isSending = false

  constructor(id: ShardId, options: Options) {
    this.#id = id
    this.#options = options
    this.#presence = options.presence
  }

  send(payload: Payload): Effect.Effect<void, GatewayError.GatewayError> {
    return Effect.flatMap(encode(payload), (text) => {
      if (!this.#isOpen) return Effect.fail(this.#notRunning)
      const entry: Waiting = { text, sent: Deferred.makeUnsafe() }
      this.#waiting.push(entry)
      this.#wake()
      return Effect.onInterrupt(Deferred.await(entry.sent), () =>
        Effect.sync(() => {
          this.#waiting = this.#waiting.filter((each) => each !== entry)
        })
      )
    })
  }

  setPresence(presence: Presence.Presence): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#presence = presence
      this.#presenceChanged = true
      this.#wake()
    })
  }

  presence(): Presence.Presence | undefined {
    return this.#presence
  }

  presenceSent(): void {
    this.#presenceChanged = false
    this.#presenceInDoubt = false
  }

  run<E>(heartbeatInterval: number, line: Line<E>): Effect.Effect<never, E> {
    return Effect.contextWith((context: Context.Context<never>) => {
      const clock = Context.get(context, Clock.Clock)
      const fork = Effect.runForkWith(context)
      const sending: Sending = { line, heartbeatInterval, clock, fork, log: [], fiber: undefined }
      this.#sending = sending
      if (this.#presenceInDoubt) this.#presenceChanged = true
      this.#wake()
      return Effect.ensuring(
        line.ended,
        Effect.suspend(() => {
          if (this.#sending === sending) this.#sending = undefined
          return sending.fiber === undefined ? Effect.void : Fiber.interrupt(sending.fiber)
        })
      )
    })
  }

  close(): void {
    this.#isOpen = false
    const lost = this.#waiting
    this.#waiting = []
    for (const { sent } of lost) Deferred.doneUnsafe(sent, Effect.fail(this.#notRunning))
  }

  open(): void {
    this.#isOpen = true
  }

  get #notRunning(): GatewayError.GatewayError {
    return GatewayError.fail(new GatewayError.ShardNotRunning({ shard: this.#id }))
  }

  // What waits for its time waits in a fiber, which gives way to one that looks at everything anew.
  #wake(): void {
    const sending = this.#sending
    // What is being sent wakes others, who may have more to send: that is seen in the next round.
    if (sending === undefined || this.#isSending) return
    sending.fiber?.interruptUnsafe()
    const fiber = sending.fork(this.#pump(sending))
    sending.fiber = fiber
    fiber.addObserver((exit) => {
      if (sending.fiber === fiber) sending.fiber = undefined
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
        sending.line.end({ _tag: "Crashed", error: Cause.squash(exit.cause) })
      }
    })
  }

  #pump(sending: Sending): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#isSending = true
      let wait: number
      try {
        wait = this.#sendAll(sending)
      } finally {
        this.#isSending = false
      }
      return wait === Infinity ? Effect.void : Effect.andThen(Effect.sleep(wait), this.#pump(sending))
    })
  }

  /** Sends what may be sent, and answers in how many milliseconds there may be more; `Infinity` if nothing waits. */
  #sendAll(sending: Sending): number {
    const { clock, heartbeatInterval, line } = sending
    const { limit, margin = 0, presenceInterval, window } = this.#options
    const room = capacity(limit, window, heartbeatInterval)
    while (true) {
      const now = Elapsed.millis(clock)
      // By then the connection would have been found dead.
      if (now - this.#presenceAt > 2 * heartbeatInterval) this.#presenceInDoubt = false
      sending.log = sending.log.filter((at) => at > now - window - margin)
      const presenceIn = this.#presenceChanged ? this.#presenceAt + presenceInterval - now : Infinity
      const isPresence = presenceIn <= 0 && this.#presence !== undefined
      const [next] = this.#waiting
      if (!isPresence && next === undefined) return presenceIn
      if (sending.log.length >= room) return (sending.log[0] ?? now) + window + margin - now
      const text =
        isPresence && this.#presence !== undefined
          ? JSON.stringify({ op: 3, d: Presence.toData(this.#presence) })
          : (next?.text ?? "")
      // What cannot be written waits for the next connection.
      if (!line.send(text)) return Infinity
      sending.log = [...sending.log, now]
      if (isPresence) {
        this.#presenceChanged = false
        this.#presenceInDoubt = true
        this.#presenceAt = now
      } else if (next !== undefined) {
        this.#waiting.shift()
        Deferred.doneUnsafe(next.sent, Effect.void)
      }
    }
  }
}
