/**
 * Two generations of shards that receive the same events, each event handed on once.
 *
 * The n-th time that an event of the same content comes from either side, it is handed on by whoever is first. One side
 * may only be counted at first: it begins to hand on when everything that the other had handed on before counting began
 * must have arrived.
 */
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import type { EventShard } from "../GatewayEvents.ts"

/** Who an event came from. */
export type Side = "old" | "new"

interface Count {
  old: number
  new: number
  published: number
  readonly since: number
}

/** The meeting point of both sides. */
export interface Overlap {
  /** Takes an event of one side. With `handOn` false it is only counted. */
  readonly take: (side: Side, handOn: boolean, shard: EventShard, payload: GatewayDispatchPayload) => void
  /** How many different events are remembered. */
  readonly size: () => number
}

// Every session has its own.
const ownEvents: ReadonlySet<string> = new Set(["READY", "RESUMED"])

/** `memory` is how long an event is remembered, in milliseconds of `now`. */
export const make = (
  publish: (shard: EventShard, payload: GatewayDispatchPayload) => void,
  memory: number,
  now: () => number
): Overlap => {
  const counts = new Map<string, Count>()

  const forgetOld = (at: number): void => {
    for (const [key, { since }] of counts) {
      if (at - since <= memory) return
      counts.delete(key)
    }
  }

  return {
    take: (side, handOn, shard, payload) => {
      if (ownEvents.has(payload.t)) {
        if (handOn) publish(shard, payload)
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
      if (!handOn || count[side] <= count.published) return
      count.published = count[side]
      publish(shard, payload)
    },
    size: () => counts.size
  }
}
