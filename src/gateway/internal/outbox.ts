/**
 * What a shard sends on behalf of the bot. Everything waits until the shard is Connected, stays while it resumes, and
 * goes out in order within Discord's limit. Heartbeats have their own share of the limit and never wait behind it.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { maxPayloadBytes, maxPresenceBytes, opcodes } from "../../discord/gatewayNumbers.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import type * as CloseCode from "../CloseCode.ts"
import * as GatewayError from "../GatewayError.ts"
import type { Presence } from "../Presence.ts"
import type { ShardId } from "../ShardId.ts"
import type { Payload } from "../ShardMessenger.ts"
import * as Errors from "./errors.ts"
import { isGuildId } from "../guildId.ts"
import { toData } from "./presenceData.ts"
import * as SendLimit from "./sendLimit.ts"
import { guildsOf, type WaitingSend } from "./waitingSend.ts"
import { textOf } from "../../internal/thrown.ts"

/** Durations are milliseconds. */
export interface Options extends SendLimit.Options {
  /** The least time between two presences. */
  readonly presenceInterval: number
  /** The presence to start with. */
  readonly presence: Presence | undefined
}

/** What an outbox needs from a connection. */
export interface Line {
  /** Writes one frame. Returns false when the connection can no longer be written to. */
  readonly send: (text: string) => boolean
  /** When other frames than heartbeats by the interval were sent beside {@link send}, since the last call. */
  readonly uncounted: () => ReadonlyArray<number>
  /** Ends the connection, because the code that sends has crashed. */
  readonly end: (end: CloseCode.End) => void
}

/** The outbox of one shard. It outlives connections and restarts of the shard. */
export interface Outbox {
  /**
   * Completes when the payload has been written to the socket of a Connected shard. Discord does not say what it has
   * read, so a payload may be lost with a connection that breaks at that moment. When this is interrupted earlier, the
   * payload is not sent. Fails with `PayloadRejected`, and with `ShardNotRunning` when the shard stops.
   */
  readonly send: (payload: Payload) => Effect.Effect<void, GatewayError.GatewayError>
  readonly id: ShardId
  /**
   * Makes this the desired presence. Only the newest one is sent, as soon as it may be. Fails with `PayloadRejected`
   * when it is too large for Discord.
   */
  readonly setPresence: (presence: Presence) => Effect.Effect<void, GatewayError.GatewayError>
  /** The same with one that another outbox has accepted. */
  readonly adoptPresence: (presence: Presence) => void
  /** The desired presence. */
  readonly presence: () => Presence | undefined
  /** How many payloads wait, without a presence. */
  readonly waiting: () => number
  /** IDENTIFY is about to be sent, and carries the desired presence. */
  readonly identifying: () => void
  /** Discord has answered IDENTIFY with READY. */
  readonly presenceAccepted: () => void
  /**
   * Discord has closed the connection, at this time of `Elapsed`, because of what it was sent. If that was a presence
   * just before, returns it, and no longer desires it: it would be refused again.
   */
  readonly refusePresence: (now: number) => Presence | undefined
  /** A connection is Connected: sends on it, in fibers with this context. The interval is in milliseconds. */
  readonly attach: (line: Line, heartbeatInterval: number, context: Context.Context<never>) => void
  /** Sends no more on this connection, if it does. What waits stays. */
  readonly detach: (line: Line) => void
  /** Gives what waits to another outbox, which {@link adopt}s it. */
  readonly takeWaiting: () => ReadonlyArray<WaitingSend>
  /** Sends what another outbox has accepted. */
  readonly adopt: (waiting: WaitingSend) => void
  /** Fails what waits, and accepts nothing until {@link open}. */
  readonly close: () => void
  /** The shard is being started. */
  readonly open: () => void
}

const allowed: ReadonlyArray<number> = [
  opcodes.voiceStateUpdate,
  opcodes.requestGuildMembers,
  opcodes.requestSoundboardSounds,
  opcodes.requestChannelInfo
]

const reject = (op: number, bytes: number, detail: string) =>
  GatewayError.fromReason(new GatewayError.PayloadRejected({ op, bytes, detail }))

interface Encoded {
  readonly text: string
  readonly guildIds: ReadonlyArray<string>
}

const encode = (payload: Payload): Effect.Effect<Encoded, GatewayError.GatewayError> =>
  Effect.suspend(() => {
    const { op } = payload
    if (!allowed.includes(op)) {
      return Effect.fail(reject(op, 0, `a bot may only send the opcodes ${allowed.join(", ")} by hand`))
    }
    let text: string
    try {
      text = JSON.stringify(payload)
    } catch (error) {
      return Effect.fail(reject(op, 0, `it cannot be written as JSON: ${textOf(error)}`))
    }
    const bytes = Buffer.byteLength(text)
    if (bytes > maxPayloadBytes) {
      return Effect.fail(reject(op, bytes, `Discord accepts at most ${maxPayloadBytes} bytes: split it`))
    }
    // Discord would close the connection, and a reshard asks who serves them.
    const guildIds = guildsOf(payload)
    return guildIds.every(isGuildId)
      ? Effect.succeed({ text, guildIds })
      : Effect.fail(reject(op, bytes, "it is about a guild whose id is none: expected a string of digits"))
  })

/** Fails with `PayloadRejected` when a presence is too large for Discord, or is no JSON. */
export const validatePresence = (presence: Presence): Effect.Effect<void, GatewayError.GatewayError> =>
  Effect.suspend(() => {
    let bytes: number
    try {
      bytes = Buffer.byteLength(JSON.stringify(toData(presence)))
    } catch (error) {
      return Effect.fail(reject(opcodes.presenceUpdate, 0, `the presence cannot be written as JSON: ${textOf(error)}`))
    }
    if (bytes <= maxPresenceBytes) return Effect.void
    const rule = `IDENTIFY carries the presence too, which leaves ${maxPresenceBytes} bytes for it: shorten it`
    return Effect.fail(reject(opcodes.presenceUpdate, bytes, rule))
  })

/** What is told to the owner of an outbox. */
export interface Hooks {
  /** This shard is about to send IDENTIFY. */
  readonly onIdentify: (id: ShardId) => void
  /** A presence was set. */
  readonly onPresence: (presence: Presence) => void
}

const noHooks: Hooks = { onIdentify: () => {}, onPresence: () => {} }

/** Makes an outbox that is closed. */
export const make = (id: ShardId, options: Options, hooks: Hooks = noHooks): Outbox =>
  new OutboxImpl(id, options, hooks)

/** The connection that payloads are sent on now. */
interface Sending {
  readonly line: Line
  readonly heartbeatInterval: number
  readonly context: Context.Context<never>
  /** None until something is sent. */
  sendLimit: SendLimit.SendLimit | undefined
  /** Sends what waits, and ends when nothing does: most shards of a fleet have nothing to say. */
  fiber: Fiber.Fiber<void> | undefined
}

// A class instead of seven closures, because there are many shards.
class OutboxImpl implements Outbox {
  readonly id: ShardId
  readonly #options: Options
  readonly #hooks: Hooks
  #waiting: Array<WaitingSend> = []
  #isOpen = false
  #presence: Presence | undefined
  #presenceChanged = false
  // When the last presence was sent, on this connection or an earlier one: the limit is the bot's.
  #presenceAt = -Infinity
  // The presence that was in the last frame, and until when a close may be due to it.
  #suspect: { readonly presence: Presence; readonly until: number } | undefined
  // Whether Discord may have missed the last presence, because its connection ended soon afterwards.
  #presenceInDoubt = false
  #sending: Sending | undefined
  #isSending = false

  constructor(id: ShardId, options: Options, hooks: Hooks) {
    this.id = id
    this.#options = options
    this.#hooks = hooks
    this.#presence = options.presence
  }

  send(payload: Payload): Effect.Effect<void, GatewayError.GatewayError> {
    return Effect.flatMap(encode(payload), ({ guildIds, text }) => {
      const sent = Deferred.makeUnsafe<void, GatewayError.GatewayError>()
      let isWithdrawn = false
      const entry: WaitingSend = {
        text,
        guildIds,
        settle: (result) => void Deferred.doneUnsafe(sent, result),
        isWithdrawn: () => isWithdrawn
      }
      this.adopt(entry)
      return Effect.onInterrupt(Deferred.await(sent), () =>
        Effect.sync(() => {
          isWithdrawn = true
          // It may be in another outbox by now, which skips it.
          this.#waiting = this.#waiting.filter((each) => each !== entry)
        })
      )
    })
  }

  adopt(entry: WaitingSend): void {
    if (!this.#isOpen) {
      return entry.settle(Exit.fail(Errors.notRunning(this.id)))
    }
    this.#waiting.push(entry)
    this.#wake()
  }

  takeWaiting(): ReadonlyArray<WaitingSend> {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  setPresence(presence: Presence): Effect.Effect<void, GatewayError.GatewayError> {
    return Effect.map(validatePresence(presence), () => {
      this.#hooks.onPresence(presence)
      this.adoptPresence(presence)
    })
  }

  adoptPresence(presence: Presence): void {
    this.#presence = presence
    this.#presenceChanged = true
    this.#wake()
  }

  presence(): Presence | undefined {
    return this.#presence
  }

  waiting(): number {
    return this.#waiting.length
  }

  identifying(): void {
    this.#hooks.onIdentify(this.id)
    this.#presenceChanged = false
    this.#presenceInDoubt = false
    this.#suspect = this.#presence === undefined ? undefined : { presence: this.#presence, until: Infinity }
  }

  presenceAccepted(): void {
    this.#suspect = undefined
  }

  refusePresence(now: number): Presence | undefined {
    const suspect = this.#suspect
    this.#suspect = undefined
    if (suspect === undefined || now > suspect.until) return undefined
    this.#presenceInDoubt = false
    // A newer one is not to blame.
    if (this.#presence === suspect.presence) {
      this.#presence = undefined
      this.#presenceChanged = false
    }
    return suspect.presence
  }

  attach(line: Line, heartbeatInterval: number, context: Context.Context<never>): void {
    this.#sending = { line, heartbeatInterval, context, sendLimit: undefined, fiber: undefined }
    if (this.#presenceInDoubt) this.#presenceChanged = true
    if (this.#presenceChanged || this.#waiting.length > 0) this.#wake()
  }

  detach(line: Line): void {
    const sending = this.#sending
    if (sending?.line !== line) return
    this.#sending = undefined
    sending.fiber?.interruptUnsafe()
  }

  close(): void {
    this.#isOpen = false
    const lost = this.#waiting
    this.#waiting = []
    for (const { settle } of lost) settle(Exit.fail(Errors.notRunning(this.id)))
  }

  open(): void {
    this.#isOpen = true
  }

  // A fiber sleeps until the next payload may be sent. A newer fiber, which looks at everything again, replaces it.
  #wake(): void {
    const sending = this.#sending
    // Completing a send may run code that sends more. The round that is under way will see it.
    if (sending === undefined || this.#isSending) return
    sending.fiber?.interruptUnsafe()
    const fiber = Effect.runForkWith(sending.context)(this.#pump(sending))
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

  /** Sends what may be sent now. Returns in how many milliseconds to look again; `Infinity` when nothing waits. */
  #sendAll(sending: Sending): number {
    const { heartbeatInterval, line } = sending
    const clock = Context.get(sending.context, Clock.Clock)
    const sendLimit = (sending.sendLimit ??= new SendLimit.SendLimit(this.#options, heartbeatInterval))
    while (true) {
      const now = Elapsed.millis(clock)
      // After two intervals the connection would have been found dead, so Discord has read it.
      if (now - this.#presenceAt > 2 * heartbeatInterval) this.#presenceInDoubt = false
      const presenceIn = this.#presenceChanged ? this.#presenceAt + this.#options.presenceInterval - now : Infinity
      const presence = presenceIn <= 0 ? this.#presence : undefined
      while (this.#waiting[0]?.isWithdrawn() === true) this.#waiting.shift()
      const [next] = this.#waiting
      if (presence === undefined && next === undefined) return presenceIn
      for (const at of line.uncounted()) sendLimit.countAt(at)
      const wait = sendLimit.waitAt(now)
      if (wait > 0) return wait
      const text =
        presence === undefined
          ? (next?.text ?? "")
          : JSON.stringify({ op: opcodes.presenceUpdate, d: toData(presence) })
      // What cannot be written waits for the next connection.
      if (!line.send(text)) return Infinity
      sendLimit.countAt(now)
      if (presence !== undefined) {
        this.#presenceChanged = false
        this.#presenceInDoubt = true
        this.#suspect = { presence, until: now + 2 * heartbeatInterval }
        this.#presenceAt = now
      } else if (next !== undefined) {
        this.#waiting.shift()
        this.#suspect = undefined
        next.settle(Exit.void)
      }
    }
  }
}
