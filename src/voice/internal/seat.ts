/**
 * A bot's place in the voice of one guild: what was asked of Discord, what Discord has said, and what
 * `@discordjs/voice` has been told of it. It is synchronous, because events are; what has to wait for it awaits its
 * Deferreds.
 */
import type { DiscordGatewayAdapterCreator, DiscordGatewayAdapterLibraryMethods } from "@discordjs/voice"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Events } from "../../gateway/GatewayEvents.ts"
import { Closed, fromReason, Kicked, Moved, type Reason, type VoiceError } from "../VoiceError.ts"

/** Where the bot wants to be. */
export interface Wish {
  readonly channelId: string
  readonly selfMute: boolean
  readonly selfDeaf: boolean
}

/**
 * What was lost: the voice server, of which `@discordjs/voice` may hear again by itself, or Discord's knowledge of the
 * bot's place.
 */
export interface Loss {
  readonly kind: "server" | "session"
  readonly detail: string
}

/** Somebody who waits until Discord has moved the bot. */
interface Waiter {
  readonly wish: Wish
  /** Whether Discord has said so; the voice server may be missing yet. */
  isThere: boolean
  readonly done: Deferred.Deferred<void, VoiceError>
}

// Discord forgets the voice of a session that ends, and may say so when the next one has begun already.
const renewal = 60_000

const fits = (state: Events["VOICE_STATE_UPDATE"], { channelId, selfDeaf, selfMute }: Wish): boolean =>
  state.channel_id === channelId && state.self_deaf === selfDeaf && state.self_mute === selfMute

/** One place. `lost` is called when Discord has to be asked again, and `now` is in milliseconds. */
export class Seat {
  readonly guildId: string
  readonly ended = Deferred.makeUnsafe<never, VoiceError>()
  readonly #follow: boolean
  readonly #lost: (loss: Loss) => void
  readonly #now: () => number
  wish: Wish
  /** Where Discord says that the bot is. */
  channelId: string | undefined
  /** Whether its owner is leaving, which may take a moment. */
  isLeaving = false
  /** Destroys what `@discordjs/voice` has for it, once there is something. */
  discard: () => void = () => {}
  #methods: DiscordGatewayAdapterLibraryMethods | undefined
  #hasServer = false
  #waiter: Waiter | undefined
  #renewedAt = Number.NEGATIVE_INFINITY
  #isOpen = true
  /** Payloads of `@discordjs/voice` are its answer to something that this library has just told it. */
  #isTold = false

  constructor(options: {
    readonly guildId: string
    readonly wish: Wish
    readonly follow: boolean
    readonly lost: (loss: Loss) => void
    readonly now: () => number
  }) {
    this.guildId = options.guildId
    this.wish = options.wish
    this.#follow = options.follow
    this.#lost = options.lost
    this.#now = options.now
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * The adapter. What `@discordjs/voice` wants to send is not sent by it: when this library tells it something, this
   * library sends; otherwise it has lost its server, and would ask for it again at once and forever.
   */
  readonly adapter: DiscordGatewayAdapterCreator = (methods) => {
    this.#methods = methods
    return {
      sendPayload: () => {
        if (!this.#isTold && this.#isOpen)
          this.#lost({ kind: "server", detail: "the connection to the voice server ended" })
        return true
      },
      destroy: () => {
        this.#methods = undefined
        // Somebody has called `destroy` of the connection itself.
        if (!this.#isTold) this.end(new Closed({ guildId: this.guildId }))
      }
    }
  }

  /** Tells `@discordjs/voice` something, whose payloads are this library's to send. */
  tell<A>(f: () => A): A {
    const before = this.#isTold
    this.#isTold = true
    try {
      return f()
    } finally {
      this.#isTold = before
    }
  }

  /**
   * Waits until Discord has put the bot where it wants to be, from now on. `cancel` must be called in the end. Only one
   * may wait at a time.
   */
  expect(): { readonly done: Effect.Effect<void, VoiceError>; readonly cancel: () => void } {
    const waiter: Waiter = { wish: this.wish, isThere: false, done: Deferred.makeUnsafe() }
    this.#waiter = waiter
    return {
      done: Deferred.await(waiter.done),
      cancel: () => {
        if (this.#waiter === waiter) this.#waiter = undefined
      }
    }
  }

  /** The bot's own VOICE_STATE_UPDATE. */
  onState(state: Events["VOICE_STATE_UPDATE"]): void {
    if (!this.#isOpen) return
    const { channel_id: channelId } = state
    if (channelId === null) return this.#onOut()
    const from = this.channelId
    this.channelId = channelId
    this.#methods?.onVoiceStateUpdate(state)
    const waiter = this.#waiter
    if (waiter !== undefined && fits(state, waiter.wish)) waiter.isThere = true
    this.#settle()
    // While an answer is awaited, other states are older than the question.
    if (waiter !== undefined || channelId === this.wish.channelId) return
    if (!this.#follow) return this.end(new Moved({ guildId: this.guildId, from: from ?? "", to: channelId }))
    this.wish = { ...this.wish, channelId }
  }

  /** VOICE_SERVER_UPDATE of the guild. */
  onServer(server: Events["VOICE_SERVER_UPDATE"]): void {
    if (!this.#isOpen) return
    this.#hasServer = server.endpoint !== null
    this.#methods?.onVoiceServerUpdate(server)
    this.#settle()
  }

  /** The voice server has closed the connection for good, so that `@discordjs/voice` does not come back by itself. */
  onServerClosed(): void {
    if (this.#isOpen) this.#lost({ kind: "server", detail: "the voice server closed the connection" })
  }

  /** The shard of the guild has a new session, for which the bot is in no channel. */
  onNewSession(): void {
    if (!this.#isOpen) return
    this.#renewedAt = this.#now()
    this.#lost({ kind: "session", detail: "the session of the shard ended" })
  }

  /** The bot is out of the guild. */
  onRemoved(): void {
    this.channelId = undefined
    this.end(new Kicked({ guildId: this.guildId }))
  }

  /** Ends it with a reason, once. */
  end(reason: Reason): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const error = fromReason(reason)
    const waiter = this.#waiter
    Deferred.doneUnsafe(this.ended, Effect.fail(error))
    if (waiter !== undefined) Deferred.doneUnsafe(waiter.done, Effect.fail(error))
  }

  #onOut(): void {
    // It was in no channel: this is about what was before.
    if (this.channelId === undefined) return
    this.channelId = undefined
    if (this.#now() - this.#renewedAt < renewal) {
      return this.#lost({ kind: "session", detail: "Discord has forgotten the bot's voice state" })
    }
    this.end(new Kicked({ guildId: this.guildId }))
  }

  #settle(): void {
    const waiter = this.#waiter
    if (waiter === undefined || !this.#hasServer || !waiter.isThere) return
    this.#waiter = undefined
    Deferred.doneUnsafe(waiter.done, Effect.void)
  }
}
