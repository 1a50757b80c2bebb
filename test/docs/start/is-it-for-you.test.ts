/** What docs/start/is-it-for-you.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

const load = page("docs/start/is-it-for-you.md")
const { joined } = await load<{ joined: Definition.Definition<never, never> }>("joined.ts")

it.live("its command says since when a member is here", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    assert.match(yield* (yield* alice.slash("joined", { who: alice })).content, /^<t:\d{10}:R>$/)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [joined] }), FakeDiscord.layer())))
)
