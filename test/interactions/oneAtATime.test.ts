import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as TestClock from "effect/testing/TestClock"
import { OneAtATime } from "../../src/interactions/replies/internal/oneAtATime.ts"

const forked = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

/** Calls that note when they begin and end, and that end when they are told to. */
const make = () => {
  const calls = new OneAtATime()
  const log: Array<string> = []
  const call = (name: string, end: Effect.Effect<void, string> = Effect.void) =>
    calls.run(() => {
      log.push(`${name} begins`)
      return Effect.onExit(end, () => Effect.sync(() => log.push(`${name} ends`)))
    })
  return { call, log }
}

const inOrder = (...names: ReadonlyArray<string>) => names.flatMap((name) => [`${name} begins`, `${name} ends`])

const moment = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 }))

const Plan = Schema.Struct({
  at: moment,
  takes: moment,
  ends: Schema.Literals(["success", "failure", "defect", "throw", "never"]),
  /** When it is interrupted, if it is; 0 stands for as soon as it has come. */
  interruptedAfter: Schema.NullOr(moment),
  /** Whether its end takes time. */
  isSlow: Schema.Boolean
})

type Run = <A, E>(call: () => Effect.Effect<A, E>) => Effect.Effect<A, E>

/** What is noted of calls, with the time. Seconds between two moments leave no doubt about which comes first. */
const logOf = (plans: ReadonlyArray<typeof Plan.Type>, run: Run) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const start = yield* Clock.currentTimeMillis
    const note = (what: string) =>
      Effect.map(Clock.currentTimeMillis, (now) => void log.push(`${(now - start) / 1000} ${what}`))
    const callOf =
      ({ ends, isSlow, takes }: typeof Plan.Type, n: number) =>
      () => {
        if (ends === "throw") throw new Error(`${n}`)
        const end =
          ends === "never"
            ? Effect.never
            : ends === "failure"
              ? Effect.fail(n)
              : ends === "defect"
                ? Effect.die(n)
                : note("")
        return note(`${n} begins`).pipe(
          Effect.andThen(Effect.sleep(takes * 1000)),
          Effect.andThen(end),
          Effect.onExit(() => Effect.andThen(isSlow ? Effect.sleep("2 seconds") : Effect.void, note(`${n} ends`)))
        )
      }
    const fibers: Array<Fiber.Fiber<unknown>> = []
    for (let now = 0; now <= 16; now++) {
      for (const [n, plan] of plans.entries()) {
        if (plan.at === now) {
          fibers[n] = yield* forked(Effect.exit(run(callOf(plan, n))))
          // The test clock's first sleep of a fiber that is interrupted in the turn in which it began ends at once.
          yield* Effect.yieldNow
        }
        if (plan.interruptedAfter !== null && plan.at + plan.interruptedAfter === now) fibers[n]?.interruptUnsafe()
      }
      yield* TestClock.adjust("1 second")
    }
    for (const fiber of fibers) fiber?.interruptUnsafe()
    yield* TestClock.adjust("20 seconds")
    yield* run(() => note("last"))
    return log
  })

describe("calls that are made one at a time", () => {
  it.effect("begin at once if no other one is made", () =>
    Effect.gen(function* () {
      const { call, log } = make()
      const end = yield* Deferred.make<void>()
      yield* forked(call("a", Deferred.await(end)))
      assert.deepStrictEqual(log, ["a begins"])
      yield* Deferred.succeed(end, undefined)
      yield* call("b")
      assert.deepStrictEqual(log, inOrder("a", "b"))
    })
  )

  it.effect("wait for each other, and are made in the order in which they came", () =>
    Effect.gen(function* () {
      const { call, log } = make()
      const end = yield* Deferred.make<void>()
      const fibers = [
        yield* forked(call("a", Deferred.await(end))),
        yield* forked(call("b", Effect.yieldNow)),
        yield* forked(call("c", Effect.yieldNow))
      ]
      yield* Deferred.succeed(end, undefined)
      fibers.push(yield* forked(call("d", Effect.yieldNow)))
      yield* Fiber.joinAll(fibers)
      yield* call("e")
      assert.deepStrictEqual(log, inOrder("a", "b", "c", "d", "e"))
    })
  )

  it.effect("are over however they end", () =>
    Effect.gen(function* () {
      const { call, log } = make()
      assert.isTrue(Exit.isFailure(yield* Effect.exit(call("a", Effect.fail("no")))))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(call("b", Effect.die("no")))))
      yield* Fiber.interrupt(yield* forked(call("c", Effect.never)))
      yield* call("d")
      assert.deepStrictEqual(log, inOrder("a", "b", "c", "d"))
    })
  )

  it.effect("are over when they throw", () =>
    Effect.gen(function* () {
      const calls = new OneAtATime()
      const thrown = calls.run((): Effect.Effect<void> => {
        throw new Error("no")
      })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(thrown)))
      assert.strictEqual(yield* calls.run(() => Effect.succeed(1)), 1)
    })
  )

  it.effect("give their place up when they are interrupted while they wait", () =>
    Effect.gen(function* () {
      const { call, log } = make()
      const end = yield* Deferred.make<void>()
      const first = yield* forked(call("a", Deferred.await(end)))
      const second = yield* forked(call("b"))
      const third = yield* forked(call("c"))
      yield* Fiber.interrupt(second)
      // Whoever might begin now has had its turn.
      for (let turn = 0; turn < 3; turn++) yield* Effect.yieldNow
      assert.deepStrictEqual(log, ["a begins"])
      yield* Deferred.succeed(end, undefined)
      yield* Fiber.joinAll([first, third])
      assert.deepStrictEqual(log, inOrder("a", "c"))
    })
  )

  it.effect("let the next one begin when the one that is made is interrupted", () =>
    Effect.gen(function* () {
      const { call, log } = make()
      const first = yield* forked(call("a", Effect.never))
      const second = yield* forked(call("b"))
      yield* Fiber.interrupt(first)
      yield* Fiber.join(second)
      assert.deepStrictEqual(log, inOrder("a", "b"))
    })
  )

  it.effect("may be the same effect several times", () =>
    Effect.gen(function* () {
      const { call, log } = make()
      const same = call("a", Effect.yieldNow)
      yield* Effect.all([same, same, same], { concurrency: "unbounded" })
      assert.deepStrictEqual(log, inOrder("a", "a", "a"))
    })
  )

  it.effect.prop(
    "do what those behind a semaphore do, whenever they come, end and are interrupted",
    { plans: Schema.Array(Plan).check(Schema.isMaxLength(6)) },
    ({ plans }) =>
      Effect.gen(function* () {
        const calls = new OneAtATime()
        const semaphore = Semaphore.makeUnsafe(1)
        assert.deepStrictEqual(
          yield* logOf(plans, (call) => calls.run(call)),
          yield* logOf(plans, (call) => semaphore.withPermits(1)(Effect.suspend(call)))
        )
      }),
    { arbitrary: { runs: 200 } }
  )
})
