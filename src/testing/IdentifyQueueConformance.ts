/**
 * What any `IdentifyQueue` must do, as checks that run in any test framework:
 *
 * ```ts
 * for (const check of IdentifyQueueConformance.checks(MyQueue.layer, { interval: "100 millis" })) {
 *   it.live(check.name, () => check.run)
 * }
 * ```
 *
 * They take real time, some intervals each: give the queue a short one.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { IdentifyQueue } from "../gateway/IdentifyQueue.ts"
import * as ShardId from "../gateway/ShardId.ts"

/** The queue does not do what it must. */
export class Nonconforming extends Schema.TaggedError<Nonconforming>("fibercord/testing/Nonconforming")(
  "Nonconforming",
  { message: Schema.String }
) {}

/** One thing that a queue must do. */
export interface Check<E> {
  readonly name: string
  /** Builds a queue of its own, and fails with {@link Nonconforming} when it does it wrong. */
  readonly run: Effect.Effect<void, Nonconforming | E>
}

/** Options of {@link checks}. */
export interface Options {
  /** The time between two IDENTIFYs of one key that the queue was made with, its margin included. */
  readonly interval: Duration.Input
  /** How late a turn may come and still be in time. Default: one interval. */
  readonly tolerance?: Duration.Input | undefined
}

interface Turn {
  readonly shard: number
  /** Milliseconds since the check began. */
  readonly at: number
}

// A fraction of a millisecond is lost when times are rounded.
const rounding = 1

/** The checks for a queue. */
export const checks = <E>(layer: Layer.Layer<IdentifyQueue, E>, options: Options): ReadonlyArray<Check<E>> => {
  const interval = Duration.toMillis(options.interval)
  const tolerance = Duration.toMillis(options.tolerance ?? options.interval)

  const expect = (holds: boolean, message: string) => (holds ? Effect.void : new Nonconforming({ message }))
  const expectAt = (turn: Turn, at: number) =>
    expect(
      turn.at >= at - rounding && turn.at <= at + tolerance,
      `shard ${turn.shard} had its turn after ${turn.at} ms instead of ${at} to ${at + tolerance} ms`
    )

  const setUp = Effect.gen(function* () {
    const queue = yield* IdentifyQueue
    const start = yield* Clock.currentTimeMillis
    const turns: Array<Turn> = []
    const ask = (shard: number, maxConcurrency: number) =>
      queue.take({ shard: ShardId.make(shard), maxConcurrency }).pipe(
        Effect.andThen(Clock.currentTimeMillis),
        Effect.map((now) => {
          const turn = { shard, at: now - start }
          turns.push(turn)
          return turn
        })
      )
    return { ask, turns }
  })

  const check = (name: string, body: Effect.Effect<void, Nonconforming, IdentifyQueue>): Check<E> => ({
    name,
    run: Effect.provide(body, layer, { local: true })
  })

  return [
    check(
      "the first shard of a key is served at once",
      Effect.gen(function* () {
        const { ask } = yield* setUp
        yield* expectAt(yield* ask(0, 1), 0)
      })
    ),
    check(
      "shards of one key are served in the order in which they asked, an interval apart",
      Effect.gen(function* () {
        const { ask, turns } = yield* setUp
        yield* Effect.forEach([2, 0, 1], (shard) => ask(shard, 1), { concurrency: "unbounded", discard: true })
        const order = turns.map(({ shard }) => shard).join(", ")
        yield* expect(order === "2, 0, 1", `shards 2, 0 and 1 asked, and had their turns in the order ${order}`)
        for (const [i, turn] of turns.entries()) {
          const before = turns[i - 1]
          if (before !== undefined) {
            const gap = turn.at - before.at
            yield* expect(gap >= interval - rounding, `two turns of one key were ${gap} ms apart`)
          }
          yield* expectAt(turn, i * interval)
        }
      })
    ),
    check(
      "a shard that asks again waits like any other",
      Effect.gen(function* () {
        const { ask } = yield* setUp
        yield* ask(3, 2)
        yield* expectAt(yield* ask(3, 2), interval)
      })
    ),
    check(
      "shards of different keys are served at the same time",
      Effect.gen(function* () {
        const { ask } = yield* setUp
        const turns = yield* Effect.forEach([0, 1, 2, 3], (shard) => ask(shard, 4), { concurrency: "unbounded" })
        for (const turn of turns) yield* expectAt(turn, 0)
      })
    ),
    check(
      "every key has its own pace",
      Effect.gen(function* () {
        const { ask } = yield* setUp
        const turns = yield* Effect.forEach([0, 1, 2, 3, 4, 5], (shard) => ask(shard, 2), { concurrency: "unbounded" })
        for (const turn of turns) yield* expectAt(turn, Math.floor(turn.shard / 2) * interval)
      })
    ),
    check(
      "a key that has been idle is served at once",
      Effect.gen(function* () {
        const { ask } = yield* setUp
        yield* ask(0, 1)
        yield* Effect.sleep(interval * 2)
        yield* expectAt(yield* ask(1, 1), interval * 2)
      })
    ),
    check(
      "a shard that is interrupted leaves the queue and uses up nothing",
      Effect.gen(function* () {
        const { ask, turns } = yield* setUp
        yield* ask(0, 1)
        const leaving = yield* Effect.forkChild(ask(1, 1), { startImmediately: true })
        const staying = yield* Effect.forkChild(ask(2, 1), { startImmediately: true })
        yield* Effect.sleep(interval / 2)
        yield* Fiber.interrupt(leaving)
        yield* expectAt(yield* Fiber.join(staying), interval)
        yield* expect(turns.length === 2, "a shard that was interrupted had its turn")
      })
    ),
    check(
      "a shard that is interrupted in front of others does not stop them",
      Effect.gen(function* () {
        const { ask } = yield* setUp
        yield* ask(0, 1)
        const leaving = yield* Effect.forkChild(ask(1, 1), { startImmediately: true })
        yield* Fiber.interrupt(leaving)
        yield* expectAt(yield* ask(2, 1), interval)
      })
    )
  ]
}
