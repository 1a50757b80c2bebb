/**
 * Publishes each event once while two generations of shards receive the same events.
 *
 * Events are told apart by their content. The n-th event with the same content is published when the first of the two
 * sides receives it for the n-th time. At first, one side may only be counted. It begins to publish when everything
 * that the other side had published before the counting began must have arrived.
 */
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import type { EventShard } from "../GatewayEvents.ts"

/** The generation that received an event. */
export type Side = "old" | "new"

interface Count {
  old: number
  new: number
  published: number
  readonly since: number
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

/** An event is remembered for `memory` milliseconds of `now`. */
export const make = (
  publish: (shard: EventShard, payload: GatewayDispatchPayload) => void,
  memory: number,
  now: () => number
): Deduplication => {
  const counts = new Map<string, Count>()

  const forgetOld = (at: number): void => {
    for (const [key, { since }] of counts) {
      if (at - since <= memory) return
      counts.delete(key)
    }
  }

  return {
    take: (side, mayPublish, shard, payload) => {
      if (ownEvents.has(payload.t)) {
        if (mayPublish) publish(shard, payload)
        return
      }
      const at = now()
      forgetOld(at)
      const key = `${payload.t} ${JSON.stringify(payload.d)}`
      let count = counts.get(key)
      if (count === undefined) {
        count = { old: 0, new: 0, published: 0, since: at }
        counts.set(key, count)
      }
      count[side]++
      if (!mayPublish || count[side] <= count.published) return
      count.published = count[side]
      publish(shard, payload)
    },
    size: () => counts.size
  }
}
