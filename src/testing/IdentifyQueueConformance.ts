/**
 * What every implementation of `IdentifyQueue` must do, as checks for any test framework:
 *
 * ```ts
 * import { it } from "@effect/vitest"
 * import { IdentifyQueue } from "fibercord"
 * import { IdentifyQueueConformance } from "fibercord/testing"
 *
 * const MyQueue = IdentifyQueue.layerMemory({ interval: "100 millis" })
 * for (const check of IdentifyQueueConformance.checks(MyQueue, { interval: "100 millis" })) {
 *   it.live(check.name, () => check.run)
 * }
 * ```
 *
 * With the real clock each check takes up to five intervals, so give the queue a short one.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { IdentifyQueue } from "../gateway/IdentifyQueue.ts"
import * as ShardId from "../gateway/ShardId.ts"

/** A queue does not meet a requirement. */
export class Nonconforming extends Schema.TaggedError<Nonconforming>("fibercord/testing/Nonconforming")(
  "Nonconforming",
  {
    /** What was found, and what was expected. */
    message: Schema.String
  }
) {}

/** One requirement of a queue. */
export interface Check<E> {
  readonly name: string
  /** Builds a queue of its own, and fails with {@link Nonconforming} if it does not meet the requirement. */
  readonly run: Effect.Effect<void, Nonconforming | E>
}

/** Options of {@link checks}. */
export interface Options {
  /** The time between two IDENTIFYs of one key with which the queue was made, including its margin. */
  readonly interval: Duration.Input
  /** The part of `interval` that is margin: by so much less may two uses of turns be apart. Default: 0. */
  readonly margin?: Duration.Input | undefined
  /** How late a turn may come and still be in time. Default: one interval. */
  readonly tolerance?: Duration.Input | undefined
}

interface Turn {
  readonly shard: number
  /** Milliseconds since the check began. */
  readonly at: number
  /** Uses it, and returns whether it could be used. */
  readonly use: () => boolean
}

// A fraction of a millisecond is lost when times are rounded.
const rounding = 1

/** What a check works with. */
interface Bench {
  /** Asks for a turn, waits for it, notes it, and uses it at once. */
  readonly ask: (shard: number, maxConcurrency: number, missed?: boolean) => Effect.Effect<Turn>
  /** The same, but does not use it. */
  readonly hold: (shard: number, maxConcurrency: number, missed?: boolean) => Effect.Effect<Turn>
  /** When turns were used, in milliseconds since the check began, in their order. */
  readonly uses: ReadonlyArray<{ readonly shard: number; readonly at: number }>
  /** The turns so far, in their order. */
  readonly turns: ReadonlyArray<Turn>
  /** Milliseconds. */
  readonly interval: number
  /** The least time between two uses of one key, in milliseconds. */
  readonly apart: number
  /** Fails unless a turn came in time, `at` milliseconds after the check began. */
  readonly expectAt: (turn: Turn, at: number) => Effect.Effect<void, Nonconforming>
}

const expect = (holds: boolean, message: string): Effect.Effect<void, Nonconforming> =>
  holds ? Effect.void : Effect.fail(new Nonconforming({ message }))

const makeBench = Effect.fnUntraced(function* (
  interval: number,
  apart: number,
  tolerance: number
): Effect.fn.Return<Bench, never, IdentifyQueue> {
  const queue = yield* IdentifyQueue
  const clock = yield* Clock.Clock
  const start = clock.currentTimeMillisUnsafe()
  const since = () => clock.currentTimeMillisUnsafe() - start
  const turns: Array<Turn> = []
  const uses: Array<{ readonly shard: number; readonly at: number }> = []
  const hold = (shard: number, maxConcurrency: number, missed = false): Effect.Effect<Turn> =>
    Effect.map(queue.take({ shard: ShardId.make(shard), maxConcurrency, missed }), (taken) => {
      const use = () => {
        const isUsed = taken.use()
        if (isUsed) uses.push({ shard, at: since() })
        return isUsed
      }
      const turn = { shard, at: since(), use }
      turns.push(turn)
      return turn
    })
  // As a shard does: a machine that is busy may pause in any of these checks.
  const ask = (shard: number, maxConcurrency: number, missed = false): Effect.Effect<Turn> =>
    Effect.flatMap(hold(shard, maxConcurrency, missed), (turn) => {
      if (turn.use()) return Effect.succeed(turn)
      turns.splice(turns.indexOf(turn), 1)
      return ask(shard, maxConcurrency, true)
    })
  return {
    turns,
    uses,
    interval,
    apart,
    hold,
    ask,
    expectAt: (turn, at) =>
      expect(
        turn.at >= at - rounding && turn.at <= at + tolerance,
        `shard ${turn.shard} had its turn after ${turn.at} ms instead of ${at} to ${at + tolerance} ms`
      )
  }
})

const requirements: Readonly<Record<string, (bench: Bench) => Effect.Effect<void, Nonconforming>>> = {
  "the first shard of a key is served at once": Effect.fnUntraced(function* ({ ask, expectAt }) {
    yield* expectAt(yield* ask(0, 1), 0)
  }),
  "shards of one key are served in the order in which they asked, an interval apart": Effect.fnUntraced(function* ({
    apart,
    ask,
    expectAt,
    interval,
    turns
  }) {
    yield* Effect.forEach([2, 0, 1], (shard) => ask(shard, 1), { concurrency: "unbounded", discard: true })
    const order = turns.map(({ shard }) => shard).join(", ")
    yield* expect(order === "2, 0, 1", `shards 2, 0 and 1 asked, and had their turns in the order ${order}`)
    for (const [i, turn] of turns.entries()) {
      const before = turns[i - 1]
      if (before !== undefined) {
        const gap = turn.at - before.at
        yield* expect(gap >= apart - rounding, `two turns of one key were ${gap} ms apart`)
      }
      yield* expectAt(turn, i * interval)
    }
  }),
  "a shard that asks again waits like any other": Effect.fnUntraced(function* ({ ask, expectAt, interval }) {
    yield* ask(3, 2)
    yield* expectAt(yield* ask(3, 2), interval)
  }),
  "shards of different keys are served at the same time": Effect.fnUntraced(function* ({ ask, expectAt }) {
    const turns = yield* Effect.forEach([0, 1, 2, 3], (shard) => ask(shard, 4), { concurrency: "unbounded" })
    for (const turn of turns) yield* expectAt(turn, 0)
  }),
  "every key has its own pace": Effect.fnUntraced(function* ({ ask, expectAt, interval }) {
    const turns = yield* Effect.forEach([0, 1, 2, 3, 4, 5], (shard) => ask(shard, 2), { concurrency: "unbounded" })
    for (const turn of turns) yield* expectAt(turn, Math.floor(turn.shard / 2) * interval)
  }),
  "a key that has been idle is served at once": Effect.fnUntraced(function* ({ ask, expectAt, interval }) {
    yield* ask(0, 1)
    yield* Effect.sleep(interval * 2)
    yield* expectAt(yield* ask(1, 1), interval * 2)
  }),
  "a shard that is interrupted leaves the queue and uses up nothing": Effect.fnUntraced(function* ({
    ask,
    expectAt,
    interval,
    turns
  }) {
    yield* ask(0, 1)
    const leaving = yield* Effect.forkChild(ask(1, 1), { startImmediately: true })
    const staying = yield* Effect.forkChild(ask(2, 1), { startImmediately: true })
    yield* Effect.sleep(interval / 2)
    yield* Fiber.interrupt(leaving)
    yield* expectAt(yield* Fiber.join(staying), interval)
    yield* expect(turns.length === 2, "a shard that was interrupted had its turn")
  }),
  "a shard that is interrupted in front of others does not stop them": Effect.fnUntraced(function* ({
    ask,
    expectAt,
    interval
  }) {
    yield* ask(0, 1)
    const leaving = yield* Effect.forkChild(ask(1, 1), { startImmediately: true })
    yield* Fiber.interrupt(leaving)
    yield* expectAt(yield* ask(2, 1), interval)
  }),
  "a turn can be used at once": Effect.fnUntraced(function* ({ ask, turns, uses }) {
    yield* ask(0, 1)
    yield* expect(turns.length === 1 && uses.length === 1, "a turn that was used at once was over")
  }),
  "a turn that was not used in time is over, and the next one is not": Effect.fnUntraced(function* (bench) {
    const late = yield* bench.hold(0, 1)
    yield* bench.ask(1, 1)
    yield* expect(!late.use(), "a turn was used after the next one of its key")
    yield* expectApart(bench)
  }),
  "a turn that is used late does not shorten the time to the next one": Effect.fnUntraced(function* (bench) {
    for (const pause of [0.25, 0.5, 0.9, 0.99]) {
      const late = yield* bench.hold(0, 1)
      const next = yield* Effect.forkChild(bench.ask(1, 1), { startImmediately: true })
      yield* Effect.sleep(bench.interval * pause)
      late.use()
      yield* Fiber.join(next)
    }
    yield* expectApart(bench)
  }),
  "a shard that missed its turn is served before those that wait": Effect.fnUntraced(function* (bench) {
    const late = yield* bench.hold(0, 1)
    const waiting = yield* Effect.forEach([1, 2, 3], (shard) =>
      Effect.forkChild(bench.ask(shard, 1), { startImmediately: true })
    )
    yield* Effect.sleep(bench.interval * 1.5)
    yield* expect(!late.use(), "a turn was used after the next one of its key")
    yield* bench.ask(0, 1, true)
    yield* Effect.forEach(waiting, Fiber.join)
    const order = bench.uses.map(({ shard }) => shard).join(", ")
    yield* expect(order === "1, 0, 2, 3", `shard 0 missed its turn, and the order was ${order} instead of 1, 0, 2, 3`)
    yield* expectApart(bench)
  })
}

const expectApart = Effect.fnUntraced(function* ({ apart, uses }: Bench) {
  for (const [i, { at }] of uses.entries()) {
    const gap = at - (uses[i - 1]?.at ?? -Infinity)
    yield* expect(gap >= apart - rounding, `two turns of one key were used ${gap} ms apart`)
  }
})

/** The checks for the queue of a layer. */
export const checks = <E>(layer: Layer.Layer<IdentifyQueue, E>, options: Options): ReadonlyArray<Check<E>> => {
  const interval = Duration.toMillis(options.interval)
  const apart = interval - Duration.toMillis(options.margin ?? 0)
  const tolerance = Duration.toMillis(options.tolerance ?? options.interval)
  return Object.entries(requirements).map(([name, body]) => ({
    name,
    run: Effect.flatMap(makeBench(interval, apart, tolerance), body).pipe(Effect.provide(layer, { local: true }))
  }))
}
