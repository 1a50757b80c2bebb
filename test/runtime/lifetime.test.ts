/** When Runtimes end whose strategies, events and schedules change their deadlines in both directions. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Expiration from "../../src/runtime/Expiration.ts"
import type * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

const open = (expiration: Expiration.Expiration) =>
  Effect.map(
    Runtimes.Runtimes.use((runtimes) => runtimes.open(expiration)),
    Option.getOrThrow
  )

const task = (run: Effect.Effect<unknown>): Runtime.Task => ({ run, refuse: () => Effect.void })

// Nobody moves the clock on when a law is broken in the middle of a handler.
const withRuntimes = Effect.provide(Runtimes.layer({ resolution: "1 second", drain: 0 }))

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Everything happens at a multiple of it, in seconds, and no deadline is near one. */
const tick = 5

const Plan = Schema.Struct({
  /** In ticks; 0 stands for no such strategy. */
  quiet: between(0, 6),
  lifetime: between(0, 30),
  /** What the steps of a schedule that resets return; none stands for no such strategy. */
  delays: Schema.Array(between(1, 8)).check(Schema.isMaxLength(8)),
  events: Schema.Array(Schema.Struct({ after: between(0, 4), takes: between(0, 8), extendsBy: between(0, 3) })).check(
    Schema.isMaxLength(8)
  )
})

type Plan = typeof Plan.Type

/** When the Runtime of a plan closes, in seconds. */
const endOf = ({ delays, events, lifetime, quiet }: Plan): number => {
  let steps = 0
  const idleAt = (now: number): number => {
    const delay = delays[Math.min(steps++, delays.length - 1)]
    return Math.min(
      quiet === 0 ? Infinity : now + quiet * tick + 2,
      delay === undefined ? Infinity : now + delay * tick + 1
    )
  }
  let endsAt = lifetime === 0 ? Infinity : lifetime * tick + 3
  let idleUntil = idleAt(0)
  let arrival = 0
  let end = 0
  for (const [n, { after, extendsBy, takes }] of events.entries()) {
    arrival += after * tick
    // It was quiet for too long, or its lifetime was over while it handled the event before.
    if (Math.min(endsAt, idleUntil) < Math.max(arrival, end)) break
    const begin = Math.max(arrival, end)
    endsAt += extendsBy * tick
    end = begin + takes * tick
    const next = arrival + (events[n + 1]?.after ?? Infinity) * tick
    // The next one waits, so it is not idle in between.
    idleUntil = next < end ? Infinity : idleAt(end)
  }
  return Math.min(endsAt, idleUntil)
}

describe("the lifetime of a Runtime", () => {
  it.effect.prop(
    "ends within one resolution after the earliest of its deadlines, wherever they have moved",
    { plan: Plan },
    ({ plan }) =>
      Effect.gen(function* () {
        const { delays, events, lifetime, quiet } = plan
        let steps = 0
        const strategies: Array<Expiration.Expiration> = []
        if (quiet > 0) strategies.push(Expiration.inactivity(Duration.seconds(quiet * tick + 2)))
        if (lifetime > 0) strategies.push(Expiration.afterCreation(Duration.seconds(lifetime * tick + 3)))
        if (delays.length > 0) {
          const delay = Effect.sync(() =>
            Duration.seconds((delays[Math.min(steps++, delays.length - 1)] ?? 0) * tick + 1)
          )
          const schedule = Schedule.spaced("1 hour").pipe(Schedule.modifyDelay(() => delay))
          strategies.push(Expiration.make(schedule, { resetOnEvent: true }))
        }
        const runtime = yield* open(strategies.reduce(Expiration.either, Expiration.explicit))
        const arrivals = events.map((_, n) => events.slice(0, n + 1).reduce((sum, { after }) => sum + after, 0))
        const end = endOf(plan)
        for (let now = 0; now <= 120; now++) {
          for (const [n, { extendsBy, takes }] of events.entries()) {
            if (arrivals[n] !== now) continue
            const extend = extendsBy === 0 ? Effect.void : runtime.extend(Duration.seconds(extendsBy * tick))
            runtime.offer(task(Effect.andThen(extend, takes === 0 ? Effect.void : Effect.sleep(takes * tick * 1000))))
          }
          const isOver = runtime.closeReason !== undefined
          assert.strictEqual(isOver, end < now * tick, `at ${now * tick}, end ${end}`)
          if (isOver) return
          yield* TestClock.adjust(tick * 1000)
        }
      }).pipe(withRuntimes),
    { arbitrary: { runs: 200 } }
  )

  it.effect("is what the last step of a slow schedule says, and the quiet time meanwhile", () =>
    Effect.gen(function* () {
      const slow = Schedule.spaced("1 hour").pipe(
        Schedule.modifyDelay(({ duration }) => Effect.as(Effect.sleep("12 seconds"), duration))
      )
      const runtime = yield* open(
        Expiration.either(Expiration.make(slow, { resetOnEvent: true }), Expiration.inactivity("10 seconds"))
      )
      runtime.offer(task(Effect.sleep("15 seconds")))
      // Two steps begin, at 15 and at 20 seconds; the first one returns at 27, when 12 seconds have been quiet.
      yield* TestClock.adjust("20 seconds")
      runtime.offer(task(Effect.void))
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(runtime.closeReason)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(runtime.closeReason, "Expired")
    }).pipe(withRuntimes)
  )

  it.effect("is not what an earlier step says that returns after the last one", () =>
    Effect.gen(function* () {
      // Of the opening, of the first event, which takes 6 seconds, and of the second event.
      const delays = [Duration.hours(1), Duration.seconds(2), Duration.seconds(100)]
      let steps = 0
      const late = Schedule.spaced("1 hour").pipe(
        Schedule.modifyDelay(() => {
          const step = steps++
          return Effect.as(step === 1 ? Effect.sleep("6 seconds") : Effect.void, delays[step] ?? Duration.infinity)
        })
      )
      const runtime = yield* open(Expiration.make(late, { resetOnEvent: true }))
      runtime.offer(task(Effect.void))
      yield* TestClock.adjust("1 second")
      runtime.offer(task(Effect.void))
      // The first event's step returns at 6 seconds, and would end it at 8.
      yield* TestClock.adjust("90 seconds")
      assert.strictEqual(steps, 3)
      assert.isUndefined(runtime.closeReason)
      yield* TestClock.adjust("12 seconds")
      assert.strictEqual(runtime.closeReason, "Expired")
    }).pipe(withRuntimes)
  )

  it.effect("does not wait for a schedule that never answers, which is interrupted at its end", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const hangs = Schedule.spaced("1 hour").pipe(
        Schedule.tap(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++)))
      )
      const runtime = yield* open(Expiration.either(Expiration.make(hangs), Expiration.inactivity("10 seconds")))
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(runtime.closeReason, "Expired")
      assert.strictEqual(interrupted, 1)
    }).pipe(withRuntimes)
  )
})

describe("a reaper", () => {
  it.effect("has no timer for what was forgotten, or is due never", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      let sleeps = 0
      const counting: Clock.Clock = {
        ...jumpyClock(clock, () => 0),
        sleep: (duration) => Effect.suspend(() => (sleeps++, clock.sleep(duration)))
      }
      const layer = Runtimes.layer({ resolution: "1 second" })
      yield* Effect.gen(function* () {
        yield* open(Expiration.explicit)
        const runtime = yield* open(Expiration.afterCreation("365 days"))
        yield* TestClock.adjust("10 seconds")
        assert.isAtLeast(sleeps, 10)
        yield* runtime.close("Closed")
        yield* TestClock.adjust("2 seconds")
        const before = sleeps
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(sleeps, before)
      }).pipe(Effect.provide(Layer.provide(layer, Layer.succeed(Clock.Clock, counting))))
    })
  )
})

describe("to close all Runtimes", () => {
  it.effect("waits for finalizers also when one of them has just handled its last event", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const runtime = yield* open(Expiration.explicit)
      let isReleased = false
      const release = Effect.andThen(
        Effect.sleep("1 second"),
        Effect.sync(() => (isReleased = true))
      )
      yield* Scope.addFinalizer(runtime.scope, release)
      const go = yield* Deferred.make<void>()
      runtime.offer(task(Deferred.await(go)))
      // It goes on in the same call in which the Runtime has handled what it waited for.
      const closing = yield* Effect.forkChild(
        Effect.andThen(
          Runtimes.run(runtime, Effect.void),
          Effect.andThen(
            runtimes.closeAll,
            Effect.sync(() => isReleased)
          )
        ),
        { startImmediately: true }
      )
      yield* Deferred.succeed(go, undefined)
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(yield* Fiber.join(closing))
    }).pipe(withRuntimes)
  )

  it.effect.prop(
    "ends, whoever does it in their handlers, forks and finalizers at the same time",
    {
      plans: Schema.Array(
        Schema.Struct({
          /** Who closes all: the handler, a finalizer of it or of somebody else, or a fork that a finalizer joins. */
          who: Schema.Array(Schema.Literals(["handler", "finalizer", "outside", "fork"])).check(Schema.isMaxLength(3)),
          seconds: between(0, 2)
        })
      ).check(Schema.isMaxLength(4)),
      isAlsoOutside: Schema.Boolean
    },
    ({ isAlsoOutside, plans }) =>
      Effect.gen(function* () {
        const runtimes = yield* Runtimes.Runtimes
        let begun = 0
        let ended = 0
        for (const { seconds, who } of plans) {
          const closing = Effect.sync(() => begun++).pipe(
            Effect.andThen(Effect.sleep(seconds * 1000)),
            Effect.andThen(runtimes.closeAll),
            Effect.andThen(Effect.sync(() => ended++))
          )
          const handler = Effect.gen(function* () {
            if (who.includes("finalizer")) yield* Effect.addFinalizer(() => closing)
            if (who.includes("fork"))
              yield* Effect.addFinalizer(() => Effect.flatMap(Effect.forkChild(closing), Fiber.join))
            if (who.includes("handler")) yield* closing
          })
          const runtime = Option.getOrThrow(yield* Runtimes.start(handler, Expiration.explicit))
          if (who.includes("outside")) yield* Scope.addFinalizer(runtime.scope, closing)
        }
        if (isAlsoOutside) yield* Effect.forkScoped(runtimes.closeAll)
        yield* TestClock.adjust("1 minute")
        // Whatever is still open, because nobody has closed all.
        const last = yield* Effect.forkScoped(runtimes.closeAll, { startImmediately: true })
        yield* TestClock.adjust("1 minute")
        assert.isDefined(last.pollUnsafe())
        assert.strictEqual(yield* runtimes.size, 0)
        assert.strictEqual(ended, begun)
      }).pipe(Effect.scoped, withRuntimes),
    { arbitrary: { runs: 200 } }
  )

  it.effect("opens no other one of a key from the finalizers of the one that closes", () =>
    Effect.gen(function* () {
      const results: Array<string> = []
      const get: Effect.Effect<void, never, Runtimes.Runtimes> = Effect.suspend(() =>
        Effect.map(Effect.exit(Keyed.get("a")), (exit) => void results.push(exit._tag))
      )
      const Keyed: Runtimes.Keyed<string, void> = Runtimes.keyed(
        (key: string) => key,
        () => Effect.void
      )
      const { runtime } = yield* Keyed.get("a")
      const runtimes = yield* Runtimes.Runtimes
      yield* Scope.addFinalizer(runtime.scope, Effect.provideService(get, Runtimes.Runtimes, runtimes))
      yield* runtime.close("Closed")
      assert.strictEqual(yield* runtime.closed, "Closed")
      assert.deepStrictEqual(results, ["Failure"])
    }).pipe(withRuntimes)
  )
})
