/** What docs/start/first-bot.md shows, played as its reader starts it: `node main.ts`. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord, Program } from "fibercord/testing"
import { page } from "../support/page.ts"
import { run } from "../support/play.ts"

const document = "docs/start/first-bot.md"

page(document)

const said = Effect.map(
  Program.Program.use(({ lines }) => lines),
  (lines) => lines.map(({ text }) => text).join("\n")
)

it.live(
  "collects names in one conversation, and says in the log what the page says",
  () =>
    run(document, "main.ts", (discord) =>
      Effect.gen(function* () {
        // Node takes its time to start on a busy machine.
        yield* discord.awaitLog(FakeDiscord.is("Ready"), { timeout: "1 minute" })
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
        assert.include(yield* said, "+ /round")
        assert.include(yield* said, "Connected as fake-bot")
      })
    ),
  240_000
)

it.live(
  "says what to do without a token",
  () =>
    run(
      document,
      "main.ts",
      () =>
        Effect.gen(function* () {
          yield* Program.Program.use(({ ended }) => ended)
          assert.include(yield* said, "DISCORD_TOKEN is not set")
        }),
      { env: { DISCORD_TOKEN: undefined } }
    ),
  240_000
)
