/** Heartbeats: they keep a connection alive, and find out when its peer has fallen silent. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { afterNextRead } from "./afterNextRead.ts"
import type { ShardConnection } from "./shardConnection.ts"
import type { StatusRecord } from "./statusRecord.ts"

/**
 * Sends a heartbeat every `interval` milliseconds, the first after a random part of it. Ends the connection as a
 * `Zombie` when one is not acknowledged: within two intervals of the peer's falling silent, because it may happen right
 * after an acknowledgement. Runs until it is interrupted.
 */
export const run = Effect.fnUntraced(function* (
  connection: ShardConnection,
  interval: number,
  status: StatusRecord
): Effect.fn.Return<never> {
  yield* Effect.sleep((yield* Random.next) * interval)
  while (true) {
    status.lastHeartbeatAt = yield* Clock.currentTimeMillis
    yield* connection.heartbeat
    yield* Effect.sleep(interval)
    if (connection.acknowledged()) continue
    // When our own event loop was blocked, the acknowledgement may have arrived without having been read yet.
    yield* afterNextRead
    if (!connection.acknowledged()) connection.end({ _tag: "Zombie" })
  }
})
