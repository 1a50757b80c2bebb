/** The wall clock is set back while users wait: found by `npm run chaos`, and kept here. */
import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { jumpy, trouble } from "../../chaos/bot/trouble.ts"
import * as Bot from "../../src/Bot.ts"
import * as Command from "../../src/interactions/Command.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const hold = Command.slash("hold", { description: "…" }, () => Effect.sleep("4 seconds"))

it.live("interactions are still deferred in time", () =>
  Effect.gen(function* () {
    const services = yield* Layer.build(FakeDiscord.layer())
    const discord = yield* Effect.provide(FakeDiscord.FakeDiscord, services)
    const clock = jumpy(yield* Clock.Clock)
    const bot = Bot.layer({ interactions: [hold] }).pipe(Layer.provide(Layer.succeedContext(services)))
    yield* Effect.provideService(Layer.build(bot), Clock.Clock, clock)
    const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
    const setBack = Effect.sync(() => (trouble.jump -= 10_000))
    const late = Effect.andThen(Effect.delay(setBack, "500 millis"), bob.slash("hold"))
    const [first, second] = yield* Effect.all([alice.slash("hold"), late], { concurrency: 2 })
    assert.strictEqual(first.kind, "deferred-message")
    assert.strictEqual(second.kind, "deferred-message")
  }).pipe(Effect.scoped)
)
