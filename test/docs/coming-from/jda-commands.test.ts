/** What docs/coming-from/jda-commands.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { page } from "../support/page.ts"

type Plain = Definition.Definition<never, Bot.Services>

const load = page("docs/coming-from/jda-commands.md")
const { quiz } = await load<{ quiz: Plain }>("quiz.ts")
const { accept, rules } = await load<{ accept: Plain; rules: Plain }>("rules.ts")

const TestLive = Layer.provideMerge(Bot.layer({ interactions: [quiz, accept, rules] }), FakeDiscord.layer()).pipe(
  Layer.provideMerge(VirtualClock.layer)
)

const isOver = ({ buttons }: FakeDiscord.Snapshot) => buttons.every(({ disabled }) => disabled)

it.live("its Runtimes end by quiet or by hand, and its independent button needs none", () =>
  Effect.gen(function* () {
    const clock = yield* VirtualClock.VirtualClock
    const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
    const quiet = yield* alice.slash("quiz")
    const stopped = yield* alice.slash("quiz")
    const posted = yield* alice.slash("rules")
    yield* quiet.click("Right")
    assert.strictEqual(yield* quiet.content, "1 right")
    yield* stopped.click("Stop")
    yield* stopped.awaitUntil(isOver)
    assert.isFalse(isOver(yield* quiet.snapshot))
    yield* clock.advance("21 minutes")
    const accepted = yield* posted.click("I accept")
    assert.strictEqual(yield* accepted.content, "You have accepted version 3.")
    yield* quiet.awaitUntil(isOver)
  }).pipe(Effect.provide(TestLive))
)
