/** Processes on machines whose clocks are ten minutes apart, which share a session store. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

const key: SessionStore.SessionKey = { application: "app", intents: 1, shard: ShardId.make(0), total: 1 }

/** A process with one shard, which leaves it when another one has it, as shards do. */
const process = Effect.fnUntraced(function* (
  name: string,
  disk: Layer.Layer<KeyValueStore.KeyValueStore>,
  clock: Clock.Clock,
  taken: Array<string>
) {
  const lines: Array<string> = []
  const services = Layer.merge(
    Layer.provide(KeyValueSessionStore.layer(), disk),
    Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
  )
  const context = yield* Layer.build(services).pipe(Effect.provideService(Clock.Clock, clock))
  const within = <A, E>(effect: Effect.Effect<A, E>) =>
    effect.pipe(Effect.provide(context), Effect.provideService(Clock.Clock, clock))
  const store = yield* SessionStore.SessionStore.pipe(Effect.provide(context))
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const claim = Effect.gen(function* () {
    const onTaken = () => {
      taken.push(name)
      fork(within(store.release(key)))
    }
    const claiming = yield* Effect.forkChild(within(store.claim(key, onTaken)), { startImmediately: true })
    yield* TestClock.adjust("4 seconds")
    assert.isDefined(claiming.pollUnsafe(), `${name} waits for longer than 4 seconds`)
    return (yield* Fiber.join(claiming))?.sequence
  })
  const set = (sequence: number) => {
    const session = { id: "session", resumeUrl: "wss://gateway.discord.gg", startedAt: 5, sequence }
    return Effect.as(within(store.set(key, session)), session)
  }
  return { claim, lines, set }
})

const seconds = (count: number) =>
  Effect.gen(function* () {
    for (let n = 0; n < count; n++) yield* TestClock.adjust("1 second")
  })

describe.each([-10, 10])("a process whose clock is %i minutes off", (minutes) => {
  it.effect("hands its shard over and takes it back, without a fight", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(24 * 60 * 60_000)
      const disk = Layer.succeedContext(yield* Layer.build(KeyValueStore.layerMemory))
      const clock = yield* Clock.Clock
      const taken: Array<string> = []
      const wrong = yield* process(
        "wrong",
        disk,
        jumpyClock(clock, () => minutes * 60_000),
        taken
      )
      const right = yield* process("right", disk, clock, taken)
      yield* wrong.claim
      yield* wrong.set(1)
      yield* seconds(30)

      assert.strictEqual(yield* right.claim, 1)
      yield* right.set(2)
      yield* seconds(30)
      assert.deepStrictEqual(taken, ["wrong"])

      assert.strictEqual(yield* wrong.claim, 2)
      const live = yield* wrong.set(2)
      yield* seconds(30)
      assert.deepStrictEqual(taken, ["wrong", "right"])

      // From the second time on, the clock is known to be wrong, and what was not yet written is handed over.
      live.sequence = 3
      assert.strictEqual(yield* right.claim, 3)
      yield* seconds(300)
      assert.deepStrictEqual(taken, ["wrong", "right", "wrong"])
      const warnings = [...wrong.lines, ...right.lines].filter((line) => line.includes("NTP"))
      assert.lengthOf(warnings, 1)
      assert.match(warnings[0] ?? "", /about 60[01] seconds behind/)
    }).pipe(Effect.scoped)
  )

  it.effect("leaves a session that the next process resumes", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(24 * 60 * 60_000)
      const disk = Layer.succeedContext(yield* Layer.build(KeyValueStore.layerMemory))
      const clock = yield* Clock.Clock
      yield* Effect.scoped(
        Effect.gen(function* () {
          const wrong = yield* process(
            "wrong",
            disk,
            jumpyClock(clock, () => minutes * 60_000),
            []
          )
          yield* wrong.claim
          yield* wrong.set(7)
          yield* seconds(600)
        })
      )
      yield* seconds(120)
      const right = yield* process("right", disk, clock, [])
      assert.strictEqual(yield* right.claim, 7)
    }).pipe(Effect.scoped)
  )
})
