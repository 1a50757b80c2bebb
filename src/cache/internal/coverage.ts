/**
 * Which guilds the shards of this process speak for. What is kept of others may be out of date and is not shown: of one
 * whose shard has stopped, until that shard has what it missed, and of one whose shard another process runs, not at all.
 */
import * as Effect from "effect/Effect"
import type { EventShard, ShardTracker } from "../../gateway/GatewayEvents.ts"
import type { Session } from "../../gateway/SessionStore.ts"
import { fromGuildId } from "../../gateway/ShardId.ts"
import type { Open } from "../GuildStore.ts"

/** How far a session was heard. */
type Heard = Pick<Session, "id" | "sequence">

/** The coverage of one store. */
export class Coverage implements ShardTracker {
  readonly #store: Open
  readonly #forget: (guildId: string) => void
  /** The shards that run, by their number, by their total. */
  readonly #running = new Map<number, Map<number, EventShard>>()
  /** Guilds that no running shard speaks for, and how far the session of the one that did was heard. */
  readonly #away = new Map<string, Heard>()
  /** The guilds of the store by their shard, until one is added. All shards may stop together. */
  #groups: { readonly total: number; readonly byShard: ReadonlyMap<number, ReadonlyArray<string>> } | undefined

  constructor(store: Open, forget: (guildId: string) => void) {
    this.#store = store
    this.#forget = forget
  }

  /** What is repeated by a RESUME continues what was heard, unless somebody else has heard more of that session. */
  started(shard: EventShard, session: Session | undefined): void {
    const { id, total } = shard
    const ofTotal = this.#running.get(total) ?? new Map<number, EventShard>()
    this.#running.set(total, ofTotal.set(id, shard))
    // A new session says itself what there is.
    if (session === undefined || this.#away.size === 0) return
    for (const guildId of this.#guildsOf(shard)) {
      const heard = this.#away.get(guildId)
      if (heard === undefined) continue
      this.#away.delete(guildId)
      if (heard.id !== session.id || heard.sequence < session.sequence) this.#forget(guildId)
    }
  }

  stopped(shard: EventShard, session: Session | undefined, isElsewhere: boolean): void {
    const { id, total } = shard
    const ofTotal = this.#running.get(total)
    // Another one of this number may run already, or this one never did.
    if (ofTotal?.get(id) !== shard) return
    ofTotal.delete(id)
    if (ofTotal.size === 0) this.#running.delete(total)
    const heard = session === undefined ? undefined : { id: session.id, sequence: session.sequence }
    for (const guildId of this.#guildsOf(shard)) {
      if (this.#store.state(guildId) === undefined || this.#isHeardBeside(total, guildId)) continue
      if (heard !== undefined && !isElsewhere) this.#away.set(guildId, heard)
      else {
        this.#away.delete(guildId)
        this.#forget(guildId)
      }
    }
  }

  // By a shard of another total, while those are being replaced.
  #isHeardBeside(total: number, guildId: string): boolean {
    for (const [other, shards] of this.#running) {
      if (other !== total && shards.has(fromGuildId(guildId, other))) return true
    }
    return false
  }

  #guildsOf({ id, total }: EventShard): ReadonlyArray<string> {
    if (this.#groups?.total !== total) {
      this.#groups = { total, byShard: Map.groupBy(this.#store.guildIds(), (guildId) => fromGuildId(guildId, total)) }
    }
    return this.#groups.byShard.get(id) ?? []
  }

  /** There may be a guild that was not known before. */
  added(): void {
    this.#groups = undefined
  }

  /** A session says anew what there is in a guild. Returns whether it was not shown. */
  renew(guildId: string): boolean {
    return this.#away.delete(guildId)
  }

  /** The store without what may be out of date. */
  view(): Open {
    const store = this.#store
    const shown = (guildId: string): boolean => !this.#away.has(guildId)
    return {
      ...store,
      state: (guildId) => (shown(guildId) ? store.state(guildId) : undefined),
      guildIds: () => store.guildIds().filter(shown),
      get: (kind, guildId, id) =>
        Effect.suspend(() => (shown(guildId) ? store.get(kind, guildId, id) : Effect.undefined)),
      all: (kind, guildId) => Effect.suspend(() => (shown(guildId) ? store.all(kind, guildId) : Effect.undefined))
    }
  }
}
