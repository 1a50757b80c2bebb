/** The one Runtime of a key: who opens it, who waits for it, and when the next one opens. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"

const withRuntimes =
  (options?: Runtimes.Options) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.scoped(Effect.provide(effect, Runtimes.layer(options)))

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

/** Players whose making and end are counted. `wait` is what making one waits for. */
const players = (
  wait: Effect.Effect<void, string> = Effect.void,
  expiration: Expiration.Expiration = Expiration.explicit
) => {
  const log: Array<string> = []
  const Player = Runtimes.keyed(
    String,
    (guild: string) =>
      Effect.gen(function* () {
        log.push(`make ${guild}`)
        yield* Effect.addFinalizer(() => Effect.sync(() => log.push(`release ${guild}`)))
        yield* wait
        return { songs: new Array<string>() }
      }),
    { expiration }
  )
  return { Player, log }
}

class Volume extends Context.Service<Volume, number>()("test/Volume") {}

describe("the Runtime of a key", () => {
  it.effect("is opened once for all who ask at the same time, and another key has another", () =>
    Effect.gen(function* () {
      const latch = yield* Deferred.make<void>()
      const { Player, log } = players(Deferred.await(latch))
      const fibers = yield* Effect.forEach([1, 2, 3], () => fork(Player.get("a")))
      assert.isTrue(Option.isNone(yield* Player.find("a")))
      yield* Deferred.succeed(latch, undefined)
      const opened = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(new Set(opened.map(({ runtime }) => runtime.id)).size, 1)
      assert.deepStrictEqual(new Set(opened.map(({ state }) => state)).size, 1)
      assert.strictEqual(Option.getOrThrow(yield* Player.find("a")).runtime, (yield* Player.get("a")).runtime)
      assert.notStrictEqual((yield* Player.get("b")).runtime, opened[0]?.runtime)
      assert.deepStrictEqual(log, ["make a", "make b"])
    }).pipe(withRuntimes())
  )

  it.effect("fails for everybody who waits when its state cannot be made, which is not remembered", () =>
    Effect.gen(function* () {
      const latch = yield* Deferred.make<void, string>()
      const { Player, log } = players(Deferred.await(latch))
      const first = yield* fork(Effect.flip(Player.get("a")))
      const second = yield* fork(Effect.flip(Player.get("a")))
      yield* Deferred.fail(latch, "no voice")
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(second)], ["no voice", "no voice"])
      assert.strictEqual(yield* Effect.flip(Player.get("a")), "no voice")
      assert.deepStrictEqual(log, ["make a", "release a", "make a", "release a"])
      assert.strictEqual(yield* Runtimes.Runtimes.use((runtimes) => runtimes.size), 0)
    }).pipe(withRuntimes())
  )

  it.effect("opens for the others when whoever asked first is interrupted", () =>
    Effect.gen(function* () {
      const latch = yield* Deferred.make<void>()
      const { Player, log } = players(Deferred.await(latch))
      const first = yield* fork(Player.get("a"))
      const second = yield* fork(Player.get("a"))
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(latch, undefined)
      yield* Fiber.join(second)
      assert.deepStrictEqual(log, ["make a"])
    }).pipe(withRuntimes())
  )

  it.effect("is forgotten when it expires, and the next one opens after its finalizers", () =>
    Effect.gen(function* () {
      const { Player, log } = players(Effect.void, Expiration.inactivity("1 minute"))
      const released = yield* Deferred.make<void>()
      const before = yield* Player.get("a")
      yield* Player.run("a", () => Effect.addFinalizer(() => Deferred.await(released)))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(before.runtime.closeReason, "Expired")
      assert.isTrue(Option.isNone(yield* Player.find("a")))
      const next = yield* fork(Player.get("a"))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["make a"])
      yield* Deferred.succeed(released, undefined)
      assert.notStrictEqual((yield* Fiber.join(next)).runtime, before.runtime)
      assert.deepStrictEqual(log, ["make a", "release a", "make a"])
    }).pipe(withRuntimes())
  )

  it.effect("refuses to open the next one from within the one that closes", () =>
    Effect.gen(function* () {
      const { Player } = players()
      const error = yield* Player.run("a", () => Effect.andThen(Runtime.close, Effect.flip(Player.get("a"))))
      assert.deepInclude(error, { _tag: "RuntimeRefused", reason: "Closed" })
      yield* Player.get("a")
    }).pipe(withRuntimes())
  )

  it.effect("runs effects one at a time in its turn, with its state, and in the next one if it has closed", () =>
    Effect.gen(function* () {
      const { Player } = players()
      const add = (song: string) =>
        Player.run("a", ({ songs }) =>
          Effect.gen(function* () {
            const before = songs.length
            yield* Effect.yieldNow
            songs[before] = song
            return songs.length
          })
        )
      const counts = yield* Effect.forEach(["x", "y", "z"], add, { concurrency: "unbounded" })
      assert.deepStrictEqual(counts, [1, 2, 3])
      const { runtime } = yield* Player.get("a")
      const latch = yield* Deferred.make<void>()
      const busy = yield* fork(Player.run("a", () => Deferred.await(latch)))
      const waiting = yield* fork(add("first of the next"))
      yield* runtime.close("Closed")
      yield* Deferred.succeed(latch, undefined)
      yield* Fiber.join(busy)
      assert.strictEqual(yield* Fiber.join(waiting), 1)
    }).pipe(withRuntimes())
  )

  it.effect(
    "ends with a defect instead of waiting for itself, and a Runtime that closes itself is not opened forever",
    () =>
      Effect.gen(function* () {
        const Odd: Runtimes.Keyed<string, void, Runtime.Refused, Runtimes.Runtimes> = Runtimes.keyed(
          String,
          (key: string): Effect.Effect<void, Runtime.Refused, Runtimes.Runtimes | Runtime.Runtime> =>
            key === "closes" ? Runtime.close : Effect.asVoid(Odd.get(key === "x" ? "y" : "x"))
        )
        assert.isTrue(Exit.hasDies(yield* Effect.exit(Odd.get("x"))))
        assert.strictEqual((yield* Effect.flip(Odd.run("closes", () => Effect.void))).reason, "Closed")
      }).pipe(withRuntimes())
  )

  it.effect("is made with the services of whoever asks first", () =>
    Effect.gen(function* () {
      const Player = Runtimes.keyed(
        (n: number) => `${n % 2}`,
        () => Effect.map(Volume, (volume) => ({ volume }))
      )
      const first = yield* Effect.provideService(Player.get(1), Volume, 5)
      const second = yield* Effect.provideService(Player.get(3), Volume, 7)
      assert.strictEqual(second, first)
      assert.strictEqual(second.state.volume, 5)
    }).pipe(withRuntimes())
  )

  it.effect("is refused when no more Runtimes may be open", () =>
    Effect.gen(function* () {
      const { Player } = players()
      yield* Player.get("a")
      assert.deepInclude(yield* Effect.flip(Player.get("b")), { reason: "Overloaded", runtime: "" })
    }).pipe(withRuntimes({ maxRuntimes: 1 }))
  )

  const Step = Schema.Struct({
    key: Schema.Literals(["a", "b"]),
    act: Schema.Literals(["run", "slow run", "close", "fail", "interrupt", "wait"])
  })

  it.effect.prop(
    "is open at most once, whatever happens, and everybody gets an answer",
    [Arbitrary.array(Arbitrary.schema(Step), { minLength: 1, maxLength: 24 })],
    ([steps]) =>
      Effect.gen(function* () {
        const alive = new Set<string>()
        let isFailing = false
        const Thing = Runtimes.keyed(
          String,
          (key: string) =>
            Effect.gen(function* () {
              assert.isFalse(alive.has(key))
              yield* Effect.acquireRelease(
                Effect.sync(() => alive.add(key)),
                () =>
                  Effect.andThen(
                    Effect.yieldNow,
                    Effect.sync(() => alive.delete(key))
                  )
              )
              yield* Effect.sleep("1 second")
              if (isFailing) return yield* Effect.fail("on purpose")
            }),
          { expiration: Expiration.inactivity("5 seconds") }
        )
        const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
        for (const { act, key } of steps) {
          if (act === "wait") yield* TestClock.adjust("3 seconds")
          else if (act === "fail") isFailing = !isFailing
          else if (act === "close") {
            const found = yield* Thing.find(key)
            if (Option.isSome(found)) yield* found.value.runtime.close("Closed")
          } else {
            const fiber = yield* fork(Thing.run(key, () => (act === "run" ? Effect.void : Effect.sleep("2 seconds"))))
            if (act === "interrupt") yield* fork(Fiber.interrupt(fiber))
            else fibers.push(fiber)
          }
        }
        for (let n = 0; n < 100; n++) yield* TestClock.adjust("1 second")
        for (const fiber of fibers) {
          const exit = fiber.pollUnsafe()
          assert.isDefined(exit)
          if (exit !== undefined) assert.isFalse(Exit.hasDies(exit))
        }
        assert.deepStrictEqual([alive.size, yield* Runtimes.Runtimes.use((runtimes) => runtimes.size)], [0, 0])
      }).pipe(withRuntimes())
  )
})
