/** What docs/start/first-bot.md shows, played as its reader starts it: `node main.ts`. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"
import { program } from "../support/program.ts"

const document = "docs/start/first-bot.md"

it.live("collects names in one conversation, and says in the log what the page says", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const bot = yield* Program.Program
    const alice = yield* discord.user("alice")
    const bob = yield* discord.user("bob")
    const round = yield* alice.slash("round")
    const another = yield* bob.slash("round", { drink: "tea" })
    assert.strictEqual(yield* round.content, "Who wants coffee?")
    yield* round.click("Me")
    yield* bob.click(round, "Me")
    yield* round.click("Me")
    assert.strictEqual(yield* round.content, "coffee for alice, bob")
    assert.strictEqual(yield* another.content, "Who wants tea?")
    assert.deepStrictEqual(yield* discord.violations, [])

    const said = (yield* bot.lines).map(({ text }) => text).join("\n")
    assert.include(said, "+ /round")
    assert.include(said, "Connected as fake-bot")
  }).pipe(Effect.provide(program(document, "main.ts")))
)

it.live("says what to do without a token", () =>
  Effect.gen(function* () {
    const bot = yield* Program.Program
    yield* bot.ended
    assert.include((yield* bot.lines).map(({ text }) => text).join("\n"), "DISCORD_TOKEN is not set")
  }).pipe(Effect.provide(program(document, "main.ts", { DISCORD_TOKEN: undefined })))
)
