/** The outboxes of the shards of one total. They outlive the shards: a presence belongs to the bot, not to a shard. */
import type { Presence } from "../Presence.ts"
import * as ShardId from "../ShardId.ts"
import * as Outbox from "./outbox.ts"
import { divide } from "./waitingSend.ts"

/** Outboxes by shard, each made when it is first needed. */
export class Outboxes {
  readonly #options: Outbox.Options
  readonly #all = new Map<ShardId.ShardId, Outbox.Outbox>()
  /** The presence that was set last, of whichever shard: the bot's. */
  #newest: Presence | undefined
  /** The numbers of the shards that there have been. */
  readonly #served = new Set<ShardId.ShardId>()

  readonly #hooks: Outbox.Hooks = {
    onIdentify: (id) => this.#onIdentify(this, id),
    onPresence: (presence) => {
      this.#newest = presence
    }
  }
  readonly #onIdentify: (self: Outboxes, id: ShardId.ShardId) => void

  /** `onIdentify` is called when one of these shards is about to send IDENTIFY. */
  constructor(options: Outbox.Options, onIdentify: (self: Outboxes, id: ShardId.ShardId) => void) {
    this.#options = options
    this.#onIdentify = onIdentify
  }

  /** The outbox of a shard. */
  of(id: ShardId.ShardId): Outbox.Outbox {
    let outbox = this.#all.get(id)
    if (outbox === undefined) {
      outbox = Outbox.make(id, this.#options, this.#hooks)
      this.#all.set(id, outbox)
    }
    return outbox
  }

  /** There are shards with these numbers. Those that are new, but not the first ones, get the bot's presence. */
  extend(ids: ReadonlyArray<ShardId.ShardId>): this {
    const newest = this.#served.size === 0 ? undefined : this.#newest
    for (const id of ids) {
      if (newest !== undefined && !this.#served.has(id)) this.of(id).adoptPresence(newest)
      this.#served.add(id)
    }
    return this
  }

  /** Makes the outboxes of another total, with the presences of these. */
  successors(ids: ReadonlyArray<ShardId.ShardId>): Outboxes {
    const next = new Outboxes(this.#options, this.#onIdentify)
    for (const id of ids) next.#served.add(id)
    this.handPresencesTo(next)
    return next
  }

  /** Sets the presence of each shard for the shard of the same number in `next`, and the bot's for other numbers. */
  handPresencesTo(next: Outboxes): void {
    next.#newest = this.#newest
    for (const id of next.#served) {
      const presence = this.#served.has(id) ? this.of(id).presence() : this.#newest
      const successor = next.of(id)
      if (presence !== undefined && presence !== successor.presence()) successor.adoptPresence(presence)
    }
  }

  /**
   * Gives what waits to the shards that serve the same guilds in `next`, which are of this total. What is about guilds of
   * several of them is divided.
   */
  handWaitingTo(next: Outboxes, total: number): void {
    for (const outbox of this.#all.values()) {
      for (const waiting of outbox.takeWaiting()) {
        if (waiting.guildIds.length === 0) next.of(outbox.id).adopt(waiting)
        const parts = divide(waiting, (guildId) => ShardId.fromGuildId(guildId, total))
        for (const [id, part] of parts) next.of(id).adopt(part)
      }
    }
  }
}
