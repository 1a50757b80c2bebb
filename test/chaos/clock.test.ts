/** The wall clock is set back: bugs that `npm run chaos` found. */
import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import * as Bot from "../../src/Bot.ts"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

const hold = Command.slash("hold", { description: "…" }, () => Effect.sleep("4 seconds"))

it.live("interactions are still deferred in time when the clock is set back", () =>
  Effect.gen(function* () {
    const services = yield* Layer.build(FakeDiscord.layer())
    const discord = yield* Effect.provide(FakeDiscord.FakeDiscord, services)
    let jump = 0
    const clock = jumpyClock(yield* Clock.Clock, () => jump)
    const bot = Bot.layer({ interactions: [hold] }).pipe(Layer.provide(Layer.succeedContext(services)))
    yield* Effect.provideService(Layer.build(bot), Clock.Clock, clock)
    const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
    const setBack = Effect.sync(() => (jump -= 10_000))
    const late = Effect.andThen(Effect.delay(setBack, "500 millis"), bob.slash("hold"))
    const [first, second] = yield* Effect.all([alice.slash("hold"), late], { concurrency: 2 })
    assert.strictEqual(first.kind, "deferred-message")
    assert.strictEqual(second.kind, "deferred-message")
  }).pipe(Effect.scoped)
)

it.effect("a session is resumed from its last event when the clock is set back, not from an older write", () =>
  Effect.gen(function* () {
    const files = yield* Layer.build(KeyValueStore.layerMemory)
    const key = { application: "a", total: 1, intents: 0, shard: ShardId.make(0) }
    const session = { id: "s", resumeUrl: "wss://gateway.discord.gg", startedAt: 0, sequence: 1 }
    const store = Effect.gen(function* () {
      const built = yield* Layer.build(KeyValueSessionStore.layer().pipe(Layer.provide(Layer.succeedContext(files))))
      return yield* Effect.provide(SessionStore.SessionStore, built)
    })
    yield* TestClock.setTime(1_000_000)
    const first = yield* store
    yield* first.set(key, session)
    yield* first.flush
    session.sequence = 2
    yield* TestClock.setTime(900_000)
    yield* first.flush
    assert.strictEqual((yield* (yield* store).load(key))?.sequence, 2)
  }).pipe(Effect.scoped)
)
