import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Logger, Stream } from "effect"
import { follow } from "../../src/playground/internal/follow.ts"

it.effect("a value that cannot be handled is logged, and the next one is followed", () => {
  const logged: Array<unknown> = []
  const logger = Logger.make(({ message }) => void logged.push(message))
  return Effect.gen(function* () {
    const last = yield* Deferred.make<number>()
    yield* follow(Stream.make(1, 2, 3), (value) => {
      if (value === 2) throw new Error("two")
      if (value === 3) Deferred.doneUnsafe(last, Effect.succeed(value))
    })
    assert.strictEqual(yield* Deferred.await(last), 3)
    assert.strictEqual(logged.length, 1)
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([logger])))
})
