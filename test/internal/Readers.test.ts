import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Readers } from "../../src/internal/Readers.ts"

const fork = <A>(stream: Stream.Stream<A>) => Effect.forkScoped(Stream.runCollect(stream), { startImmediately: true })

it.effect("tells each reader what comes from then on, until it ends, and is empty when all have gone", () =>
  Effect.gen(function* () {
    const readers = new Readers<number>(4)
    readers.tell(0)
    assert.isTrue(readers.isEmpty)
    const two = yield* fork(Stream.take(readers.stream, 2))
    readers.tell(1)
    const all = yield* fork(readers.stream)
    readers.tell(2)
    assert.deepStrictEqual(yield* Fiber.join(two), [1, 2])
    readers.tell(3)
    assert.isFalse(readers.isEmpty)
    readers.end()
    assert.deepStrictEqual(yield* Fiber.join(all), [2, 3])
    assert.isTrue(readers.isEmpty)
    assert.deepStrictEqual(yield* Stream.runCollect(readers.stream), [])
  })
)

it.effect("lets a reader that is too slow lose the oldest, and none of the others", () =>
  Effect.gen(function* () {
    const readers = new Readers<number>(3)
    const goOn = yield* Deferred.make<void>()
    const slow = yield* fork(Stream.tap(readers.stream, () => Deferred.await(goOn)))
    const quick = yield* fork(readers.stream)
    for (let n = 0; n < 10; n++) {
      readers.tell(n)
      yield* TestClock.adjust(0)
    }
    yield* Deferred.succeed(goOn, undefined)
    readers.end()
    assert.deepStrictEqual(yield* Fiber.join(slow), [0, 7, 8, 9])
    assert.deepStrictEqual(yield* Fiber.join(quick), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
)
