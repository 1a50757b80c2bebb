import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type * as CloseCode from "../../../src/gateway/CloseCode.ts"
import { afterNextRead } from "../../../src/gateway/internal/afterNextRead.ts"
import { type Heart, moments, Pacemaker } from "../../../src/gateway/internal/pacemaker.ts"
import { sleepyClock } from "../../support/sleepyClock.ts"

interface Options {
  /** How long its peer takes to acknowledge, in milliseconds. */
  readonly latency?: number
  /** The heartbeat, counted from 1, that throws. */
  readonly throwsAt?: number
  /** After how many heartbeats its peer falls silent. */
  readonly silentAfter?: number
  readonly onBeat?: () => void
  readonly onEnd?: () => void
}

/** A heart whose peer acknowledges by the test's clock. */
const makeHeart = (clock: Clock.Clock, options: Options = {}) => {
  const beats: Array<number> = []
  const ends: Array<CloseCode.End["_tag"]> = []
  const heart: Heart = {
    beat: () => {
      beats.push(clock.currentTimeMillisUnsafe())
      options.onBeat?.()
      if (beats.length === options.throwsAt) throw new Error("the socket is broken")
    },
    acknowledged: () => {
      const last = beats.at(-1)
      if (last === undefined) return true
      const isSilent = beats.length > (options.silentAfter ?? Infinity)
      return !isSilent && clock.currentTimeMillisUnsafe() - last >= (options.latency ?? 0)
    },
    end: ({ _tag }) => {
      ends.push(_tag)
      options.onEnd?.()
    }
  }
  return { heart, beats, ends }
}

const setUp = Effect.gen(function* () {
  const clock = sleepyClock(yield* Clock.Clock)
  const context = Context.add(yield* Effect.context<never>(), Clock.Clock, clock)
  return { clock, pacemaker: new Pacemaker(context) }
})

// In steps, because a heart that is silent is given a turn of the real event loop.
const pass = Effect.fnUntraced(function* (millis: number, step: number) {
  for (let left = millis; left > 0; left -= step) {
    yield* TestClock.adjust(Math.min(step, left))
    yield* afterNextRead
  }
})

const interval = 16_000

describe("Pacemaker", () => {
  it.effect("lets a heart beat within the first interval, and once in each", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      for (const random of [0, 0.5, 0.999]) {
        const { beats, heart } = makeHeart(clock)
        const joined = yield* Clock.currentTimeMillis
        pacemaker.join(heart, interval, random)
        yield* pass(5 * interval, 500)
        pacemaker.leave(heart)
        assert.lengthOf(beats, 5)
        const first = (beats[0] ?? 0) - joined
        assert.isTrue(first > 0 && first <= interval && first >= random * interval - interval / moments, `${first}`)
        assert.deepStrictEqual(
          beats.slice(1).map((at, index) => at - (beats[index] ?? 0)),
          [interval, interval, interval, interval]
        )
      }
    })
  )

  it.effect("has one timer, whichever heart is due first, and none when all have left", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const hearts = [0.9, 0.5, 0.7, 0.1, 0].map((random) => [makeHeart(clock).heart, random] as const)
      for (const [heart, random] of hearts) {
        pacemaker.join(heart, interval, random)
        yield* Effect.yieldNow
        assert.strictEqual(clock.sleeping(), 1, `after ${random}`)
      }
      for (const [heart] of hearts) pacemaker.leave(heart)
      yield* Effect.yieldNow
      assert.strictEqual(clock.sleeping(), 0)
    })
  )

  it.effect("sends the heartbeats of many connections at few moments", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const hearts = Array.from({ length: 200 }, () => makeHeart(clock))
      for (const [index, { heart }] of hearts.entries()) {
        pacemaker.join(heart, interval, index / hearts.length)
        yield* TestClock.adjust("7 millis")
      }
      yield* pass(3 * interval, 500)
      const all = hearts.flatMap(({ beats }) => beats.slice(1, 2))
      assert.lengthOf(all, 200)
      assert.isAtMost(new Set(all).size, 2 * moments)
    })
  )

  it.effect("ends what is silent within two intervals, and nothing else", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const silent = makeHeart(clock, { silentAfter: 2 })
      const slow = makeHeart(clock, { latency: interval * 0.9 })
      pacemaker.join(silent.heart, interval, 0.3)
      pacemaker.join(slow.heart, interval, 0.3)
      yield* pass(6 * interval, 500)
      assert.deepStrictEqual([silent.beats.length, silent.ends, slow.ends], [3, ["Zombie"], []])
      assert.isAtLeast(slow.beats.length, 5)
    })
  )

  it.effect("takes the silence of a blocked event loop for what it is", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const { beats, ends, heart } = makeHeart(clock)
      let arrived = false
      const acknowledged = () => {
        // The timer is over before the acknowledgement, which had arrived, was read.
        if (beats.length === 1 && !arrived) setImmediate(() => (arrived = true))
        return beats.length !== 1 || arrived
      }
      pacemaker.join({ ...heart, acknowledged }, interval, 0)
      yield* pass(2 * interval, 500)
      assert.deepStrictEqual([beats.length, ends], [2, []])
    })
  )

  it.effect("gives a heartbeat that was late the time that any other has", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const { beats, ends, heart } = makeHeart(clock, { latency: interval / 2 })
      pacemaker.join(heart, interval, 0.5)
      yield* pass(2 * interval, 500)
      // This process, or its machine, sleeps.
      clock.jump(interval * 3 + 11_000)
      yield* pass(3 * interval, 500)
      assert.deepStrictEqual(ends, [])
      const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? 0))
      assert.isAtLeast(Math.min(...gaps), interval - interval / moments)
    })
  )

  it.effect("has a fiber only while there is a heart", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const first = makeHeart(clock, { onEnd: () => pacemaker.leave(first.heart), silentAfter: 0 })
      pacemaker.join(first.heart, interval, 0.2)
      yield* pass(3 * interval, 500)
      assert.deepStrictEqual(first.ends, ["Zombie"])
      const second = makeHeart(clock)
      pacemaker.join(second.heart, interval, 0.2)
      yield* pass(2 * interval, 500)
      pacemaker.leave(second.heart)
      yield* pass(2 * interval, 500)
      assert.lengthOf(second.beats, 2)
    })
  )

  it.effect("asks no heart that has left while another one beat", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const second = makeHeart(clock)
      const first = makeHeart(clock, { onBeat: () => pacemaker.leave(second.heart) })
      pacemaker.join(first.heart, interval, 0.2)
      pacemaker.join(second.heart, interval, 0.2)
      yield* pass(2 * interval, 500)
      assert.deepStrictEqual([first.beats.length, second.beats.length], [2, 0])
    })
  )

  it.effect("goes on when somebody who is told of an end throws", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const throwing = makeHeart(clock, {
        throwsAt: 1,
        onEnd: () => {
          throw new Error("an illegal step")
        }
      })
      const other = makeHeart(clock)
      pacemaker.join(throwing.heart, interval, 0.2)
      pacemaker.join(other.heart, interval, 0.2)
      yield* pass(3 * interval, 500)
      assert.deepStrictEqual([throwing.beats.length, throwing.ends, other.beats.length], [1, ["Crashed"], 3])
      assert.lengthOf(lines, 1)
    }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])))
  })
})

describe("an answer that a heart waits for", () => {
  const expecting = (clock: Clock.Clock, pacemaker: Pacemaker) => {
    const made = makeHeart(clock)
    const late: Array<number> = []
    return { ...made, late, expect: (within: number) => pacemaker.expect(made.heart, within, () => late.push(within)) }
  }

  it.effect("is late once, on time, whatever else is due", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const other = makeHeart(clock)
      const one = expecting(clock, pacemaker)
      const two = expecting(clock, pacemaker)
      pacemaker.join(other.heart, interval, 0.9)
      one.expect(5_000)
      two.expect(2_000)
      yield* pass(1_999, 1_999)
      assert.deepStrictEqual([one.late, two.late], [[], []])
      yield* pass(1, 1)
      assert.deepStrictEqual([one.late, two.late], [[], [2_000]])
      yield* pass(2_999, 2_999)
      assert.deepStrictEqual(one.late, [])
      yield* pass(1, 1)
      yield* pass(2 * interval, 500)
      assert.deepStrictEqual([one.late, two.late, one.beats, one.ends], [[5_000], [2_000], [], []])
      assert.lengthOf(other.beats, 2)
    })
  )

  it.effect("is not late when it came, or was asked for anew, or when the heart has left", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const came = expecting(clock, pacemaker)
      const anew = expecting(clock, pacemaker)
      const left = expecting(clock, pacemaker)
      for (const { expect } of [came, anew, left]) expect(1_000)
      yield* pass(900, 900)
      pacemaker.answered(came.heart)
      anew.expect(3_000)
      pacemaker.leave(left.heart)
      yield* pass(2_900, 2_900)
      assert.deepStrictEqual([came.late, anew.late, left.late], [[], [], []])
      yield* pass(100, 100)
      assert.deepStrictEqual(anew.late, [3_000])
    })
  )

  it.effect("is not late when the event loop was blocked, and it had arrived without having been read", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const came = expecting(clock, pacemaker)
      const silent = expecting(clock, pacemaker)
      for (const { expect } of [came, silent]) expect(interval / moments)
      // It beats when they are late, and what is read in the next turn is the answer.
      const onBeat = () => void setImmediate(() => pacemaker.answered(came.heart))
      pacemaker.join(makeHeart(clock, { onBeat }).heart, interval, 0)
      yield* pass(interval / moments, interval / moments)
      assert.deepStrictEqual([came.late, silent.late], [[], [interval / moments]])
    })
  )

  it.effect("needs no second timer, and none when all have left", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const hearts = [5_000, 1_000, 3_000].map((within) => {
        const one = expecting(clock, pacemaker)
        one.expect(within)
        return one.heart
      })
      yield* Effect.yieldNow
      assert.strictEqual(clock.sleeping(), 1)
      for (const heart of hearts) {
        pacemaker.join(heart, interval, 0.5)
        pacemaker.answered(heart)
      }
      yield* Effect.yieldNow
      assert.strictEqual(clock.sleeping(), 1)
      for (const heart of hearts) pacemaker.leave(heart)
      yield* Effect.yieldNow
      assert.strictEqual(clock.sleeping(), 0)
      const last = expecting(clock, pacemaker)
      last.expect(1_000)
      pacemaker.leave(last.heart)
      yield* Effect.yieldNow
      assert.strictEqual(clock.sleeping(), 0)
    })
  )

  it.effect("may make its heart wait again, leave, and end others", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const again = makeHeart(clock)
      const other = expecting(clock, pacemaker)
      const at: Array<number> = []
      const wait = (): void =>
        pacemaker.expect(again.heart, 1_000, () => {
          at.push(clock.currentTimeMillisUnsafe())
          if (at.length < 3) wait()
        })
      const first = makeHeart(clock)
      pacemaker.expect(first.heart, 3_000, () => pacemaker.leave(other.heart))
      // Due at the same time, and after it.
      other.expect(3_000)
      wait()
      yield* pass(10_000, 500)
      assert.deepStrictEqual(at, [1_000, 2_000, 3_000])
      assert.deepStrictEqual(other.late, [])
      yield* Effect.yieldNow
      assert.strictEqual(clock.sleeping(), 0)
    })
  )

  it.effect("ends its heart, and troubles no other, when the call throws", () =>
    Effect.gen(function* () {
      const { clock, pacemaker } = yield* setUp
      const broken = makeHeart(clock)
      const other = expecting(clock, pacemaker)
      pacemaker.expect(broken.heart, 1_000, () => {
        throw new Error("an illegal step")
      })
      other.expect(1_000)
      yield* pass(1_000, 1_000)
      assert.deepStrictEqual([broken.ends, other.late], [["Crashed"], [1_000]])
    })
  )
})

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Shard = Schema.Struct({
  interval: Schema.Literals([1_000, 4_000, 4_125]),
  random: between(0, 999),
  joins: between(0, 8_000),
  stays: between(500, 30_000),
  fate: Schema.Literals(["lives", "falls silent", "throws", "ends another", "joins again"])
})
const Jump = Schema.Struct({ at: between(0, 30_000), by: between(0, 9_000) })

describe("whatever shards do", () => {
  it.effect.prop(
    "each beats once in its interval while it is there, is found dead within two, and troubles no other",
    [
      Arbitrary.array(Arbitrary.schema(Shard), { minLength: 1, maxLength: 12 }),
      Arbitrary.array(Arbitrary.schema(Jump), { minLength: 0, maxLength: 2 })
    ],
    ([shards, jumps]) =>
      Effect.gen(function* () {
        const { clock, pacemaker } = yield* setUp
        const now = () => clock.currentTimeMillisUnsafe()
        let strays = 0
        const hearts = shards.map((shard, index) => {
          const made = makeHeart(clock, {
            ...(shard.fate === "falls silent" ? { silentAfter: 2 } : undefined),
            ...(shard.fate === "throws" ? { throwsAt: 2 } : undefined),
            onBeat: () => {
              if (one.left !== Infinity) strays++
              const other = hearts[index + 1]
              if (shard.fate === "ends another" && other !== undefined) stop(other)
              if (shard.fate === "joins again" && made.beats.length === 2) {
                pacemaker.leave(made.heart)
                pacemaker.join(made.heart, shard.interval, 0.999)
              }
            },
            onEnd: () => stop(one)
          })
          const one = { ...made, shard, left: Infinity, joined: Infinity }
          return one
        })
        type One = (typeof hearts)[number]
        const stop = (one: One): void => {
          pacemaker.leave(one.heart)
          one.left = Math.min(one.left, now())
        }
        let jumped = 0
        for (const step = 125; now() < 45_000;) {
          for (const one of hearts) {
            const { interval, joins, random, stays } = one.shard
            if (one.joined === Infinity && now() >= joins && one.left === Infinity) {
              one.joined = now()
              pacemaker.join(one.heart, interval, random / 1_000)
            }
            if (now() >= joins + stays && one.left === Infinity) stop(one)
          }
          yield* TestClock.adjust(step)
          yield* afterNextRead
          const jump = jumps.find(({ at }) => at <= now() && at > now() - step)
          if (jump === undefined) continue
          jumped += jump.by
          clock.jump(jump.by)
        }
        assert.strictEqual(strays, 0)
        for (const { beats, ends, joined, left, shard } of hearts) {
          const until = Math.min(left, now())
          // Nothing comes after the end, and not all at once.
          assert.isTrue(beats.every((at) => at > joined && at <= until))
          const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? 0))
          const step = shard.interval / moments
          const rhythm = shard.fate === "joins again" ? gaps.filter((_, index) => index !== 1) : gaps
          assert.isTrue(rhythm.every((gap) => gap >= shard.interval - step - 1))
          // Nobody is forgotten: what is longer than an interval is what the clock jumped.
          const most = shard.interval + step + jumped + 250
          assert.isTrue(
            [joined, ...beats, until].every((at, index, all) => index === 0 || at - (all[index - 1] ?? 0) <= most)
          )
          if (shard.fate === "falls silent") assert.isTrue(ends.length === 0 ? beats.length <= 3 : beats.length === 3)
          else if (shard.fate === "throws") assert.isTrue(ends.length === 0 ? beats.length < 2 : beats.length === 2)
          else assert.deepStrictEqual(ends, [])
        }
      }),
    { arbitrary: { runs: 60 } }
  )
})
