/**
 * Publishes once what two sessions of the same guilds receive. Discord sends the same event to both, at slightly
 * different times and with different sequence numbers.
 *
 * Events are told apart by their content, and counted: an event is published when the first of the two sides receives it
 * for the n-th time. It is remembered until the other side has received it as often, however long that side was away.
 * The old side is counted before the new session begins, so that nothing which the new one receives was published
 * uncounted.
 */
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import type { EventShard } from "../GatewayEvents.ts"
import { fromGuildId, type ShardId } from "../ShardId.ts"
import { isGuildId } from "../guildId.ts"

/** The generation that received an event. */
export type Side = "old" | "new"

interface Count {
  old: number
  new: number
  published: number
  /** When the first of them arrived. */
  readonly since: number
}

/** Where the events of both sides meet. A lane is a shard of the new side, and what the old side receives of it. */
export interface Deduplication {
  /** Takes an event of one side. */
  readonly take: (side: Side, shard: EventShard, payload: GatewayDispatchPayload) => void
  /** The session of a lane begins now. What the old side received well before is not for it. */
  readonly begin: (lane: ShardId) => void
  /** Takes an event of the side that is left alone. Returns whether it was published for the other. */
  readonly isRepeat: (side: Side, shard: EventShard, payload: GatewayDispatchPayload) => boolean
  /** How many different events are remembered. */
  readonly size: () => number
}

/** What the two sides are. Times are milliseconds of `now`. */
export interface Options {
  readonly publish: (shard: EventShard, payload: GatewayDispatchPayload) => void
  /** Gets what is not published, because the other side was first. */
  readonly repeat: (shard: EventShard, payload: GatewayDispatchPayload) => void
  /** How many shards the new side has in all processes. */
  readonly total: number
  /** Whether the new side has a session in this lane, or is about to. */
  readonly isCounted: (lane: ShardId) => boolean
  /** How far apart the same event may arrive at both sides. */
  readonly lag: number
  readonly now: () => number
}

// Every session has its own, so they are never duplicates.
const ownEvents: ReadonlySet<string> = new Set(["READY", "RESUMED"])

/** Nothing has been received yet. */
export const make = ({ isCounted, lag, now, publish, repeat, total }: Options): Deduplication => {
  const lanes = new Map<ShardId, Map<string, Count>>()
  return {
    take: (side, shard, payload) => {
      const lane = side === "new" ? shard.id : laneOf(payload, total)
      if (ownEvents.has(payload.t) || (side === "old" && !isCounted(lane))) return publish(shard, payload)
      let counts = lanes.get(lane)
      if (counts === undefined) {
        counts = new Map()
        lanes.set(lane, counts)
      }
      const key = keyOf(payload)
      let count = counts.get(key)
      if (count === undefined) {
        count = { old: 0, new: 0, published: 0, since: now() }
        counts.set(key, count)
      }
      count[side]++
      const isFirst = count[side] > count.published
      if (isFirst) count.published = count[side]
      if (count.old === count.new) counts.delete(key)
      if (isFirst) publish(shard, payload)
      else repeat(shard, payload)
    },
    begin: (lane) => {
      const before = now() - lag
      const counts = lanes.get(lane)
      for (const [key, count] of counts ?? []) {
        // What the session before has received may still arrive at the old side.
        if (count.new === 0 && count.since < before) counts?.delete(key)
      }
    },
    isRepeat: (side, shard, payload) => {
      const counts = lanes.get(side === "new" ? shard.id : laneOf(payload, total))
      const key = keyOf(payload)
      const count = counts?.get(key)
      if (count === undefined) return false
      count[side]++
      if (count[side] >= count.published) counts?.delete(key)
      return count[side] <= count.published
    },
    size: () => [...lanes.values()].reduce((sum, counts) => sum + counts.size, 0)
  }
}

const keyOf = ({ d, t }: GatewayDispatchPayload): string => `${t} ${JSON.stringify(d)}`

// Events without a guild go to shard 0.
const laneOf = ({ d, t }: GatewayDispatchPayload, total: number): ShardId => {
  const { guild_id: guildId, id } = d as { readonly guild_id?: unknown; readonly id?: unknown }
  const guild = t === "GUILD_CREATE" || t === "GUILD_UPDATE" || t === "GUILD_DELETE" ? id : guildId
  return fromGuildId(isGuildId(guild) ? guild : "0", total)
}
