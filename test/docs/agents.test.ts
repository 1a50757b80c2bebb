/** What AGENTS.md shows, played: its own test, and what that leaves out. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Bot } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "./support/page.ts"

const load = page("AGENTS.md")
await load("bot.test.ts")

const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("bot.ts")

it.live("its bot refuses, asks, and keeps its independent button", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const missing = yield* alice.slash("ticket", { id: 7 })
    assert.strictEqual(yield* missing.content, "There is no ticket 7.")
    assert.isTrue(yield* missing.ephemeral)

    yield* alice.slash("open")
    const early = yield* alice.slash("open")
    assert.match(yield* early.content, /use this again/)

    const question = yield* alice.slash("clear")
    yield* question.click("yes")
    assert.strictEqual(yield* question.content, "Cleared.")
    const refused = yield* (yield* alice.slash("clear")).click("no")
    assert.strictEqual(yield* refused.content, "Nothing was cleared.")

    const joined = yield* (yield* alice.slash("teams")).click("Red")
    assert.strictEqual(yield* joined.content, "alice joins red.")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(BotLive, FakeDiscord.layer())))
)
