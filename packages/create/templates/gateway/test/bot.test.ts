import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ShardId } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { BotLive } from "../src/bot.ts"

const TestLive = Layer.provideMerge(BotLive, FakeDiscord.layer())

it.live("counts, even after a lost connection", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const message = yield* alice.slash("counter", { start: 41 })
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "42")
    yield* discord.faults.dropConnection(ShardId.make(0)) // the shard resumes
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "43")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(TestLive))
)

it.live("greets whoever waves", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const message = yield* alice.say("Anybody here?")
    yield* alice.react(message, "👋")
    yield* alice.awaitMessage(({ content }) => content === `Hello, <@${alice.id}>!`)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(TestLive))
)
