import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Turns from "../../../src/interactions/router/internal/turns.ts"
import { makeRandom } from "../../mutate.ts"

/** An effect that notes when it begins and ends, and goes on when it is told to. */
const step = (name: string, log: Array<string>) => {
  const go = Deferred.makeUnsafe<void, string>()
  const effect = Effect.suspend(() => {
    log.push(`+${name}`)
    return Deferred.await(go)
  }).pipe(Effect.ensuring(Effect.sync(() => log.push(`-${name}`))))
  return { effect, go }
}

const start = { startImmediately: true } as const

describe("turns", () => {
  it.effect("effects with one key run one at a time, in the order in which they came; other keys do not wait", () =>
    Effect.gen(function* () {
      const turns = Turns.make()
      const log: Array<string> = []
      const [a, b, c, other] = [step("a", log), step("b", log), step("c", log), step("other", log)]
      const fibers = [
        yield* Effect.forkChild(turns.run("1", a.effect), start),
        yield* Effect.forkChild(turns.run("1", b.effect), start),
        yield* Effect.forkChild(turns.run("2", other.effect), start),
        yield* Effect.forkChild(turns.run("1", c.effect), start)
      ]
      assert.deepStrictEqual(log, ["+a", "+other"])
      assert.strictEqual(turns.size(), 2)
      for (const { go } of [c, b, a, other]) yield* Deferred.succeed(go, undefined)
      for (const fiber of fibers) yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        log.filter((line) => !line.includes("other")),
        ["+a", "-a", "+b", "-b", "+c", "-c"]
      )
      assert.strictEqual(turns.size(), 0)
    })
  )

  it.effect("one that fails or is interrupted lets the next one go", () =>
    Effect.gen(function* () {
      const turns = Turns.make()
      const log: Array<string> = []
      const [a, b, c] = [step("a", log), step("b", log), step("c", log)]
      const first = yield* Effect.forkChild(turns.run("1", a.effect), start)
      const second = yield* Effect.forkChild(turns.run("1", b.effect), start)
      const third = yield* Effect.forkChild(turns.run("1", c.effect), start)
      yield* Deferred.fail(a.go, "on purpose")
      assert.isTrue(Exit.isFailure(yield* Fiber.await(first)))
      yield* Effect.yieldNow
      assert.deepStrictEqual(log, ["+a", "-a", "+b"])
      yield* Fiber.interrupt(second)
      yield* Deferred.succeed(c.go, undefined)
      yield* Fiber.join(third)
      assert.deepStrictEqual(log, ["+a", "-a", "+b", "-b", "+c", "-c"])
      assert.strictEqual(turns.size(), 0)
    })
  )

  it.effect("one that is interrupted while it waits gives its place up, and holds nobody up", () =>
    Effect.gen(function* () {
      const turns = Turns.make()
      const log: Array<string> = []
      const [a, b, c] = [step("a", log), step("b", log), step("c", log)]
      const first = yield* Effect.forkChild(turns.run("1", a.effect), start)
      const second = yield* Effect.forkChild(turns.run("1", b.effect), start)
      const third = yield* Effect.forkChild(turns.run("1", c.effect), start)
      yield* Fiber.interrupt(second)
      assert.deepStrictEqual(log, ["+a"])
      yield* Deferred.succeed(a.go, undefined)
      yield* Fiber.join(first)
      yield* Deferred.succeed(c.go, undefined)
      yield* Fiber.join(third)
      assert.deepStrictEqual(log, ["+a", "-a", "+c", "-c"])
      assert.strictEqual(turns.size(), 0)
    })
  )

  it.effect(
    "whatever is started, ended and interrupted in which order: no overlap, order of arrival, nothing left",
    () =>
      Effect.gen(function* () {
        const random = makeRandom(7)
        for (let run = 0; run < 300; run++) {
          const turns = Turns.make()
          const log: Array<string> = []
          const steps: Array<{ go: Deferred.Deferred<void, string>; fiber: Fiber.Fiber<void, string>; gone: boolean }> =
            []
          for (let count = 0; count < 20; count++) {
            const chosen = steps[random(Math.max(1, steps.length))]
            const act = random(8)
            if (chosen === undefined || act < 4) {
              const { effect, go } = step(`${steps.length}`, log)
              steps.push({ go, gone: false, fiber: yield* Effect.forkChild(turns.run("key", effect), start) })
            } else if (act < 6) {
              chosen.gone = true
              yield* Fiber.interrupt(chosen.fiber)
            } else if (act < 7) yield* Deferred.succeed(chosen.go, undefined)
            else yield* Deferred.fail(chosen.go, "on purpose")
          }
          for (const { go } of steps) yield* Deferred.succeed(go, undefined)
          for (const { fiber } of steps) yield* Fiber.await(fiber)
          const begun = log.filter((line) => line.startsWith("+")).map((line) => Number(line.slice(1)))
          assert.deepStrictEqual(
            begun,
            begun.toSorted((a, b) => a - b)
          )
          assert.deepStrictEqual(
            log,
            begun.flatMap((name) => [`+${name}`, `-${name}`])
          )
          steps.forEach(({ gone }, index) => assert.isTrue(gone || begun.includes(index)))
          assert.strictEqual(turns.size(), 0)
        }
      })
  )
})
