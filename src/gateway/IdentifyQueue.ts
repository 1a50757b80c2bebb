/**
 * When a shard may IDENTIFY. Discord allows one IDENTIFY per `shard_id % max_concurrency` in 5 seconds, and answers
 * further ones with an invalid session (op 9). Sources: Discord, "Session Start Limit Object" and "Sharding".
 *
 * A shard takes its turn where Discord counts it, at the IDENTIFY itself: after it has connected and received HELLO.
 * The next shard has its turn when the time is over, whether or not READY has arrived by then.
 *
 * A turn does not last: a process may pause between its turn and its IDENTIFY, because it is stopped, its machine is busy,
 * or the answer of another process is late. So the turn is used in the very call that sends, and one that is over by then
 * sends nothing.
 *
 * The service has only one method, so that it is easy to replace, for example by a queue that several processes share.
 * `IdentifyQueueConformance` in `fibercord/testing` tests any implementation.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import { identifyInterval } from "../discord/gatewayNumbers.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import type { ShardId } from "./ShardId.ts"

/** What a shard that wants to IDENTIFY says. */
export interface Request {
  /** The shard that wants to IDENTIFY. */
  readonly shard: ShardId
  /** The `max_concurrency` that `GET /gateway/bot` returned last. */
  readonly maxConcurrency: number
  /**
   * Its last turn was over before it could be used: it is served before those that wait. A shard that misses two turns in
   * a row asks the second time like any other, so that a process that is too slow for each of them stops nobody.
   */
  readonly missed?: boolean | undefined
}

/** A turn to IDENTIFY. */
export interface Turn {
  /**
   * Uses the turn, once, in the call that sends IDENTIFY. Returns false when the turn is over, because another shard of
   * its key has its turn now or may have it soon: then nothing may be sent, and the shard takes again.
   */
  readonly use: () => boolean
}

/** The service. */
export class IdentifyQueue extends Context.Service<
  IdentifyQueue,
  {
    /**
     * Completes when the shard may send IDENTIFY, which it must then do immediately, if the turn can still be used.
     * However long processes pause, no two turns with the same `shard_id % max_concurrency` are used within the interval.
     * Shards of one key are served in the order in which they asked. Never fails: an implementation in trouble keeps
     * shards waiting. A shard that is interrupted while it waits leaves the queue and uses up no turn.
     */
    readonly take: (request: Request) => Effect.Effect<Turn>
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

/** A shard that waits. */
interface Place {
  readonly missed: boolean
  /** Open when it is the first of its line, though others may have been let in front of it since. None until it waits. */
  isFirst: Latch.Latch | undefined
}

/** What is known of one key. */
interface Key {
  line: Array<Place>
  /** When the next turn may be given, in milliseconds of `Elapsed`. */
  freeAt: number
  /** How many turns were given. All but the last one are over. */
  given: number
}

const enter = (key: Key, missed: boolean): Place => {
  const place: Place = { missed, isFirst: undefined }
  const before = missed ? key.line.filter((other) => other.missed).length : key.line.length
  key.line[0]?.isFirst?.closeUnsafe()
  key.line.splice(before, 0, place)
  key.line[0]?.isFirst?.openUnsafe()
  return place
}

const leave = (key: Key, place: Place): void => {
  const at = key.line.indexOf(place)
  if (at === -1) return
  key.line.splice(at, 1)
  key.line[0]?.isFirst?.openUnsafe()
  // An empty array keeps the room that it had.
  if (key.line.length === 0) key.line = []
}

const give = (key: Key, place: Place, spacing: number, clock: Clock.Clock): Turn => {
  const turn = ++key.given
  key.freeAt = Elapsed.millis(clock) + spacing
  leave(key, place)
  return {
    use: () => {
      if (key.given !== turn && spacing > 0) return false
      // Discord counts from here.
      key.freeAt = Elapsed.millis(clock) + spacing
      return true
    }
  }
}

// Looks again after each wait: another shard may have been let in front, or a turn used later than it was given.
const serve = (key: Key, place: Place, spacing: number, clock: Clock.Clock): Effect.Effect<Turn> =>
  Effect.suspend(() => {
    if (key.line[0] !== place) {
      place.isFirst ??= Latch.makeUnsafe(false)
      return Effect.andThen(place.isFirst.await, serve(key, place, spacing, clock))
    }
    const wait = Math.ceil(key.freeAt - Elapsed.millis(clock))
    if (wait > 0) return Effect.andThen(Effect.sleep(wait), serve(key, place, spacing, clock))
    return Effect.succeed(give(key, place, spacing, clock))
  })

const makeMemory = (options: Options): IdentifyQueue["Service"] => {
  const spacing =
    Duration.toMillis(options.interval ?? identifyInterval) + Duration.toMillis(options.margin ?? "100 millis")
  const keys = new Map<number, Key>()

  const take = ({ maxConcurrency, missed, shard }: Request): Effect.Effect<Turn> => {
    const id = shard % Math.max(1, maxConcurrency)
    const key: Key = keys.get(id) ?? { line: [], freeAt: -Infinity, given: 0 }
    keys.set(id, key)
    return Effect.clockWith((clock) =>
      Effect.acquireUseRelease(
        Effect.sync(() => enter(key, missed === true)),
        (place) => serve(key, place, spacing, clock),
        (place) => Effect.sync(() => leave(key, place))
      )
    )
  }
  return IdentifyQueue.of({ take: (request) => Effect.suspend(() => take(request)) })
}

/**
 * A queue in memory, for the shards of one process. A turn is over when the next one of its key is given, and the time
 * until then counts from its use.
 */
export const layerMemory = (options: Options = {}): Layer.Layer<IdentifyQueue> =>
  Layer.sync(IdentifyQueue, () => makeMemory(options))
