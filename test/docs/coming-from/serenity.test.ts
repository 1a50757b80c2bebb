/** What docs/coming-from/serenity.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Bot } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { botOf, type Part, play } from "../support/play.ts"

type BotLayer = Layer.Layer<never, never, Bot.Services>

const load = page("docs/coming-from/serenity.md")
const { double } = await load<{ double: Part }>("double.ts")
const { about } = await load<{ about: Part }>("about.ts")
const { vote } = await load<{ vote: Part }>("votes.ts")
const counter = await load<{ BotLive: BotLayer }>("counter.ts")
const activity = await load<{ BotLive: BotLayer }>("activity.ts")

it.live("its commands double, ask and count votes", () =>
  play(botOf([double, about, vote]), (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      assert.strictEqual(yield* (yield* alice.slash("double", { of: 21 })).content, "42")
      const form = yield* (yield* alice.slash("about")).modal
      assert.strictEqual(yield* (yield* form.submit({ Name: "Alice" })).content, "Alice likes nothing in particular.")
      const message = yield* alice.slash("vote")
      yield* message.click("Yes")
      yield* message.click("Yes")
      yield* bob.click(message, "Yes")
      assert.strictEqual(yield* message.content, "2 of you want it")
    })
  )
)

it.live("its listener counts messages", () =>
  play(counter.BotLive, (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      yield* alice.say("hello")
      yield* alice.say("!count")
      yield* alice.awaitMessage(({ content }) => content === "2 messages so far")
    })
  )
)

it.live("each of its shards has its activity", () =>
  play(
    activity.BotLive,
    (discord) =>
      Effect.forEach([0, 1], (id) =>
        discord.awaitLog(
          FakeDiscord.is("Received", ({ d, op }) => op === 3 && JSON.stringify(d).includes(`shard ${id}`))
        )
      ),
    { shards: 2, identifyInterval: "10 millis" }
  )
)
