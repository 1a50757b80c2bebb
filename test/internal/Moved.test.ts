import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { Moved } from "../../src/internal/Moved.ts"

const fork = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

describe("Moved", () => {
  it.effect("finds at once what is there already, and later in the call that says so", () =>
    Effect.gen(function* () {
      const moved = new Moved()
      let value: number | undefined = 1
      const look = () => (value === undefined ? undefined : Effect.succeed(value))
      assert.strictEqual(yield* moved.until(look), 1)

      value = undefined
      const waiting = [yield* fork(moved.until(look)), yield* fork(moved.until(look))]
      moved.notify()
      for (const fiber of waiting) assert.isUndefined(fiber.pollUnsafe())
      value = 2
      moved.notify()
      for (const fiber of waiting) assert.deepStrictEqual(fiber.pollUnsafe(), Exit.succeed(2))
    })
  )

  it.effect("whoever has found something, or was interrupted, is not asked again", () =>
    Effect.gen(function* () {
      const moved = new Moved()
      let looks = 0
      const found = yield* fork(moved.until(() => (++looks > 1 ? Effect.void : undefined)))
      const interrupted = yield* fork(moved.until(() => void looks++))
      moved.notify()
      assert.deepStrictEqual(found.pollUnsafe(), Exit.void)
      yield* Fiber.interrupt(interrupted)
      const before = looks
      moved.notify()
      assert.strictEqual(looks, before)
    })
  )

  it.effect("one that interrupts another in the same call keeps it from looking", () =>
    Effect.gen(function* () {
      const moved = new Moved()
      let isOver = false
      let looks = 0
      const first = fork(moved.until(() => (isOver ? Effect.void : undefined)))
      const interrupting = yield* fork(Effect.flatMap(Effect.flatMap(first, Fiber.join), () => Fiber.interrupt(second)))
      const second = yield* fork(moved.until(() => void looks++))
      isOver = true
      moved.notify()
      assert.deepStrictEqual(interrupting.pollUnsafe(), Exit.void)
      assert.strictEqual(looks, 1)
    })
  )

  it.effect("one that waits again waits for the next change, also when it is the cause of one", () =>
    Effect.gen(function* () {
      const moved = new Moved()
      let count = 0
      const seen: Array<number> = []
      const next = (after: number) => moved.until(() => (count > after ? Effect.succeed(count) : undefined))
      const counting = yield* fork(
        Effect.gen(function* () {
          seen.push(yield* next(0))
          count++
          moved.notify()
          seen.push(yield* next(1))
          seen.push(yield* next(2))
        })
      )
      count = 1
      moved.notify()
      assert.deepStrictEqual(seen, [1, 2])
      count = 3
      moved.notify()
      assert.deepStrictEqual(seen, [1, 2, 3])
      assert.deepStrictEqual(counting.pollUnsafe(), Exit.void)
    })
  )

  it.effect("one that waits again is not asked in the same call", () =>
    Effect.gen(function* () {
      const moved = new Moved()
      let isThere = false
      let looks = 0
      const again = moved.until(() => void looks++)
      yield* fork(
        Effect.andThen(
          moved.until(() => (isThere ? Effect.void : undefined)),
          again
        )
      )
      isThere = true
      moved.notify()
      assert.strictEqual(looks, 1)
      moved.notify()
      assert.strictEqual(looks, 2)
    })
  )

  it.effect("a look that throws fails who looks, and not who says that something has changed", () =>
    Effect.gen(function* () {
      const moved = new Moved()
      let isBroken = false
      const broken = yield* fork(
        moved.until(() => {
          if (isBroken) throw new Error("broken")
          return undefined
        })
      )
      const other = yield* fork(moved.until(() => (isBroken ? Effect.void : undefined)))
      isBroken = true
      moved.notify()
      assert.deepStrictEqual(broken.pollUnsafe(), Exit.die(new Error("broken")))
      assert.deepStrictEqual(other.pollUnsafe(), Exit.void)
    })
  )
})
