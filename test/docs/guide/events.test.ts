/** What docs/guide/events.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Bot } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

type Live = { readonly BotLive: Layer.Layer<never, never, Bot.Services> }

const load = page("docs/guide/events.md")
const welcome = await load<Live>("welcome.ts")
const words = await load<Live>("words.ts")

it.live("a new member is greeted in a direct message, and one who takes none harms nobody", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const bob = yield* discord.user("bob", { closed: true })
    for (const { id } of [bob, alice]) {
      yield* discord.guild.removeMember(id)
      yield* discord.guild.addMember(id)
    }
    const greeting = yield* alice.awaitMessage(({ content }) => content.startsWith("Welcome!"), { direct: true })
    assert.include(yield* greeting.content, "/help")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(welcome.BotLive, FakeDiscord.layer())))
)

it.live("words of people are counted", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    yield* alice.slash("words")
    yield* alice.say("tea and  cake")
    yield* alice.say("please")
    const message = yield* alice.slash("words")
    assert.strictEqual(yield* message.content, "4 words")
  }).pipe(Effect.provide(Layer.provideMerge(words.BotLive, FakeDiscord.layer())))
)
