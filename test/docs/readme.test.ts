/** What README.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition, ShardId } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "./support/page.ts"

const load = page("README.md")

it.live("its counter counts, even after a lost connection", () =>
  Effect.gen(function* () {
    const { counter } = yield* Effect.promise(() =>
      load<{ counter: Definition.Definition<never, never> }>("counter.ts")
    )
    yield* Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const message = yield* alice.slash("counter", { start: 41 })
      yield* message.click("+1")
      yield* discord.faults.dropConnection(ShardId.make(0))
      yield* message.click("+1")
      assert.strictEqual(yield* message.content, "43")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [counter] }), FakeDiscord.layer())))
  })
)
