/** A gateway session, which outlives its connections. */
import type { Connection } from "./connection.ts"
import type { Journal } from "./journal.ts"
import { intentsOf } from "./eventIntents.ts"
import { withoutContent } from "./messageContent.ts"
import { Intent, Op } from "./protocol.ts"
import { type Json, number, object } from "./json.ts"
import { shardOf } from "./snowflake.ts"

/** An event that can be replayed. */
export interface Kept {
  readonly seq: number
  readonly t: string
  readonly d: unknown
}

/** A session, from READY until it can no longer be resumed. */
export class Session {
  readonly id: string
  readonly shardId: number
  readonly shardCount: number
  readonly intents: number
  /** The connection properties of IDENTIFY. */
  readonly properties: unknown
  /** Guilds with more members are large. */
  readonly largeThreshold: number
  /** The presence of IDENTIFY, or of the last op 3. */
  presence: unknown
  seq = 0
  connection: Connection | undefined
  /** Clock time at which the last connection ended, while there is none. */
  detachedAt: number | undefined
  /** Whether READY was sent. */
  ready = false
  readonly #botId: string
  readonly #journal: Journal
  readonly #limit: number
  readonly #kept: Array<Kept> = []
  /** The newest event that is no longer kept. */
  #forgotten = 0

  constructor(options: {
    readonly id: string
    readonly shardId: number
    readonly shardCount: number
    readonly intents: number
    readonly identify: Json
    /** The bot's own user. */
    readonly botId: string
    readonly journal: Journal
    readonly replayLimit: number
  }) {
    this.id = options.id
    this.shardId = options.shardId
    this.shardCount = options.shardCount
    this.intents = options.intents
    this.properties = options.identify["properties"]
    this.presence = options.identify["presence"]
    // Source: Discord, "Identify Structure": the default.
    this.largeThreshold = number(options.identify["large_threshold"]) ?? 50
    this.#botId = options.botId
    this.#journal = options.journal
    this.#limit = options.replayLimit
  }

  /** Whether this session gets the events of a guild. Events without a guild go to shard 0. */
  owns(guildId: string | undefined): boolean {
    return this.shardId === (guildId === undefined ? 0 : shardOf(guildId, this.shardCount))
  }

  /** Dispatches an event: numbers it, keeps it for a RESUME, and sends it if there is a connection. */
  dispatch(t: string, d: unknown): void {
    const seq = ++this.seq
    if (t !== "READY" && t !== "RESUMED") this.#keep({ seq, t, d })
    const sent = this.connection?.send({ op: Op.dispatch, t, s: seq, d }) ?? false
    this.#journal.add({
      _tag: "Dispatched",
      connection: sent ? this.connection?.id : undefined,
      shardId: this.shardId,
      session: this.id,
      seq,
      t
    })
  }

  /** Whether the session has an intent. */
  has(intent: number): boolean {
    return (this.intents & intent) !== 0
  }

  /** Dispatches an event if the intents allow it, without message content unless that is allowed. */
  offer(t: string, d: Json, guildId: string | undefined, intents?: number): void {
    const required = intents ?? intentsOf(t, guildId)
    // Source: Discord, "Gateway", Caveats of intents.
    const isOwnMember = t === "GUILD_MEMBER_UPDATE" && object(d["user"])["id"] === this.#botId
    if (required !== undefined && !isOwnMember && !this.has(required)) return
    const isHidden = !this.has(Intent.messageContent) && guildId !== undefined && t.startsWith("MESSAGE_")
    const isOfAutoMod = t === "AUTO_MODERATION_ACTION_EXECUTION" && !this.has(Intent.messageContent)
    const shown = isOfAutoMod ? { ...d, content: "", matched_content: "" } : d
    this.dispatch(t, isHidden ? withoutContent(d, this.#botId) : shown)
  }

  /** The events after `seq`, or `undefined` if some of them are no longer kept. */
  since(seq: number): ReadonlyArray<Kept> | undefined {
    return seq < this.#forgotten ? undefined : this.#kept.filter((event) => event.seq > seq)
  }

  /** Drops all kept events, like an overflowing buffer. */
  forget(): void {
    this.#forgotten = this.seq
    this.#kept.length = 0
  }

  #keep(event: Kept): void {
    this.#kept.push(event)
    if (this.#kept.length <= this.#limit) return
    this.#forgotten = this.#kept.shift()?.seq ?? this.#forgotten
  }
}
