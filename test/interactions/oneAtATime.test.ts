import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
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
})
