import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Forks from "../../src/internal/Forks.ts"

describe("Forks", () => {
  it.effect.prop(
    "running() has the fibers that have begun and not ended, in whatever order they end",
    { steps: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -5, maximum: 20 }))) },
    ({ steps }) =>
      Effect.gen(function* () {
        const forks = yield* Forks.make("failed")
        const gates: Array<Deferred.Deferred<void>> = []
        for (const step of steps) {
          if (step < 0) {
            const gate = Deferred.makeUnsafe<void>()
            gates.push(gate)
            forks.fork(Deferred.await(gate))
          } else if (gates.length > 0) {
            const [gate] = gates.splice(step % gates.length, 1)
            if (gate !== undefined) Deferred.doneUnsafe(gate, Effect.void)
          }
          forks.fork(Effect.void)
          assert.strictEqual(forks.running().length, gates.length)
        }
      }).pipe(Effect.scoped)
  )

  it.effect("the end of the scope interrupts the fibers and waits for them", () =>
    Effect.gen(function* () {
      const scope = Scope.makeUnsafe()
      const forks = yield* Scope.provide(Forks.make("failed"), scope)
      const ended: Array<number> = []
      for (const n of [1, 2]) {
        forks.fork(
          Effect.onInterrupt(Effect.never, () =>
            Effect.delay(
              Effect.sync(() => ended.push(n)),
              0
            )
          )
        )
      }
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(ended, [1, 2])
      // What is forked later is interrupted before it begins.
      const late = forks.fork(Effect.sync(() => ended.push(3)))
      const exit = late.pollUnsafe()
      assert.isTrue(exit !== undefined && Exit.hasInterrupts(exit))
      assert.deepStrictEqual(ended, [1, 2])
      assert.deepStrictEqual(forks.running(), [])
    })
  )

  it.effect("says once when a fiber has ended, however it did, and when it no longer counts it", () =>
    Effect.gen(function* () {
      const scope = Scope.makeUnsafe()
      const forks = yield* Scope.provide(Forks.make("failed"), scope)
      const ended: Array<string> = []
      const fork = (name: string, effect: Effect.Effect<unknown>) =>
        forks.fork(effect, undefined, undefined, () => void ended.push(`${name}, ${forks.running().length} run`))
      const gate = Deferred.makeUnsafe<void>()
      fork("now", Effect.void)
      fork("dead", Effect.die("no"))
      fork("later", Deferred.await(gate))
      fork("never", Effect.never)
      assert.deepStrictEqual(ended, ["now, 0 run", "dead, 0 run"])
      Deferred.doneUnsafe(gate, Effect.void)
      yield* Scope.close(scope, Exit.void)
      fork("closed", Effect.void)
      assert.deepStrictEqual(ended.slice(2), ["later, 1 run", "never, 0 run", "closed, 0 run"])
    }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("a failure is logged with its annotations, at once or later; an interruption is not", () => {
    const logged: Array<unknown> = []
    const collect = Logger.make(({ fiber, message }) => {
      logged.push([message, { ...fiber.getRef(References.CurrentLogAnnotations) }])
    })
    return Effect.gen(function* () {
      const forks = yield* Forks.make("It failed")
      forks.fork(Effect.die("now"), undefined, { event: "a" })
      forks.fork(Effect.andThen(Effect.yieldNow, Effect.die("later")), undefined, { event: "b" })
      forks.fork(Effect.interrupt)
      while (forks.running().length > 0) yield* Effect.yieldNow
      assert.deepStrictEqual(logged, [
        [["It failed"], { event: "a" }],
        [["It failed"], { event: "b" }]
      ])
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([collect])))
  })
})
