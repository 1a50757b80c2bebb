/**
 * When a shard may IDENTIFY. Discord allows one IDENTIFY per `shard_id % max_concurrency` in 5 seconds, and answers
 * further ones with an invalid session (op 9). Sources: Discord, "Session Start Limit Object" and "Sharding".
 *
 * A shard takes its turn where Discord counts it, at the IDENTIFY itself: after it has connected and received HELLO.
 * The next shard has its turn when the time is over, whether or not READY has arrived by then.
 *
 * The service has only one method, so that it is easy to replace, for example by a queue that several processes share.
 * `IdentifyQueueConformance` in `fibercord/testing` tests any implementation.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { identifyInterval } from "../discord/gatewayNumbers.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import type { ShardId } from "./ShardId.ts"

/** What a shard that wants to IDENTIFY says. */
export interface Request {
  readonly shard: ShardId
  /** The `max_concurrency` that `GET /gateway/bot` returned last. */
  readonly maxConcurrency: number
}

/** The service. */
export class IdentifyQueue extends Context.Service<
  IdentifyQueue,
  {
    /**
     * Completes when the shard may send IDENTIFY, which it must then do immediately. Shards with the same
     * `shard_id % max_concurrency` are served in the order in which they asked. Never fails: an implementation in
     * trouble keeps shards waiting. A shard that is interrupted while it waits leaves the queue and uses up no turn.
     */
    readonly take: (request: Request) => Effect.Effect<void>
  }
>()("fibercord/gateway/IdentifyQueue") {}

/** Options of {@link layerMemory}. */
export interface Options {
  /** The time between two IDENTIFYs with the same `shard_id % max_concurrency`. Default: Discord's 5 seconds. */
  readonly interval?: Duration.Input | undefined
  /**
   * Added to `interval`, so that uneven network delays cannot bring two IDENTIFYs too close together. Default: 100
   * milliseconds.
   */
  readonly margin?: Duration.Input | undefined
}

const makeMemory = (options: Options): IdentifyQueue["Service"] => {
  const spacing =
    Duration.toMillis(options.interval ?? identifyInterval) + Duration.toMillis(options.margin ?? "100 millis")
  const keys = new Map<number, { readonly turn: Semaphore.Semaphore; freeAt: number }>()

  const take = ({ maxConcurrency, shard }: Request): Effect.Effect<void> => {
    const id = shard % Math.max(1, maxConcurrency)
    let key = keys.get(id)
    if (key === undefined) {
      key = { turn: Semaphore.makeUnsafe(1), freeAt: -Infinity }
      keys.set(id, key)
    }
    const { turn } = key
    const owned = key
    return turn.withPermits(1)(
      Effect.clockWith((clock) =>
        Effect.andThen(
          Effect.suspend(() => Effect.sleep(Math.max(0, Math.ceil(owned.freeAt - Elapsed.millis(clock))))),
          Effect.sync(() => {
            owned.freeAt = Elapsed.millis(clock) + spacing
          })
        )
      )
    )
  }
  return IdentifyQueue.of({ take: (request) => Effect.suspend(() => take(request)) })
}

/** A queue in memory, for the shards of one process. */
export const layerMemory = (options: Options = {}): Layer.Layer<IdentifyQueue> =>
  Layer.sync(IdentifyQueue, () => makeMemory(options))
