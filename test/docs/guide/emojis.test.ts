/** What docs/guide/emojis.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Bot } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"
import { page } from "../support/page.ts"

const document = "docs/guide/emojis.md"
const load = page(document)

const assets = join(root, ".cache/blocks", document, "assets")
mkdirSync(assets, { recursive: true })
writeFileSync(join(assets, "yes.png"), Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))

const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("vote.ts")

it.live(
  "the emojis of docs/guide/emojis.md stand in texts and on buttons, and those that are missing are uploaded",
  () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      // Its URL is of a host that no test asks, so that one is there already, as after an earlier start.
      yield* discord.addApplicationEmoji("no", { animated: true })
      yield* Layer.build(BotLive)
      const alice = yield* discord.user("alice")
      const message = yield* alice.slash("vote")
      assert.match(yield* message.content, /^<:yes:\d+> or <a:no:\d+>\?$/)
      assert.strictEqual(yield* (yield* message.click("Yes")).content, "Thank you")
      assert.lengthOf(yield* discord.applicationEmojis, 2)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
)
