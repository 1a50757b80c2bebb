import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

const open = Effect.fnUntraced(function* (expiration?: Expiration.Expiration) {
  const runtimes = yield* Runtimes.Runtimes
  return Option.getOrThrow(yield* runtimes.open(expiration))
})

const isOpen = (runtime: Runtime.Handle) =>
  Runtimes.Runtimes.useSync((runtimes) => Option.isSome(runtimes.get(runtime.id)))

const task = (run: Effect.Effect<unknown>, refused: Array<string> = []): Runtime.Task => ({
  run,
  refuse: (reason) => Effect.sync(() => refused.push(reason))
})

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const withRuntimes =
  (options?: Runtimes.Options) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(effect, Runtimes.layer(options))

describe("the mailbox of a Runtime", () => {
  it.effect("handles events one at a time, in the order of arrival", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      for (const n of [1, 2, 3]) {
        runtime.offer(
          task(
            Effect.gen(function* () {
              log.push(`begin ${n}`)
              yield* Effect.sleep("1 second")
              log.push(`end ${n}`)
            })
          )
        )
      }
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(log, ["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"])
    }).pipe(withRuntimes())
  )

  it.effect("does not hold up the events of other Runtimes", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open(), yield* open()]
      const running = yield* Ref.make(0)
      const both = yield* Deferred.make<void>()
      const handler = Effect.gen(function* () {
        if ((yield* Ref.updateAndGet(running, (n) => n + 1)) === 2) yield* Deferred.succeed(both, undefined)
        yield* Deferred.await(both)
      })
      one.offer(task(handler))
      two.offer(task(handler))
      yield* Deferred.await(both)
    }).pipe(withRuntimes())
  )

  it.effect("starts the handler of an idle Runtime before offer returns", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      let handled = 0
      for (let n = 0; n < 20_000; n++) runtime.offer(task(Effect.sync(() => handled++)))
      assert.strictEqual(handled, 20_000)
    }).pipe(withRuntimes())
  )

  it.effect("continues after a handler that fails, dies or is interrupted", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      let handled = 0
      runtime.offer(task(Effect.die("on purpose")))
      runtime.offer(task(Effect.andThen(Effect.sleep("1 second"), Effect.die("on purpose"))))
      runtime.offer(task(Effect.interrupt))
      runtime.offer(task(Effect.sync(() => handled++)))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(handled, 1)
    }).pipe(withRuntimes())
  )

  it.effect("refuses events beyond its capacity as Overloaded, and handles all others", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const refused: Array<string> = []
      let handled = 0
      const handler = Effect.andThen(
        Effect.sleep("1 second"),
        Effect.sync(() => handled++)
      )
      for (let n = 0; n < 5; n++) runtime.offer(task(handler, refused))
      assert.deepStrictEqual(refused, ["Overloaded", "Overloaded"])
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(handled, 3)
    }).pipe(withRuntimes({ mailboxCapacity: 2 }))
  )

  it.effect("has its waiting events counted in a metric, with those of all others", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open(), yield* open()]
      const waiting = Effect.map(Metric.snapshot, (all) => {
        const metric = all.find(({ id }) => id === "fibercord_runtimes_events_waiting")
        return metric?.type === "Gauge" ? metric.state.value : undefined
      })
      assert.strictEqual(yield* waiting, 0)
      for (const runtime of [one, one, one, two, two]) runtime.offer(task(Effect.sleep("1 second")))
      const counts = [yield* waiting]
      for (const _ of [1, 2, 3]) {
        yield* TestClock.adjust("1 second")
        counts.push(yield* waiting)
      }
      assert.deepStrictEqual(counts, [3, 1, 0, 0])
    }).pipe(withRuntimes())
  )

  it.effect.prop(
    "handles or refuses every event exactly once, in order, never two at a time",
    [
      Arbitrary.array(
        Arbitrary.schema(
          Schema.Struct({
            runtime: between(0, 2),
            millis: between(0, 30),
            outcome: Schema.Literals(["succeed", "die", "close"]),
            pause: between(0, 20)
          })
        ),
        { maxLength: 40 }
      )
    ],
    ([events]) =>
      Effect.gen(function* () {
        const runtimes = [yield* open(), yield* open(), yield* open()]
        const running = [0, 0, 0]
        const handled: Array<Array<number>> = [[], [], []]
        const refused: Array<Array<number>> = [[], [], []]
        for (const [n, event] of events.entries()) {
          const { runtime: at } = event
          const runtime = runtimes[at] as Runtime.Handle
          runtime.offer({
            run: Effect.gen(function* () {
              running[at] = (running[at] ?? 0) + 1
              assert.strictEqual(running[at], 1)
              handled[at]?.push(n)
              if (event.millis > 0) yield* Effect.sleep(event.millis)
              if (event.outcome === "close") yield* runtime.close("Closed")
              if (event.outcome === "die") return yield* Effect.die(n)
            }).pipe(Effect.ensuring(Effect.sync(() => (running[at] = (running[at] ?? 0) - 1)))),
            refuse: () => Effect.sync(() => refused[at]?.push(n))
          })
          yield* TestClock.adjust(event.pause)
        }
        yield* TestClock.adjust("10 seconds")
        for (const [at] of runtimes.entries()) {
          const all = [...(handled[at] ?? []), ...(refused[at] ?? [])]
          const offered = events.flatMap((event, n) => (event.runtime === at ? [n] : []))
          assert.deepStrictEqual(
            all.toSorted((a, b) => a - b),
            offered
          )
          assert.deepStrictEqual(
            handled[at],
            handled[at]?.toSorted((a, b) => a - b)
          )
        }
      }).pipe(withRuntimes()),
    { arbitrary: { runs: 60 } }
  )
})

describe("the expiration of a Runtime", () => {
  it.effect("afterCreation closes it when its lifetime is over, and events do not prolong it", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.afterCreation("15 minutes"))
      yield* TestClock.adjust("14 minutes")
      runtime.offer(task(Effect.void))
      assert.isTrue(yield* isOpen(runtime))
      yield* TestClock.adjust("61 seconds")
      assert.isFalse(yield* isOpen(runtime))
      assert.strictEqual(runtime.closeReason, "Expired")
    }).pipe(withRuntimes())
  )

  it.effect("14 minutes and a half after creation is the default", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      yield* TestClock.adjust("14 minutes")
      assert.isTrue(yield* isOpen(runtime))
      yield* TestClock.adjust("31 seconds")
      assert.isFalse(yield* isOpen(runtime))
    }).pipe(withRuntimes())
  )

  it.effect("inactivity counts from the end of the last handled event", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.inactivity("10 minutes"))
      yield* TestClock.adjust("9 minutes")
      runtime.offer(task(Effect.sleep("30 minutes")))
      yield* TestClock.adjust("30 minutes")
      assert.isTrue(yield* isOpen(runtime))
      yield* TestClock.adjust("9 minutes")
      assert.isTrue(yield* isOpen(runtime))
      yield* TestClock.adjust("61 seconds")
      assert.isFalse(yield* isOpen(runtime))
    }).pipe(withRuntimes())
  )

  it.effect("afterCreation lets the running handler finish, and refuses the events that wait", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.afterCreation("1 minute"))
      const refused: Array<string> = []
      let handled = 0
      runtime.offer(
        task(
          Effect.andThen(
            Effect.sleep("5 minutes"),
            Effect.sync(() => handled++)
          ),
          refused
        )
      )
      runtime.offer(
        task(
          Effect.sync(() => handled++),
          refused
        )
      )
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(refused, ["Expired"])
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(handled, 1)
      assert.strictEqual(yield* runtime.closed, "Expired")
    }).pipe(withRuntimes())
  )

  it.effect("explicit keeps it open until it is closed by hand", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.explicit)
      yield* TestClock.adjust("400 days")
      assert.isTrue(yield* isOpen(runtime))
      yield* runtime.close("Closed")
      assert.isFalse(yield* isOpen(runtime))
    }).pipe(withRuntimes())
  )

  it.effect("make takes any schedule, and a cron schedule closes it at the first match", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.make(Schedule.cron("0 0 * * *", "UTC")))
      yield* TestClock.adjust("23 hours")
      assert.isTrue(yield* isOpen(runtime))
      yield* TestClock.adjust("61 minutes")
      assert.isFalse(yield* isOpen(runtime))
    }).pipe(withRuntimes({ resolution: "1 minute" }))
  )

  it.effect("with a schedule that resets on events and completes, it closes after the last event", () =>
    Effect.gen(function* () {
      const runtime = yield* open(
        Expiration.make(Schedule.spaced("5 minutes").pipe(Schedule.upTo({ times: 3 })), { resetOnEvent: true })
      )
      for (let n = 0; n < 2; n++) runtime.offer(task(Effect.void))
      assert.isTrue(yield* isOpen(runtime))
      runtime.offer(task(Effect.void))
      assert.isFalse(yield* isOpen(runtime))
      assert.strictEqual(runtime.closeReason, "Expired")
    }).pipe(withRuntimes())
  )

  it.effect("either closes it at the earlier of two deadlines", () =>
    Effect.gen(function* () {
      const runtime = yield* open(
        Expiration.either(Expiration.inactivity("5 minutes"), Expiration.afterCreation("12 minutes"))
      )
      for (let n = 0; n < 2; n++) {
        yield* TestClock.adjust("4 minutes")
        runtime.offer(task(Effect.void))
      }
      yield* TestClock.adjust("3 minutes")
      assert.isTrue(yield* isOpen(runtime))
      yield* TestClock.adjust("61 seconds")
      assert.isFalse(yield* isOpen(runtime))
      const quiet = yield* open(
        Expiration.either(Expiration.inactivity("5 minutes"), Expiration.afterCreation("12 minutes"))
      )
      yield* TestClock.adjust("5 minutes")
      yield* TestClock.adjust("1 second")
      assert.isFalse(yield* isOpen(quiet))
    }).pipe(withRuntimes())
  )

  it.effect("with a schedule that dies, it closes at once and no other Runtime is affected", () =>
    Effect.gen(function* () {
      const broken = yield* open(
        Expiration.make(Schedule.spaced("1 minute").pipe(Schedule.tap(() => Effect.die("on purpose"))))
      )
      const whole = yield* open(Expiration.afterCreation("1 hour"))
      yield* TestClock.adjust("2 seconds")
      assert.isFalse(yield* isOpen(broken))
      assert.isTrue(yield* isOpen(whole))
    }).pipe(withRuntimes())
  )

  it.effect.prop(
    "leaves it open before its deadline, and has closed it one resolution after it",
    [Arbitrary.array(Arbitrary.schema(between(1, 100_000)), { minLength: 1, maxLength: 30 })],
    ([lifetimes]) =>
      Effect.gen(function* () {
        const runtimes: Array<readonly [number, Runtime.Handle]> = []
        for (const lifetime of lifetimes) runtimes.push([lifetime, yield* open(Expiration.afterCreation(lifetime))])
        for (let now = 0; now <= 102_000; now += 1_500) {
          for (const [lifetime, runtime] of runtimes) {
            if (now < lifetime) assert.isTrue(yield* isOpen(runtime))
            if (now >= lifetime + 2_000) assert.isFalse(yield* isOpen(runtime))
          }
          yield* TestClock.adjust(1_500)
        }
      }).pipe(withRuntimes({ resolution: "1 second" })),
    { arbitrary: { runs: 20, size: 100_000 } }
  )
})

describe("the metrics of Runtimes", () => {
  it.effect("tell the age of the oldest open one, and how long those have lived that have closed", () =>
    Effect.gen(function* () {
      const read = (name: string, reason?: string) =>
        Effect.map(
          Metric.snapshot,
          (all) => all.find(({ attributes, id }) => id === name && attributes?.["reason"] === reason)?.state
        )
      const oldest = read("fibercord_runtimes_oldest_age")
      assert.deepInclude(yield* oldest, { value: 0 })
      const first = yield* open(Expiration.explicit)
      yield* TestClock.adjust("90 seconds")
      yield* open(Expiration.afterCreation("30 seconds"))
      yield* TestClock.adjust("20 seconds")
      assert.deepInclude(yield* oldest, { value: 110 })
      yield* first.close("Closed")
      assert.deepInclude(yield* oldest, { value: 20 })
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* read("fibercord_runtimes_lifetime", "Closed"), { count: 1, sum: 110 })
      const expired = yield* read("fibercord_runtimes_lifetime", "Expired")
      assert.deepInclude(expired, { count: 1 })
      assert.isTrue(expired !== undefined && "sum" in expired && expired.sum >= 30 && expired.sum <= 32)
      assert.deepInclude(yield* read("fibercord_runtimes_ended", "Expired"), { count: 1 })
      assert.deepInclude(yield* oldest, { value: 0 })
    }).pipe(withRuntimes(), Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})

describe("closing a Runtime", () => {
  it.effect("from a running handler lets it finish, refuses waiting events, and closes the scope once", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      yield* Runtime.onClose((reason) => Effect.sync(() => log.push(`finalizer ${reason}`))).pipe(
        Effect.provideService(Runtime.Runtime, runtime)
      )
      runtime.offer(
        task(
          Effect.gen(function* () {
            yield* Effect.sleep("1 second")
            yield* Runtime.close
            yield* Runtime.close
            log.push("after close")
            yield* Effect.sleep("1 second")
            log.push("end")
          }).pipe(Effect.provideService(Runtime.Runtime, runtime))
        )
      )
      runtime.offer(task(Effect.die("never"), log))
      yield* TestClock.adjust("1 second")
      runtime.offer(task(Effect.die("never"), log))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["Closed", "after close", "Closed", "end", "finalizer Closed"])
      assert.strictEqual(yield* runtime.closed, "Closed")
    }).pipe(withRuntimes())
  )

  it.effect("makes absence return why: expired, closed, restarted or unknown", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const expired = yield* open(Expiration.afterCreation("1 minute"))
      const closed = yield* open()
      yield* closed.close("Closed")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(runtimes.absence(expired.id), "Expired")
      assert.strictEqual(runtimes.absence(closed.id), "Closed")
      assert.strictEqual(runtimes.absence(`zzzzzz${closed.id.slice(6)}`), "Restarted")
      assert.strictEqual(runtimes.absence(`${closed.id.slice(0, 6)}zz`), "Unknown")
      assert.strictEqual(runtimes.absence("{}"), "Unknown")
    }).pipe(withRuntimes())
  )

  it.effect("makes room for another one when maxRuntimes are open", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const first = yield* open()
      yield* open()
      assert.isTrue(Option.isNone(yield* runtimes.open()))
      yield* first.close("Closed")
      assert.isTrue(Option.isSome(yield* runtimes.open()))
      assert.strictEqual(yield* runtimes.size, 2)
    }).pipe(withRuntimes({ maxRuntimes: 2 }))
  )

  it.effect(
    "at the end of the layer waits for handlers as long as drain, refuses waiting events, and runs finalizers",
    () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(Runtimes.layer({ drain: "10 seconds" }), scope)
        const log: Array<string> = []
        yield* Effect.gen(function* () {
          const quick = yield* open()
          const hanging = yield* open()
          for (const runtime of [quick, hanging]) {
            yield* Scope.addFinalizer(
              runtime.scope,
              Effect.sync(() => log.push("finalizer"))
            )
          }
          quick.offer(
            task(
              Effect.andThen(
                Effect.sleep("5 seconds"),
                Effect.sync(() => log.push("finished"))
              )
            )
          )
          hanging.offer(task(Effect.onInterrupt(Effect.never, () => Effect.sync(() => log.push("interrupted")))))
          hanging.offer(task(Effect.void, log))
        }).pipe(Effect.provide(context))
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
        yield* TestClock.adjust("20 seconds")
        yield* Fiber.join(closing)
        assert.deepStrictEqual(log, ["Shutdown", "finished", "finalizer", "interrupted", "finalizer"])
      })
  )

  it.effect("with linger lets Runtimes end by themselves, closes the rest after it, and opens none meanwhile", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Runtimes.layer({ linger: "1 minute" }), scope)
      const runtimes = Context.get(context, Runtimes.Runtimes)
      const log: Array<string> = []
      const openTo = Effect.fnUntraced(function* (name: string, expiration: Expiration.Expiration) {
        const runtime = Option.getOrThrow(yield* runtimes.open(expiration))
        const closed = Effect.map(runtime.closed, (reason) => log.push(`${name} ${reason}`))
        yield* Effect.forkChild(closed, { startImmediately: true })
        return runtime
      })
      const waiting = yield* openTo("waiting", Expiration.afterCreation("20 seconds"))
      const endless = yield* openTo("endless", Expiration.explicit)
      const byHand = yield* openTo("by hand", Expiration.explicit)
      waiting.offer(
        task(
          Effect.map(
            waiting.take((event) => (event === "answer" ? event : undefined)),
            (event) => log.push(event)
          )
        )
      )
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      assert.isTrue(runtimes.isDraining())
      assert.isTrue(Option.isNone(yield* runtimes.open()))
      waiting.offer({ ...task(Effect.void), event: "answer" })
      byHand.offer(task(byHand.close("Closed")))
      yield* TestClock.adjust("25 seconds")
      assert.deepStrictEqual(log, ["answer", "by hand Closed", "waiting Expired"])
      assert.strictEqual(runtimes.absence(waiting.id), "Expired")
      assert.isTrue(Option.isSome(runtimes.get(endless.id)))
      yield* TestClock.adjust("40 seconds")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(log.slice(3), ["endless Shutdown"])
    })
  )

  it.effect("with linger is over as soon as the last Runtime has ended", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Runtimes.layer({ linger: "1 hour" }), scope)
      yield* Context.get(context, Runtimes.Runtimes).open(Expiration.afterCreation("20 seconds"))
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust("30 seconds")
      assert.isDefined(closing.pollUnsafe())
    })
  )
})

describe("values and fibers of a Runtime", () => {
  it.effect("state is one value per Runtime, created at its first use", () =>
    Effect.gen(function* () {
      let made = 0
      const visits = Runtime.key("visits", () => {
        made += 1
        return { count: 0 }
      })
      const visit = Effect.map(Runtime.state(visits), (value) => ++value.count)
      const [one, two] = [yield* open(), yield* open()]
      const at = (runtime: Runtime.Handle) => Effect.provideService(visit, Runtime.Runtime, runtime)
      assert.deepStrictEqual([yield* at(one), yield* at(one), yield* at(two)], [1, 2, 1])
      assert.strictEqual(made, 2)
    }).pipe(withRuntimes())
  )

  it.effect("a forked fiber runs beside later handlers, and ends with the Runtime", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      let ticks = 0
      let ended = false
      const ticking = Effect.forever(
        Effect.andThen(
          Effect.sleep("1 second"),
          Effect.sync(() => ticks++)
        )
      )
      runtime.offer(
        task(
          Runtime.fork(Effect.onInterrupt(ticking, () => Effect.sync(() => (ended = true)))).pipe(
            Effect.provideService(Runtime.Runtime, runtime)
          )
        )
      )
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(ticks, 3)
      yield* runtime.close("Closed")
      yield* runtime.closed
      assert.isTrue(ended)
    }).pipe(withRuntimes())
  )
})

describe("a Runtime that closes", () => {
  it.effect("refuses an event that arrives meanwhile, so that it is not lost", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const refused: Array<string> = []
      runtime.offer(task(Effect.andThen(runtime.close("Closed"), Effect.sleep("1 second")), refused))
      runtime.offer(task(Effect.void, refused))
      assert.deepStrictEqual(refused, ["Closed"])
      yield* TestClock.adjust("1 second")
      runtime.offer(task(Effect.void, refused))
      assert.deepStrictEqual(refused, ["Closed", "Closed"])
    }).pipe(withRuntimes())
  )

  it.effect("by inactivity counts waiting events as activity, and lets a handler run longer than the quiet time", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.inactivity("1 minute"))
      let handled = 0
      for (let n = 0; n < 3; n++) {
        runtime.offer(
          task(
            Effect.andThen(
              Effect.sleep("5 minutes"),
              Effect.sync(() => handled++)
            )
          )
        )
      }
      yield* TestClock.adjust("15 minutes")
      assert.strictEqual(handled, 3)
      assert.isTrue(yield* isOpen(runtime))
    }).pipe(withRuntimes())
  )

  it.effect("publishes one Opened and one Closed with the reason, however often it is closed", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const changes = yield* Effect.forkScoped(Stream.runCollect(Stream.take(runtimes.changes, 4)), {
        startImmediately: true
      })
      const one = yield* open(Expiration.afterCreation("1 minute"))
      const two = yield* open(Expiration.inactivity("1 minute"))
      yield* two.close("Closed")
      yield* two.close("Closed")
      yield* TestClock.adjust("5 minutes")
      yield* one.close("Closed")
      assert.deepStrictEqual(yield* Fiber.join(changes), [
        { _tag: "Opened", id: one.id },
        { _tag: "Opened", id: two.id },
        { _tag: "Closed", id: two.id, reason: "Closed" },
        { _tag: "Closed", id: one.id, reason: "Expired" }
      ])
    }).pipe(withRuntimes())
  )

  it.effect("a slow reader of changes loses the oldest ones, and keeps the newest", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const goOn = yield* Deferred.make<void>()
      const read: Array<string> = []
      const slow = Stream.runForEach(runtimes.changes, ({ id }) =>
        Effect.andThen(
          Effect.sync(() => read.push(id)),
          Deferred.await(goOn)
        )
      )
      const reader = yield* Effect.forkScoped(slow, { startImmediately: true })
      const opened: Array<string> = []
      const openMany = (count: number) =>
        Effect.gen(function* () {
          for (let n = 0; n < count; n++) opened.push((yield* open()).id)
        })
      yield* openMany(1)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(read, opened)
      yield* openMany(3000)
      yield* Deferred.succeed(goOn, undefined)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(read, [...opened.slice(0, 1), ...opened.slice(-1024)])
      yield* Fiber.interrupt(reader)
    }).pipe(withRuntimes())
  )

  it.effect("is gone although a finalizer dies, and other Runtimes close too", () =>
    Effect.gen(function* () {
      const [broken, whole] = [yield* open(Expiration.afterCreation("1 minute")), yield* open(Expiration.explicit)]
      let finalized = 0
      yield* Scope.addFinalizer(
        broken.scope,
        Effect.sync(() => finalized++)
      )
      yield* Scope.addFinalizer(broken.scope, Effect.die("on purpose"))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* broken.closed, "Expired")
      assert.strictEqual(finalized, 1)
      assert.isTrue(yield* isOpen(whole))
      yield* TestClock.adjust("2 minutes")
      assert.isTrue(yield* isOpen(yield* open()))
    }).pipe(withRuntimes())
  )
})

describe("Runtime.take", () => {
  const even = (event: unknown) => (typeof event === "number" && event % 2 === 0 ? event : undefined)
  const offerAll = (runtime: Runtime.Handle, events: ReadonlyArray<number>, handled: Array<unknown>) => {
    for (const event of events) {
      runtime.offer({ event, run: Effect.sync(() => handled.push(event)), refuse: () => Effect.void })
    }
  }

  it.effect.prop(
    "returns the first event that fits when it is that event's turn, and all events are handled in order",
    [Arbitrary.array(Arbitrary.schema(between(0, 9)), { maxLength: 12 }), Arbitrary.schema(between(0, 12))],
    ([events, before]) =>
      Effect.gen(function* () {
        const runtime = yield* open(Expiration.explicit)
        const handled: Array<unknown> = []
        // Some events come before the handler waits, and some after.
        runtime.offer(
          task(
            Effect.gen(function* () {
              yield* Effect.sleep("1 second")
              handled.push(["taken", yield* runtime.take(even)])
            })
          )
        )
        offerAll(runtime, events.slice(0, before), handled)
        yield* TestClock.adjust("1 second")
        offerAll(runtime, events.slice(before), handled)
        yield* TestClock.adjust("1 second")
        const first = events.findIndex((event) => even(event) !== undefined)
        assert.deepStrictEqual(
          handled,
          events.map((event, index) => (index === first ? ["taken", event] : event))
        )
      }).pipe(withRuntimes()),
    { arbitrary: { runs: 100 } }
  )

  it.effect("leaves the event to others when it is interrupted", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const handled: Array<unknown> = []
      runtime.offer(task(Effect.timeoutOption(runtime.take(even), "1 second")))
      yield* TestClock.adjust("1 second")
      offerAll(runtime, [2], handled)
      assert.deepStrictEqual(handled, [2])
    }).pipe(withRuntimes())
  )

  it.effect("is interrupted when the Runtime ends, also in a forked fiber", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const wait = (name: string) =>
        Effect.onInterrupt(runtime.take(even), () => Effect.sync(() => void log.push(name)))
      runtime.offer(
        task(
          Effect.andThen(Effect.provideService(Runtime.fork(wait("forked")), Runtime.Runtime, runtime), wait("handler"))
        )
      )
      yield* runtime.close("Closed")
      yield* runtime.closed
      assert.deepStrictEqual(log.toSorted(), ["forked", "handler"])
    }).pipe(withRuntimes())
  )
})

describe("the lifetime of a Runtime", () => {
  it.effect("stays the same when the clock of the machine is set back or ahead", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      for (const hours of [-1, 1]) {
        let jump = 0
        const jumpy = jumpyClock(clock, () => jump)
        const registry = yield* Effect.provideService(Layer.build(Runtimes.layer()), Clock.Clock, jumpy)
        yield* Effect.gen(function* () {
          const runtimes = [
            yield* open(Expiration.afterCreation("10 minutes")),
            yield* open(Expiration.inactivity("10 minutes")),
            yield* open(Expiration.make(Schedule.spaced("10 minutes")))
          ]
          jump = hours * 3_600_000
          yield* TestClock.adjust("9 minutes")
          for (const runtime of runtimes) assert.isTrue(yield* isOpen(runtime))
          yield* TestClock.adjust("62 seconds")
          for (const runtime of runtimes) assert.strictEqual(runtime.closeReason, "Expired")
        }).pipe(Effect.provide(registry))
      }
    })
  )

  it.effect("extend moves a fixed deadline, and no other", () =>
    Effect.gen(function* () {
      const fixed = yield* open(Expiration.afterCreation("10 minutes"))
      const quiet = yield* open(Expiration.inactivity("10 minutes"))
      for (const runtime of [fixed, quiet]) {
        yield* Effect.provideService(Runtime.extend("10 minutes"), Runtime.Runtime, runtime)
      }
      yield* TestClock.adjust("11 minutes")
      assert.deepStrictEqual([yield* isOpen(fixed), yield* isOpen(quiet)], [true, false])
      yield* TestClock.adjust("10 minutes")
      assert.isFalse(yield* isOpen(fixed))
    }).pipe(withRuntimes())
  )

  it.effect("ends with an interrupt for a handler that runs longer than grace after the close", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      let interrupted = false
      runtime.offer(task(Effect.onInterrupt(Effect.never, () => Effect.sync(() => (interrupted = true)))))
      yield* runtime.close("Closed")
      yield* TestClock.adjust("4 seconds")
      assert.isFalse(interrupted)
      yield* TestClock.adjust("1 second")
      assert.isTrue(interrupted)
      assert.strictEqual(yield* runtime.closed, "Closed")
    }).pipe(withRuntimes({ grace: "5 seconds" }))
  )

  it.effect("begins with the effect that start is given, and list contains the Runtime until it closes", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      let released = false
      const started = yield* Runtimes.start(
        Effect.andThen(
          Effect.addFinalizer(() => Effect.sync(() => (released = true))),
          Runtime.id
        )
      )
      const runtime = Option.getOrThrow(started)
      assert.deepStrictEqual(
        (yield* runtimes.list).map(({ id }) => id),
        [runtime.id]
      )
      assert.isFalse(released)
      yield* runtime.close("Closed")
      assert.isTrue(released)
      assert.deepStrictEqual(yield* runtimes.list, [])
    }).pipe(withRuntimes())
  )

  it.effect.prop(
    "is the delay of the latest step of a schedule that resets, counted from the end of the last event",
    [Arbitrary.array(Arbitrary.schema(between(1, 60)), { minLength: 1, maxLength: 8 })],
    ([delays]) =>
      Effect.gen(function* () {
        let steps = 0
        const schedule = Schedule.spaced("1 hour").pipe(
          Schedule.modifyDelay(() =>
            Effect.sync(() => Duration.minutes(delays[Math.min(steps++, delays.length - 1)] ?? 1))
          )
        )
        const runtime = yield* open(Expiration.make(schedule, { resetOnEvent: true }))
        for (const delay of delays.slice(0, -1)) {
          yield* TestClock.adjust(Duration.seconds(delay * 60 - 1))
          assert.isTrue(yield* isOpen(runtime))
          runtime.offer(task(Effect.void))
        }
        yield* TestClock.adjust(Duration.seconds((delays.at(-1) ?? 1) * 60 - 1))
        assert.isTrue(yield* isOpen(runtime))
        yield* TestClock.adjust("3 seconds")
        assert.isFalse(yield* isOpen(runtime))
      }).pipe(withRuntimes()),
    { arbitrary: { runs: 30 } }
  )
})
