/** What docs/guide/files.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

const load = page("docs/guide/files.md")
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("lines.ts")
const { visitors } = await load<{ visitors: Definition.Definition<never, never> }>("chart.ts")

const textOf = (url: string) => Effect.promise(() => fetch(url).then((response) => response.text()))

it.live("a file of a user is read, and another one is sent", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const text = { filename: "a.txt", size: 9, data: new TextEncoder().encode("tea\ncake\n") }
    const message = yield* (yield* alice.slash("lines", { text })).raw
    assert.deepStrictEqual(
      message.attachments.map(({ filename }) => filename),
      ["numbered-a.txt"]
    )
    assert.strictEqual(yield* textOf(message.attachments[0]?.url ?? ""), "1 tea\n2 cake\n")
    const large = yield* alice.slash("lines", { text: { ...text, size: 2_000_000 } })
    assert.strictEqual(yield* large.content, "At most one megabyte, please.")
    const gone = yield* alice.slash("lines", { text: { filename: "a.txt", size: 9, url: "http://127.0.0.1:9/a.txt" } })
    assert.strictEqual(yield* gone.content, "I could not read that file.")
    const picture = yield* Effect.flip(alice.slash("lines", { text: { ...text, filename: "a.png" } }))
    assert.strictEqual(picture._tag, "InvalidCommand")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(BotLive, FakeDiscord.layer())))
)

it.live("a picture changes with its message", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const message = yield* alice.slash("visitors")
    yield* message.click("Longer")
    const { attachments, embeds } = yield* message.raw
    assert.deepStrictEqual(
      attachments.map(({ description }) => description),
      ["A chart of 7 days"]
    )
    assert.include(embeds[0]?.image?.url, "visitors.svg")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [visitors] }), FakeDiscord.layer())))
)
