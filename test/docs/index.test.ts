/** What the home page of the site shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition, ShardId } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "./support/page.ts"

const load = page("docs/index.md")

it.live("its counter counts for all users, even after a lost connection", () =>
  Effect.gen(function* () {
    const { counter } = yield* Effect.promise(() =>
      load<{ counter: Definition.Definition<never, never> }>("counter.ts")
    )
    yield* Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      const message = yield* alice.slash("counter")
      assert.strictEqual(yield* message.content, "0")
      yield* message.click("+1")
      yield* discord.faults.dropConnection(ShardId.make(0))
      yield* bob.click(message, "+1")
      assert.strictEqual(yield* message.content, "2")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [counter] }), FakeDiscord.layer())))
  })
)
