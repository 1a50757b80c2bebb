/**
 * The guilds that new sessions begin with. READY names them, and each follows in a GUILD_CREATE of its own, or in a
 * GUILD_DELETE when it is unavailable. Source: Discord, "Ready" and "Guild Create".
 */
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import type { ShardId } from "../ShardId.ts"
import { isGuildId } from "../guildId.ts"

/** The guilds that have been named by READY and have not followed yet. */
export class GuildStream {
  readonly #missing = new Map<ShardId, Set<string>>()
  readonly #isSent: boolean
  #lastAt = 0

  /** `isSent` is whether the intents include `Guilds`, without which no guild follows. */
  constructor(isSent: boolean) {
    this.#isSent = isSent
  }

  /** When the last guild arrived, as {@link take} was told. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** Whether each of these shards has had READY, and all its guilds. */
  isComplete(ids: ReadonlyArray<ShardId>): boolean {
    return ids.every((id) => this.#missing.get(id)?.size === 0)
  }

  /** Whether a session has begun whose guilds have not all arrived. */
  get isUnderWay(): boolean {
    for (const missing of this.#missing.values()) if (missing.size > 0) return true
    return false
  }

  /** Gives up on the guilds that are still missing. */
  giveUp(): void {
    for (const missing of this.#missing.values()) missing.clear()
  }

  /** Whether an event has to be seen by {@link take}. */
  static wants(event: string): boolean {
    return event === "GUILD_CREATE" || event === "GUILD_DELETE"
  }

  /** Takes an event, at `now`. Returns whether it only says what a session begins with. */
  take(shard: ShardId, { d, t }: GatewayDispatchPayload, now: number): boolean {
    if (t === "READY") {
      // Of what is no guild, none follows.
      const guilds: ReadonlyArray<{ readonly id?: unknown } | null> =
        this.#isSent && Array.isArray(d.guilds) ? d.guilds : []
      this.#missing.set(shard, new Set(guilds.map((guild) => guild?.id).filter(isGuildId)))
      this.#lastAt = now
      return false
    }
    if (t !== "GUILD_CREATE" && t !== "GUILD_DELETE") return false
    if (this.#missing.get(shard)?.delete(d.id) !== true) return false
    this.#lastAt = now
    return true
  }
}
