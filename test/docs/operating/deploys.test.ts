/** What docs/operating/deploys.md shows of commands as a step of a deploy, played. */
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Bot } from "fibercord"
import { FakeDiscord, Program } from "fibercord/testing"
import { page } from "../support/page.ts"
import { play, run } from "../support/play.ts"

const document = "docs/operating/deploys.md"
const load = page(document)
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("bot.ts")

it.live(
  "its step registers the commands, and ends with 0",
  () =>
    run(document, "register.ts", (discord) =>
      Effect.gen(function* () {
        const { ended, lines } = yield* Program.Program
        assert.strictEqual((yield* ended).code, 0)
        assert.include((yield* lines).map(({ text }) => text).join("\n"), "1 created, 0 changed, 0 removed")
        assert.deepStrictEqual(
          (yield* discord.commands()).map(({ name }) => name),
          ["ping"]
        )
      })
    ),
  480_000
)

it.live("its bot registers none", () =>
  play(BotLive, (discord) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* discord.commands(), [])
      assert.isFalse((yield* discord.log).some(FakeDiscord.is("Request", ({ route }) => route.endsWith("/commands"))))
    })
  )
)
