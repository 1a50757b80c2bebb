/**
 * Publishes once what two sessions of the same guilds receive. Discord sends the same event to both, at slightly
 * different times and with different sequence numbers.
 *
 * Events are told apart by their content, and counted: an event is published when the first of the two sides receives it
 * for the n-th time. It is remembered until the other side has received it as often, however long that side was away. At
 * first, one side may only be counted. It begins to publish when everything that the other side had published before the
 * counting began must have arrived.
 */
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import type { EventShard } from "../GatewayEvents.ts"

/** The generation that received an event. */
export type Side = "old" | "new"

interface Count {
  old: number
  new: number
  published: number
}

/** Where the events of both sides meet. */
export interface Deduplication {
  /** Takes an event of one side. Unless `mayPublish`, it is only counted. */
  readonly take: (side: Side, mayPublish: boolean, shard: EventShard, payload: GatewayDispatchPayload) => void
  /** How many different events are remembered. */
  readonly size: () => number
}

// Every session has its own, so they are never duplicates.
const ownEvents: ReadonlySet<string> = new Set(["READY", "RESUMED"])

/** Nothing has been received yet. */
export const make = (publish: (shard: EventShard, payload: GatewayDispatchPayload) => void): Deduplication => {
  const counts = new Map<string, Count>()
  return {
    take: (side, mayPublish, shard, payload) => {
      if (ownEvents.has(payload.t)) {
        if (mayPublish) publish(shard, payload)
        return
      }
      const key = `${payload.t} ${JSON.stringify(payload.d)}`
      let count = counts.get(key)
      if (count === undefined) {
        count = { old: 0, new: 0, published: 0 }
        counts.set(key, count)
      }
      count[side]++
      const isFirst = mayPublish && count[side] > count.published
      if (isFirst) count.published = count[side]
      if (count.old === count.new) counts.delete(key)
      if (isFirst) publish(shard, payload)
    },
    size: () => counts.size
  }
}
