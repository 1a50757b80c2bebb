/** Whose turn it is: handlers that wait, forks that take, closes and expiries, in any order. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Arbitrary from "effect/Arbitrary"
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

const offer = (
  runtime: Runtime.Handle,
  run: Effect.Effect<unknown, never, Runtime.Runtime>,
  event?: unknown,
  refuse: (reason: Runtime.RefuseReason) => void = () => {}
) =>
  runtime.offer({
    event,
    run: Effect.provideService(run, Runtime.Runtime, runtime),
    refuse: (reason) => Effect.sync(() => refuse(reason))
  })

const named = (name: string) => (event: unknown) => (event === name ? name : undefined)

describe("a handler that waits", () => {
  it.effect("gives up its turn, and continues after the events that came before its own", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const slow = (name: string) =>
        Effect.andThen(
          Effect.sleep("1 second"),
          Effect.sync(() => log.push(name))
        )
      offer(
        runtime,
        Effect.gen(function* () {
          yield* Runtime.take(named("answer"))
          log.push("answered")
          yield* slow("went on")
        })
      )
      offer(runtime, slow("a"), "a")
      offer(runtime, slow("b"), "b")
      offer(runtime, slow("answer handler"), "answer")
      offer(runtime, slow("c"), "c")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(log, ["a", "b", "answered", "went on", "c"])
    }).pipe(withRuntimes())
  )

  for (const hold of [false, true]) {
    it.effect(`dies of a \`select\` that throws, and the event goes to the next (hold: ${hold})`, () =>
      Effect.gen(function* () {
        const runtime = yield* open()
        const log: Array<string> = []
        const handler = (name: string) => Effect.sync(() => log.push(name))
        const select = () => {
          throw new Error("select throws")
        }
        const exits: Array<Exit.Exit<unknown, unknown>> = []
        offer(
          runtime,
          Runtime.take(select, { hold }).pipe(
            Effect.exit,
            Effect.tap((exit) => Effect.sync(() => exits.push(exit)))
          )
        )
        offer(runtime, handler("a"), "a")
        offer(runtime, handler("b"), "b")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(log, ["a", "b"])
        assert.isTrue(exits.length === 1 && exits.every((exit) => Exit.hasDies(exit)))
        yield* runtime.close("Closed")
        assert.strictEqual(yield* runtime.closed, "Closed")
      }).pipe(withRuntimes())
    )

    it.effect(`leaves a Runtime that its \`select\` closes closed (hold: ${hold})`, () =>
      Effect.gen(function* () {
        const runtime = yield* open()
        const log: Array<string> = []
        const select = () => void Effect.runSync(runtime.close("Closed"))
        offer(runtime, Runtime.take(select, { hold }))
        offer(
          runtime,
          Effect.sync(() => log.push("handled")),
          "a",
          (reason) => log.push(`refused: ${reason}`)
        )
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(log, ["refused: Closed"])
        assert.strictEqual(yield* runtime.closed, "Closed")
      }).pipe(withRuntimes())
    )
  }

  it.effect("holds the others up with `hold`, and is inactive all the same", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.inactivity("1 minute"))
      const log: Array<string> = []
      const refused: Array<string> = []
      offer(
        runtime,
        Effect.onInterrupt(Runtime.take(named("answer"), { hold: true }), () =>
          Effect.sync(() => log.push("interrupted"))
        )
      )
      offer(
        runtime,
        Effect.sync(() => log.push("a")),
        "a",
        (reason) => refused.push(reason)
      )
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(log, [])
      yield* TestClock.adjust("32 seconds")
      assert.deepStrictEqual([log, refused, runtime.closeReason], [["interrupted"], ["Expired"], "Expired"])
    }).pipe(withRuntimes())
  )

  it.effect(
    "does not keep an inactive Runtime alive, not even in a fork or with a timeout, but a taken event does",
    () =>
      Effect.gen(function* () {
        const loop = Effect.forever(Runtime.take(named("next")))
        for (const wait of [
          loop,
          Effect.timeoutOption(loop, "1 hour"),
          Runtime.fork(loop),
          Effect.raceFirst(loop, Effect.never)
        ]) {
          const runtime = yield* open(Expiration.inactivity("1 minute"))
          offer(runtime, wait)
          yield* TestClock.adjust("45 seconds")
          offer(runtime, Effect.die("nobody took it"), "next")
          yield* TestClock.adjust("45 seconds")
          assert.isUndefined(runtime.closeReason)
          yield* TestClock.adjust("17 seconds")
          assert.strictEqual(runtime.closeReason, "Expired")
          yield* runtime.closed
        }
      }).pipe(withRuntimes())
  )

  it.effect("whose timeout is over continues in a turn of its own", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      offer(
        runtime,
        Effect.gen(function* () {
          const answer = yield* Effect.timeoutOption(Runtime.take(named("answer")), "1 second")
          log.push(answer._tag)
        })
      )
      offer(
        runtime,
        Effect.andThen(
          Effect.sleep("5 seconds"),
          Effect.sync(() => log.push("long"))
        ),
        "long"
      )
      offer(
        runtime,
        Effect.sync(() => log.push("next")),
        "next"
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(log, ["long", "next", "None"])
    }).pipe(withRuntimes())
  )

  it.effect("with several questions at once gets the answers of all of them", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const answers = Deferred.makeUnsafe<ReadonlyArray<string>>()
      const both = Effect.all([Runtime.take(named("a")), Runtime.take(named("b"))], { concurrency: "unbounded" })
      offer(
        runtime,
        Effect.flatMap(both, (all) => Deferred.succeed(answers, all))
      )
      // They wait behind another event, so both are in the mailbox at once.
      offer(runtime, Effect.sleep("1 second"), "slow")
      offer(runtime, Effect.die("nobody took it"), "b")
      offer(runtime, Effect.die("nobody took it"), "a")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Deferred.await(answers), ["a", "b"])
    }).pipe(withRuntimes())
  )

  it.effect("in a fork takes its turn like a handler, and beside no other", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      offer(
        runtime,
        Effect.gen(function* () {
          yield* Runtime.fork(
            Effect.gen(function* () {
              while (true) {
                yield* Runtime.take(named("taken"))
                log.push("fork begins")
                yield* Effect.sleep("1 second")
                log.push("fork ends")
              }
            })
          )
          yield* Effect.sleep("1 second")
          log.push("handler ends")
        })
      )
      offer(runtime, Effect.die("nobody took it"), "taken")
      offer(
        runtime,
        Effect.sync(() => log.push("other")),
        "other"
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(log, ["handler ends", "fork begins", "fork ends", "other"])
    }).pipe(withRuntimes())
  )
})

describe("a fork without a Runtime of its own", () => {
  it.effect("takes turns after its handler has ended, and gives them back", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const fork = Effect.forkIn(
        Effect.andThen(
          Runtime.take(named("taken")),
          Effect.andThen(
            Effect.sleep("1 second"),
            Effect.sync(() => log.push("fork"))
          )
        ),
        runtime.scope
      )
      offer(runtime, Effect.andThen(fork, Effect.sleep("1 second")))
      yield* TestClock.adjust("1 second")
      offer(runtime, Effect.die("nobody took it"), "taken")
      offer(
        runtime,
        Effect.sync(() => log.push("next")),
        "next"
      )
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(log, ["fork", "next"])
    }).pipe(withRuntimes())
  )
})

describe("the end of a Runtime", () => {
  it.effect("comes once, after handlers and finalizers, when it is closed while a handler waits", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      const changes = yield* Runtimes.Runtimes.use((runtimes) => Effect.succeed(runtimes.changes))
      void changes
      const value = Runtime.key("value", () => "fresh")
      offer(
        runtime,
        Effect.gen(function* () {
          const state = yield* Runtime.Runtime
          yield* Runtime.onClose(() =>
            Effect.andThen(
              Effect.sleep("1 second"),
              Effect.sync(() => log.push(`finalizer ${state.local(value)}`))
            )
          )
          state.local(value)
          yield* Effect.onInterrupt(Runtime.take(named("never")), () =>
            Effect.andThen(
              Effect.sleep("1 second"),
              Effect.sync(() => log.push("handler"))
            )
          )
        })
      )
      const closed = yield* Effect.forkChild(
        Effect.andThen(
          runtime.closed,
          Effect.sync(() => log.push("closed"))
        ),
        { startImmediately: true }
      )
      yield* runtime.close("Closed")
      yield* runtime.close("Expired")
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(closed)
      assert.deepStrictEqual(log, ["handler", "finalizer fresh", "closed"])
    }).pipe(withRuntimes())
  )

  it.effect("comes after all handlers that waited have ended, one after the other", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      offer(
        runtime,
        Runtime.onClose(() => Effect.sync(() => log.push("finalizer")))
      )
      for (const name of ["a", "b", "c"]) {
        offer(
          runtime,
          Effect.onInterrupt(Runtime.take(named("never")), () => Effect.sync(() => log.push(name)))
        )
      }
      yield* runtime.close("Closed")
      yield* runtime.closed
      assert.deepStrictEqual(log, ["a", "b", "c", "finalizer"])
    }).pipe(withRuntimes())
  )

  it.effect("comes before an event that waited behind a handler that outlived the lifetime", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.afterCreation("61 seconds"))
      const refused: Array<string> = []
      offer(runtime, Effect.sleep("61500 millis"))
      offer(runtime, Effect.die("it was too late"), "late", (reason) => refused.push(reason))
      yield* TestClock.adjust("61500 millis")
      assert.deepStrictEqual(refused, ["Expired"])
    }).pipe(withRuntimes({ resolution: "1 minute" }))
  )

  it.effect("waits for a handler whose wait cannot be interrupted", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      offer(runtime, Effect.uninterruptible(Runtime.take(named("never"))))
      yield* runtime.close("Closed")
      yield* runtime.closed
    }).pipe(withRuntimes())
  )

  it.effect("comes after `grace` for a handler that closed before its first pause, and leaves no timer", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const log: Array<string> = []
      offer(
        runtime,
        Effect.andThen(
          Runtime.close,
          Effect.onInterrupt(Effect.never, () => Effect.sync(() => log.push("interrupted")))
        )
      )
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(log, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(log, ["interrupted"])
      yield* runtime.closed
    }).pipe(withRuntimes({ grace: "1 second" }))
  )

  it.effect("stops the time of `grace` with the last handler", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      offer(runtime, Effect.sleep("1 second"))
      yield* runtime.close("Closed")
      yield* TestClock.adjust("1 second")
      yield* runtime.closed
      // The end of the registry waits for every fiber that it has, and here no time passes any more.
    }).pipe(withRuntimes({ grace: "1 hour", drain: "1 hour" }))
  )

  it.effect("does not wait for the handler that closes all Runtimes", () =>
    Effect.gen(function* () {
      const [runtime, other] = [yield* open(), yield* open()]
      const done = Deferred.makeUnsafe<void>()
      const runtimes = yield* Runtimes.Runtimes
      offer(runtime, Effect.andThen(runtimes.closeAll, Deferred.succeed(done, undefined)))
      yield* Deferred.await(done)
      assert.strictEqual(yield* runtime.closed, "Closed")
      assert.strictEqual(yield* other.closed, "Closed")
    }).pipe(withRuntimes())
  )

  it.effect("of all Runtimes gives way, closes those that were open, and all of them if nobody waits any more", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const many = yield* Effect.forEach(Array.from({ length: 1000 }), () => open())
      const closing = yield* Effect.forkChild(runtimes.closeAll, { startImmediately: true })
      const left = yield* runtimes.size
      assert.isAbove(left, 500)
      assert.isBelow(left, 1000)
      const later = yield* open()
      // One that is to be closed is closed by something else.
      yield* many[999]?.close("Closed") ?? Effect.void
      yield* Fiber.interrupt(closing)
      assert.deepStrictEqual(yield* runtimes.list, [later])
      assert.deepStrictEqual(new Set(yield* Effect.forEach(many, ({ closed }) => closed)), new Set(["Closed"]))
    }).pipe(withRuntimes())
  )

  it.effect("of all Runtimes closes them all although their first handler began it and is interrupted", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const first = yield* open()
      yield* Effect.forEach(Array.from({ length: 1000 }), () => open())
      offer(first, runtimes.closeAll)
      yield* first.closed
      yield* Effect.yieldNow
      assert.strictEqual(yield* runtimes.size, 0)
    }).pipe(withRuntimes({ grace: 0 }))
  )

  it.effect("of the process leaves finalizers that hang after twice the drain, and names their Runtimes", () => {
    const lines: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(Runtimes.layer({ drain: "1 second" }), scope)
      const runtimes = Context.get(services, Runtimes.Runtimes)
      for (let n = 0; n < 600; n++) {
        const runtime = Option.getOrThrow(yield* runtimes.open(Expiration.explicit))
        offer(
          runtime,
          Runtime.onClose(() => Effect.never)
        )
      }
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.isUndefined(closing.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.isDefined(closing.pollUnsafe())
      const left = lines.filter((line) => line.includes("a finalizer"))
      assert.strictEqual(left.length, 1)
      assert.include(left[0], "and 590 more")
    }).pipe(Effect.provide(Logger.layer([logger])))
  })
})

describe("extend", () => {
  it.effect("counts also before a slow schedule has answered", () =>
    Effect.gen(function* () {
      const runtime = yield* open(Expiration.afterCreation("1 minute"))
      yield* runtime.extend("1 minute")
      yield* TestClock.adjust("90 seconds")
      assert.isUndefined(runtime.closeReason)
      yield* TestClock.adjust("32 seconds")
      assert.strictEqual(runtime.closeReason, "Expired")
    }).pipe(withRuntimes())
  )
})

describe("options", () => {
  it.effect("that are invalid are refused by name", () =>
    Effect.gen(function* () {
      for (const options of [
        { resolution: 0 },
        { resolution: "Infinity" as const },
        { linger: "Infinity" as const },
        { mailboxCapacity: 0 },
        { maxRuntimes: 1.5 }
      ]) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(Runtimes.layer(options))))
        assert.include(error.message, Object.keys(options)[0] ?? "")
      }
    })
  )
})

const Step = Schema.Literals([
  "handle",
  "ask",
  "hold",
  "timeout",
  "fork",
  "answer",
  "answer",
  "other",
  "close",
  "wait",
  "interrupt"
])

describe("a fork that has taken an event", () => {
  it.effect("does not run beside a handler that goes on because the Runtime closes", () =>
    Effect.gen(function* () {
      const runtime = yield* open()
      const seen: Array<string> = []
      const work = (name: string) =>
        Effect.gen(function* () {
          seen.push(`${name} begins`)
          yield* Effect.sleep("10 millis")
        }).pipe(Effect.ensuring(Effect.sync(() => seen.push(`${name} ends`))))
      const take = Runtime.take(named("answer"))
      offer(runtime, Runtime.fork(Effect.andThen(take, work("the fork"))), "first")
      offer(runtime, Effect.ensuring(take, work("the handler")), "second")
      offer(runtime, Effect.void, "answer")
      yield* runtime.close("Closed")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, ["the fork begins", "the fork ends", "the handler begins", "the handler ends"])
      assert.strictEqual(yield* runtime.closed, "Closed")
    }).pipe(withRuntimes())
  )
})

describe("laws", () => {
  it.effect.prop(
    "no two handlers at once, events in their order, each answer to one handler, one end after all of them",
    [Arbitrary.array(Arbitrary.schema(Step), { minLength: 1, maxLength: 24 })],
    ([steps]) =>
      Effect.gen(function* () {
        const runtime = yield* open()
        let running = 0
        let most = 0
        let ends = 0
        const alive = new Set<number>()
        const outcomes = new Map<number, string>()
        const turn = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
          Effect.acquireUseRelease(
            Effect.sync(() => void (most = Math.max(most, ++running))),
            () => effect,
            () => Effect.sync(() => void running--)
          )
        const work = turn(Effect.andThen(Effect.sleep("10 millis"), Effect.yieldNow))
        const note = (index: number, outcome: string) =>
          Effect.sync(() => {
            assert.isFalse(outcomes.has(index), `event ${index} has two outcomes`)
            outcomes.set(index, outcome)
          })
        let asked = 0
        const select = (event: unknown) =>
          typeof event === "object" ? (event as { readonly answer: number }) : undefined
        const answered = Effect.flatMap(Runtime.take(select), ({ answer }) =>
          Effect.andThen(note(answer, "taken"), work)
        )
        const handlers: Record<string, Effect.Effect<unknown, never, Runtime.Runtime>> = {
          handle: work,
          other: work,
          ask: Effect.andThen(work, Effect.ensuring(answered, work)),
          hold: Effect.flatMap(Runtime.take(select, { hold: true }), ({ answer }) =>
            Effect.andThen(note(answer, "taken"), work)
          ),
          timeout: Effect.andThen(work, Effect.andThen(Effect.timeoutOption(answered, "35 millis"), work)),
          fork: Effect.andThen(Runtime.fork(answered), work)
        }
        yield* Effect.sync(() =>
          runtime.offer({
            run: Effect.provideService(
              Runtime.onClose(() => Effect.sync(() => void ends++)),
              Runtime.Runtime,
              runtime
            ),
            refuse: () => Effect.void
          })
        )
        for (const [index, step] of steps.entries()) {
          if (step === "close") yield* runtime.close("Closed")
          else if (step === "wait") yield* TestClock.adjust("15 millis")
          else if (step === "interrupt") yield* TestClock.adjust("40 millis")
          else {
            alive.add(index)
            const run =
              step === "answer"
                ? note(index, "handled")
                : Effect.andThen(note(index, "handled"), handlers[step] ?? Effect.void)
            offer(runtime, run, step === "answer" ? { answer: index } : step, (reason) => outcomes.set(index, reason))
            asked++
          }
        }
        yield* TestClock.adjust("10 seconds")
        yield* runtime.close("Closed")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* runtime.closed, "Closed")
        assert.isAtMost(most, 1)
        assert.strictEqual(running, 0)
        assert.strictEqual(ends, 1)
        assert.strictEqual(outcomes.size, asked)
        // What was handled or taken was so in the order in which it came, but for what a holding handler took first.
        if (!steps.includes("hold") && !steps.includes("fork")) {
          const order = [...outcomes]
            .filter(([, outcome]) => outcome === "handled" || outcome === "taken")
            .map(([index]) => index)
          assert.deepStrictEqual(
            order,
            order.toSorted((a, b) => a - b)
          )
        }
      }).pipe(withRuntimes()),
    { arbitrary: { runs: Number(process.env["LAW_RUNS"] ?? 300) } }
  )
})
