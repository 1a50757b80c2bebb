/** What others run in the turn of a Runtime: results, turns, refusals, interruptions, and calls in circles. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"

const open = (expiration: Expiration.Expiration = Expiration.explicit) =>
  Runtimes.Runtimes.use((runtimes) => Effect.map(runtimes.open(expiration), Option.getOrThrow))

const withRuntimes =
  (options?: Runtimes.Options) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.scoped(Effect.provide(effect, Runtimes.layer(options)))

const offer = (runtime: Runtime.Handle, run: Effect.Effect<unknown, never, Runtime.Runtime>, event?: unknown) =>
  runtime.offer({
    event,
    run: Effect.provideService(run, Runtime.Runtime, runtime),
    refuse: () => Effect.void
  })

/** As the router offers: with a context, so that fibers know their turn. */
const handle = (runtime: Runtime.Handle, run: Effect.Effect<unknown, never, Runtime.Runtime>) =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.sync(() =>
      runtime.offer({
        run: run as Effect.Effect<unknown>,
        context: Context.add(context, Runtime.Runtime, runtime) as Context.Context<never>,
        refuse: () => Effect.void
      })
    )
  )

/** Lets time pass until something holds. A new fiber of a handler begins in a macrotask, which virtual time knows not. */
const settle = Effect.fnUntraced(function* (isDone: () => boolean) {
  for (let n = 0; n < 200 && !isDone(); n++) {
    yield* TestClock.adjust("1 second")
    yield* Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))
  }
})

const at = <A>(all: ReadonlyArray<A>, index: number): A => {
  const found = all[index]
  if (found === undefined) throw new Error(`there is no ${index}`)
  return found
}

class Greeting extends Context.Service<Greeting, string>()("test/Greeting") {}

const reasonOf = <A>(exit: Exit.Exit<A, unknown>): unknown =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : exit

describe("an effect that is run in a Runtime", () => {
  it.effect("returns its success, its failure, its defect and its interruption", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      assert.strictEqual(yield* Runtimes.run(runtime, Effect.succeed(1)), 1)
      assert.strictEqual(yield* Runtimes.run(runtime, Effect.as(Effect.yieldNow, 2)), 2)
      assert.strictEqual(yield* Effect.flip(Runtimes.run(runtime, Effect.fail("no"))), "no")
      assert.isTrue(Exit.hasDies(yield* Effect.exit(Runtimes.run(runtime, Effect.die("on purpose")))))
      assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(Runtimes.run(runtime, Effect.interrupt))))
      assert.strictEqual(yield* Runtimes.run(runtime, Effect.succeed(3)), 3)
    }).pipe(withRuntimes())
  )

  it.effect("has the caller's services, and the Runtime and the scope of the Runtime", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const [greeting, id] = yield* Runtimes.run(
        runtime,
        Effect.gen(function* () {
          yield* Effect.addFinalizer(() => Effect.sync(() => log.push("released")))
          return [yield* Greeting, yield* Runtime.id] as const
        })
      ).pipe(Effect.provideService(Greeting, "hello"))
      assert.deepStrictEqual([greeting, id, log], ["hello", runtime.id, []])
      yield* runtime.close("Closed")
      yield* runtime.closed
      assert.deepStrictEqual(log, ["released"])
    }).pipe(withRuntimes())
  )

  it.effect("waits for the handlers that came before it, and holds up those that come after it", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const slow = (name: string) =>
        Effect.andThen(
          Effect.sleep("1 second"),
          Effect.sync(() => log.push(name))
        )
      offer(runtime, slow("a"))
      const fiber = yield* Effect.forkChild(Runtimes.run(runtime, slow("run")), { startImmediately: true })
      offer(runtime, slow("b"))
      yield* TestClock.adjust("1500 millis")
      assert.deepStrictEqual(log, ["a"])
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(log, ["a", "run", "b"])
    }).pipe(withRuntimes())
  )

  it.effect("is no event that a waiting handler could take", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const taken: Array<unknown> = []
      yield* handle(
        runtime,
        Effect.tap(
          Runtime.take((event) => event ?? "nothing"),
          (event) => Effect.sync(() => taken.push(event))
        )
      )
      assert.strictEqual(yield* Runtimes.run(runtime, Effect.succeed("run")), "run")
      assert.deepStrictEqual(taken, [])
      offer(runtime, Effect.void, "event")
      assert.deepStrictEqual(taken, ["event"])
    }).pipe(withRuntimes())
  )

  it.effect("is refused by a Runtime that is closed, or closes before it has begun, or is full", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const latch = yield* Deferred.make<void>()
      yield* handle(runtime, Deferred.await(latch))
      const waiting = yield* Effect.forkChild(Effect.exit(Runtimes.run(runtime, Effect.void)), {
        startImmediately: true
      })
      const full = yield* Effect.flip(Runtimes.run(runtime, Effect.void))
      assert.deepStrictEqual([full._tag, full.reason, full.runtime], ["RuntimeRefused", "Overloaded", runtime.id])
      yield* runtime.close("Closed")
      assert.deepInclude(reasonOf(yield* Fiber.join(waiting)), { reason: "Closed" })
      yield* Deferred.succeed(latch, undefined)
      yield* runtime.closed
      assert.strictEqual((yield* Effect.flip(Runtimes.run(runtime, Effect.void))).reason, "Closed")
    }).pipe(withRuntimes({ mailboxCapacity: 1 }))
  )

  it.effect(
    "completes its caller when the grace of a closing Runtime interrupts it, and after the registry's end",
    () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const services = yield* Effect.provideService(
          Effect.contextWith((context: Context.Context<Scope.Scope>) =>
            Effect.map(Layer.build(Runtimes.layer({ grace: "1 second" })), (built) => Context.merge(context, built))
          ),
          Scope.Scope,
          scope
        )
        yield* Effect.gen(function* () {
          const runtime = yield* open()
          const fiber = yield* Effect.forkChild(Effect.exit(Runtimes.run(runtime, Effect.never)), {
            startImmediately: true
          })
          yield* runtime.close("Closed")
          yield* TestClock.adjust("2 seconds")
          assert.isTrue(Exit.hasInterrupts(yield* Fiber.join(fiber)))
          yield* Scope.close(scope, Exit.void)
          assert.strictEqual((yield* Effect.flip(Runtimes.run(runtime, Effect.void))).reason, "Closed")
        }).pipe(Effect.provideContext(services))
      })
  )

  it.effect("is withdrawn when its caller is interrupted before it has begun", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const latch = yield* Deferred.make<void>()
      const log: Array<string> = []
      yield* handle(runtime, Deferred.await(latch))
      const fiber = yield* Effect.forkChild(
        Runtimes.run(
          runtime,
          Effect.sync(() => log.push("run"))
        ),
        {
          startImmediately: true
        }
      )
      yield* Fiber.interrupt(fiber)
      yield* Deferred.succeed(latch, undefined)
      yield* Runtimes.run(
        runtime,
        Effect.sync(() => log.push("next"))
      )
      assert.deepStrictEqual(log, ["next"])
    }).pipe(withRuntimes())
  )

  it.effect("is interrupted with its caller, who waits until it has ended", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const latch = yield* Deferred.make<void>()
      const effect = Effect.onInterrupt(Effect.never, () =>
        Effect.andThen(
          Deferred.await(latch),
          Effect.sync(() => log.push("released"))
        )
      )
      const fiber = yield* Effect.forkChild(Runtimes.run(runtime, effect), { startImmediately: true })
      const interrupted = yield* Effect.forkChild(
        Effect.andThen(
          Fiber.interrupt(fiber),
          Effect.sync(() => log.push("interrupted"))
        ),
        { startImmediately: true }
      )
      assert.deepStrictEqual(log, [])
      yield* Deferred.succeed(latch, undefined)
      yield* Fiber.join(interrupted)
      assert.deepStrictEqual(log, ["released", "interrupted"])
    }).pipe(withRuntimes())
  )

  it.effect("runs at once in a handler of the same Runtime, and of an anonymous one", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      for (const isAnonymous of [true, false]) {
        const done = yield* Deferred.make<number>()
        const inner = Runtimes.run(runtime, Effect.succeed(1))
        const handler = Effect.flatMap(inner, (value) => Deferred.succeed(done, value)).pipe(Effect.orDie)
        if (isAnonymous) offer(runtime, handler)
        else yield* handle(runtime, handler)
        assert.strictEqual(yield* Deferred.await(done), 1)
      }
    }).pipe(withRuntimes())
  )

  it.effect("of a fork waits for the handler, unless that has joined it", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const note = (name: string) =>
        Effect.orDie(
          Runtimes.run(
            runtime,
            Effect.sync(() => log.push(name))
          )
        )
      yield* handle(
        runtime,
        Effect.gen(function* () {
          yield* Runtime.fork(note("fork"))
          yield* Effect.all([note("part"), note("other part")], { concurrency: 2 })
          yield* Fiber.join(yield* Runtime.fork(note("joined fork")))
          yield* Effect.sleep("1 second")
          log.push("handler")
        })
      )
      yield* settle(() => log.length === 5)
      assert.deepStrictEqual(log, ["part", "other part", "joined fork", "handler", "fork"])
    }).pipe(withRuntimes())
  )

  it.effect("takes events there, while its caller's own Runtime keeps its turn", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open(), yield* open()]
      const log: Array<unknown> = []
      yield* handle(
        one,
        Effect.gen(function* () {
          log.push(
            yield* Effect.orDie(
              Runtimes.run(
                two,
                Runtime.take((event) => event)
              )
            )
          )
        })
      )
      yield* handle(
        one,
        Effect.sync(() => log.push("next"))
      )
      assert.deepStrictEqual(log, [])
      offer(two, Effect.void, "event")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["event", "next"])
    }).pipe(withRuntimes())
  )
})

describe("calls in a circle", () => {
  it.effect("end when two handlers run something in the Runtime of the other", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open(), yield* open()]
      const log: Array<string> = []
      const meet = (name: string, other: Runtime.Handle) =>
        Effect.andThen(
          Effect.sleep("1 second"),
          Effect.orDie(
            Runtimes.run(
              other,
              Effect.sync(() => log.push(name))
            )
          )
        )
      yield* handle(one, meet("one in two", two))
      yield* handle(two, meet("two in one", one))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(log.toSorted(), ["one in two", "two in one"])
    }).pipe(withRuntimes())
  )

  it.effect("end when what was called waits for an event, and the one who handles others calls", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open(), yield* open()]
      const log: Array<unknown> = []
      const takes = Runtimes.run(
        one,
        Runtime.take((event) => event)
      )
      yield* handle(
        one,
        Effect.tap(Effect.orDie(Runtimes.run(two, takes)), (event) => Effect.sync(() => log.push(event)))
      )
      yield* TestClock.adjust("1 second")
      yield* handle(
        one,
        Effect.orDie(
          Runtimes.run(
            two,
            Effect.sync(() => log.push("called"))
          )
        )
      )
      yield* TestClock.adjust("1 second")
      offer(one, Effect.void, "event")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["called", "event"])
    }).pipe(withRuntimes())
  )

  it.effect("are over for an event whose handler was registered in one", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open(), yield* open()]
      const log: Array<string> = []
      const latch = yield* Deferred.make<void>()
      const note = (name: string) => Effect.sync(() => log.push(name))
      yield* handle(
        one,
        Effect.gen(function* () {
          const registered = yield* Runtimes.run(two, Effect.context<never>())
          two.offer({
            run: Effect.orDie(Runtimes.run(one, note("event in one"))),
            context: registered,
            refuse: () => Effect.void
          })
          yield* Deferred.await(latch)
          yield* note("handler")
        }).pipe(Effect.orDie)
      )
      yield* TestClock.adjust("1 second")
      yield* Deferred.succeed(latch, undefined)
      yield* settle(() => log.length === 2)
      assert.deepStrictEqual(log, ["handler", "event in one"])
    }).pipe(withRuntimes())
  )

  const runtimes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 }))
  const Way = Schema.Struct({
    path: Schema.Array(runtimes).check(Schema.isMinLength(1), Schema.isMaxLength(6)),
    style: Schema.Literals(["plain", "all", "fork"]),
    pause: Schema.Boolean,
    isHandler: Schema.Boolean
  })
  const Plan = Schema.Array(Way).check(Schema.isMinLength(1), Schema.isMaxLength(6))

  it.effect.prop(
    "all end, whoever runs in whom, and alone but for those that wait for each other",
    [Arbitrary.schema(Plan)],
    ([plan]) =>
      Effect.gen(function* () {
        const all = [yield* open(), yield* open(), yield* open()]
        let done = 0
        const pathOf = (way: typeof Way.Type, step: number): Effect.Effect<void> => {
          const index = way.path[step]
          if (index === undefined) return Effect.void
          const runtime = at(all, index)
          const body = Effect.gen(function* () {
            assert.strictEqual(yield* Runtime.id, runtime.id)
            if (way.pause) yield* Effect.sleep("1 second")
            yield* pathOf(way, step + 1)
          })
          const run = Effect.orDie(Runtimes.run(runtime, body))
          if (way.style === "plain") return run
          if (way.style === "all") return Effect.asVoid(Effect.all([run, Effect.yieldNow], { concurrency: 2 }))
          return Effect.flatMap(Effect.forkChild(run), Fiber.join)
        }
        for (const way of plan) {
          const whole = Effect.andThen(
            pathOf(way, 0),
            Effect.sync(() => done++)
          )
          if (way.isHandler) yield* handle(at(all, way.path.length % 3), whole)
          else yield* Effect.forkChild(whole, { startImmediately: true })
        }
        yield* settle(() => done === plan.length)
        assert.strictEqual(done, plan.length)
        for (const runtime of all) {
          yield* runtime.close("Closed")
          assert.strictEqual(yield* runtime.closed, "Closed")
        }
      }).pipe(withRuntimes())
  )

  it.effect.prop("and without circles, one at a time in each", [Arbitrary.schema(Plan)], ([plan]) =>
    Effect.gen(function* () {
      const all = [yield* open(), yield* open(), yield* open()]
      const inside = new Set<number>()
      let done = 0
      for (const { path, pause } of plan) {
        // Always upwards, so that nobody waits for himself.
        const up = [...new Set(path)].toSorted()
        const pathOf = (step: number): Effect.Effect<void> => {
          const index = up[step]
          if (index === undefined) return Effect.void
          const body = Effect.gen(function* () {
            assert.isFalse(inside.has(index))
            inside.add(index)
            if (pause) yield* Effect.sleep("1 second")
            yield* pathOf(step + 1)
            inside.delete(index)
          })
          return Effect.orDie(Runtimes.run(at(all, index), body))
        }
        yield* Effect.forkChild(
          Effect.andThen(
            pathOf(0),
            Effect.sync(() => done++)
          ),
          { startImmediately: true }
        )
      }
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(done, plan.length)
    }).pipe(withRuntimes())
  )
})
