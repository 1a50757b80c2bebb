/** What the home page of the site shows, played: its own test is one of these. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { page } from "./support/page.ts"
import { botOf, type Part, play, run } from "./support/play.ts"

const load = page("docs/index.md")

await load("counter.test.ts")

it.live("its counter counts for all users", () =>
  Effect.gen(function* () {
    const { counter } = yield* Effect.promise(() => load<{ counter: Part }>("counter.ts"))
    yield* play(botOf([counter]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const bob = yield* discord.user("bob")
        const message = yield* alice.slash("counter")
        assert.strictEqual(yield* message.content, "0")
        yield* message.click("+1")
        yield* bob.click(message, "+1")
        assert.strictEqual(yield* message.content, "2")
      })
    )
  })
)

it.live("its program registers the command and answers", () =>
  run("docs/index.md", "main.ts", (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const message = yield* alice.slash("counter")
      assert.strictEqual(yield* message.content, "0")
    })
  )
)
