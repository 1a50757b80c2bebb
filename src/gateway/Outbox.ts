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
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
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
  /** Between two presences. */
  readonly presenceInterval: number
  /** The presence to start with. */
  readonly presence: Presence.Presence | undefined
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
  /**
   * Sends for as long as it runs: from Connected to the end of a connection. `write` says whether the connection could
   * still be written to.
   */
  readonly run: (heartbeatInterval: number, write: (text: string) => boolean) => Effect.Effect<never>
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
export const make = (id: ShardId, options: Options): Outbox => {
  const work = Latch.makeUnsafe(false)
  let waiting: Array<Waiting> = []
  let opened = false
  let presence = options.presence
  let presenceChanged = false
  // When the last presence went out, also by another connection: the limit on it is the bot's.
  let presenceAt = -Infinity
  // Whether Discord may have missed the last one, because its connection ended soon afterwards.
  let presenceInDoubt = false

  const notRunning = () => GatewayError.fail(new GatewayError.ShardNotRunning({ shard: id }))

  const send = Effect.fnUntraced(function* (payload: Payload) {
    const text = yield* encode(payload)
    if (!opened) return yield* notRunning()
    const entry: Waiting = { text, sent: Deferred.makeUnsafe() }
    waiting.push(entry)
    work.openUnsafe()
    yield* Effect.onInterrupt(Deferred.await(entry.sent), () =>
      Effect.sync(() => {
        waiting = waiting.filter((each) => each !== entry)
      })
    )
  })

  const run = Effect.fnUntraced(function* (heartbeatInterval: number, write: (text: string) => boolean) {
    const clock = yield* Clock.Clock
    const room = capacity(options.limit, options.window, heartbeatInterval)
    // Times of what was sent in this window, oldest first: never more than the limit.
    let log: ReadonlyArray<number> = []
    if (presenceInDoubt) presenceChanged = true

    while (true) {
      const now = Elapsed.millis(clock)
      // By then the connection would have been found dead.
      if (now - presenceAt > 2 * heartbeatInterval) presenceInDoubt = false
      log = log.filter((at) => at > now - options.window)
      if (log.length >= room) {
        yield* Effect.sleep((log[0] ?? now) + options.window - now)
        continue
      }
      const presenceIn = presenceChanged ? presenceAt + options.presenceInterval - now : Infinity
      if (presenceIn <= 0 && presence !== undefined) {
        if (!write(JSON.stringify({ op: 3, d: Presence.toData(presence) }))) return yield* Effect.never
        presenceChanged = false
        presenceInDoubt = true
        presenceAt = now
        log = [...log, now]
        continue
      }
      const next = waiting[0]
      if (next !== undefined) {
        // The connection has ended, and this fiber is about to.
        if (!write(next.text)) return yield* Effect.never
        waiting.shift()
        log = [...log, now]
        Deferred.doneUnsafe(next.sent, Effect.void)
        continue
      }
      work.closeUnsafe()
      yield* presenceIn === Infinity
        ? work.await
        : Effect.timeoutOrElse(work.await, { duration: presenceIn, orElse: () => Effect.void })
    }
  })

  return {
    send,
    setPresence: (next) =>
      Effect.sync(() => {
        presence = next
        presenceChanged = true
        work.openUnsafe()
      }),
    presence: () => presence,
    presenceSent: () => {
      presenceChanged = false
      presenceInDoubt = false
    },
    run,
    close: () => {
      opened = false
      const lost = waiting
      waiting = []
      for (const { sent } of lost) Deferred.doneUnsafe(sent, Effect.fail(notRunning()))
    },
    open: () => {
      opened = true
    }
  }
}
