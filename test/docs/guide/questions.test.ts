/** What docs/guide/questions.md shows and says, played. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { page } from "../support/page.ts"

type Free = Definition.Definition<never, never>

const load = page("docs/guide/questions.md")
const { party } = await load<{ party: Free }>("party.ts")
const { quiz } = await load<{ quiz: Free }>("quiz.ts")

const TestLive = Layer.provideMerge(Bot.layer({ interactions: [party, quiz] }), FakeDiscord.layer()).pipe(
  Layer.provideMerge(VirtualClock.layer)
)

layer(TestLive)("questions", (it) => {
  it.effect("are one message, and each answer is typed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      const message = yield* alice.slash("party")
      const denied = yield* bob.click(message, "large")
      assert.strictEqual(yield* denied.content, "You can't use this.")
      yield* message.click("large")
      yield* message.select("Guests", [bob])
      yield* message.awaitContent("A large party for bob?")
      const form = yield* message.click("Invite them")
      yield* (yield* form.modal).submit({ "Where?": "the garden" })
      assert.strictEqual(yield* message.content, "Invited, to the garden.")
      assert.deepStrictEqual(yield* message.buttons, [])
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("end when nobody answers in time", () =>
    Effect.gen(function* () {
      const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
      const message = yield* alice.slash("party")
      yield* message.click("small")
      yield* message.select("Guests", [alice])
      yield* (yield* VirtualClock.VirtualClock).advance("1 minute")
      yield* message.awaitContent("Never mind, then.")
    })
  )

  it.effect("are answered by several people, each once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      const message = yield* alice.slash("quiz")
      yield* message.click("36")
      yield* message.awaitContent("What is 6 × 7? 1 wrong so far.")
      const again = yield* message.click("42")
      assert.strictEqual(yield* again.content, "You have had your try.")
      yield* bob.click(message, "42")
      yield* message.awaitContent("bob knew it.")
    })
  )
})
