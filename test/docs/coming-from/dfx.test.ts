/** What docs/coming-from/dfx.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { page } from "../support/page.ts"

type BotLayer = Layer.Layer<never, never, Bot.Services>

const load = page("docs/coming-from/dfx.md")
const greet = await load<{ BotLive: BotLayer }>("greet.ts")
const { summary } = await load<{ summary: Definition.Definition<never, Bot.Services> }>("summary.ts")
const echo = await load<{ BotLive: BotLayer }>("echo.ts")

it.live("its command finds its service", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const bob = yield* discord.user("bob")
    assert.strictEqual(yield* (yield* alice.slash("greet", { who: bob })).content, "Hello, bob!")
  }).pipe(Effect.provide(Layer.provideMerge(greet.BotLive, FakeDiscord.layer())))
)

it.live("its slow answer changes the first one", () =>
  Effect.gen(function* () {
    const message = yield* (yield* (yield* FakeDiscord.FakeDiscord).user("alice")).slash("summary")
    assert.strictEqual(yield* message.content, "Reading…")
    yield* (yield* VirtualClock.VirtualClock).advance("6 seconds")
    yield* message.awaitContent("All is well.")
  }).pipe(
    Effect.provide(
      Layer.provideMerge(Bot.layer({ interactions: [summary] }), FakeDiscord.layer()).pipe(
        Layer.provideMerge(VirtualClock.layer)
      )
    )
  )
)

it.live("its listener echoes what users say, and not itself", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    yield* alice.say("one")
    yield* alice.awaitMessage(({ content, raw }) => raw.author.bot === true && content === "one")
    yield* alice.say("two")
    yield* alice.awaitMessage(({ content, raw }) => raw.author.bot === true && content === "two")
    assert.strictEqual((yield* alice.messages()).length, 4)
  }).pipe(Effect.provide(Layer.provideMerge(echo.BotLive, FakeDiscord.layer())))
)
