/** What docs/guide/voice.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Bot } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { play } from "../support/play.ts"

const load = page("docs/guide/voice.md")

const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("play.ts")

it.live("the bot of docs/guide/voice.md joins a voice channel, and says so when it is disconnected", () =>
  play(BotLive, (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const lounge = yield* discord.guild.channel("lounge", { type: 2 })
      const message = yield* alice.slash("play", { where: lounge })
      const asked = yield* discord.awaitLog(FakeDiscord.is("Received", ({ op }) => op === 4))
      assert.propertyVal(asked.d, "channel_id", lounge)
      // There is no voice server, so nothing is heard, until somebody disconnects the bot.
      yield* discord.guild.voice(discord.botId, undefined)
      assert.strictEqual(yield* (yield* message.awaitFollowUp()).content, "I cannot play there.")
    })
  )
)
