/**
 * Who may IDENTIFY now. Discord allows one IDENTIFY per `shard_id % max_concurrency` in 5 seconds; more are answered
 * with op 9. Source: Discord, "Session Start Limit Object" and "Rate Limiting" of sharding.
 *
 * The slot is measured where Discord measures it, at the IDENTIFY itself: a shard connects, is greeted, and asks then.
 * It is free again when the time is over; READY does not free it sooner. The service has one method so that it can be
 * replaced, for example by a queue that several processes share; `IdentifyQueueConformance` in `fibercord/testing`
 * tests any implementation.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as Elapsed from "../internal/Elapsed.ts"
import type { ShardId } from "./ShardId.ts"

/** A shard that wants to IDENTIFY. */
export interface Request {
  readonly shard: ShardId
  /** As `GET /gateway/bot` said last. */
  readonly maxConcurrency: number
}

/** The service. */
export class IdentifyQueue extends Context.Service<
  IdentifyQueue,
  {
    /**
     * Completes when the shard may send IDENTIFY, which it must then do at once. Shards of one key are served in the
     * order in which they asked. Never fails: trouble means waiting. A shard that is interrupted while it waits leaves
     * the queue and uses up nothing.
     */
    readonly take: (request: Request) => Effect.Effect<void>
  }
>()("fibercord/gateway/IdentifyQueue") {}

/** Options of {@link layerMemory}. */
export interface Options {
  /** Between two IDENTIFYs of one key. Default: 5 seconds, Discord's rule. */
  readonly interval?: Duration.Input | undefined
  /** Added to `interval`, so that uneven delays on the way cannot bring two closer together. Default: 100 millis. */
  readonly margin?: Duration.Input | undefined
}

const makeMemory = (options: Options): IdentifyQueue["Service"] => {
  const spacing = Duration.toMillis(options.interval ?? "5 seconds") + Duration.toMillis(options.margin ?? "100 millis")
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

/** A queue for the shards of one process. */
export const layerMemory = (options: Options = {}): Layer.Layer<IdentifyQueue> =>
  Layer.sync(IdentifyQueue, () => makeMemory(options))
