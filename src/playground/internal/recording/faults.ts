/** The faults of a page by the fake's own faults. */
import * as Effect from "effect/Effect"
import type { FakeDiscord } from "../../../testing/FakeDiscord.ts"
import type { Fault as Armed } from "../../../testing/Faults.ts"
import type * as Protocol from "../../Protocol.ts"

const anyRequest = /./

/** Causes a fault: at once, or on the next occasions, with what withdraws it then. */
export const cause = (
  { faults, sessions }: FakeDiscord["Service"],
  fault: Protocol.Fault
): Effect.Effect<Armed | undefined, { readonly _tag: string; readonly message: string }> => {
  switch (fault.kind) {
    case "muteAcks":
      return faults.muteAcks({ times: fault.times })
    case "slowRest":
      return faults.restDelay(fault.requests ?? anyRequest, fault.millis, { times: fault.times })
    case "failRest":
      return faults.restStatus(fault.requests ?? anyRequest, fault.status, { times: fault.times })
    case "rateLimit": {
      const scope = fault.global ? "global" : "user"
      const seconds = fault.retryAfterMillis / 1000
      return faults.restRateLimit(fault.requests ?? anyRequest, seconds, { times: fault.times, scope })
    }
    default: {
      const act = (shard: number) => {
        if (fault.kind === "reconnect") return faults.reconnect(shard)
        if (fault.kind === "invalidSession") return faults.invalidSession(shard, fault.resumable)
        return fault.kind === "freeze" ? faults.pauseSocket(shard) : faults.dropConnection(shard)
      }
      if (fault.shard !== undefined) return Effect.as(act(fault.shard), undefined)
      return Effect.flatMap(sessions, (all) => {
        const shards = new Set(all.filter(({ connected }) => connected).map(({ shardId }) => shardId))
        return Effect.as(Effect.forEach(shards, act, { concurrency: "unbounded", discard: true }), undefined)
      })
    }
  }
}
