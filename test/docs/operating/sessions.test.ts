/** What docs/operating/sessions.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { temporaryFile } from "../../cluster/support/temporaryFile.ts"
import { page } from "../support/page.ts"
import { environment } from "../support/play.ts"

const load = page("docs/operating/sessions.md")

it.live("the bot of docs/operating/sessions.md resumes after a restart", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    process.env["SESSIONS"] = yield* temporaryFile
    const { BotLive } = yield* Effect.promise(() => load<{ BotLive: Layer.Layer<never> }>("bot.ts"))
    delete process.env["SESSIONS"]
    const once = Effect.scoped(Layer.build(Layer.fresh(BotLive.pipe(Layer.provide(environment)))))
    yield* once
    yield* once
    const { identified, resumed } = yield* Effect.map(discord.log, (log) => ({
      identified: log.filter(FakeDiscord.is("Identify")).length,
      resumed: log.filter(FakeDiscord.is("Resumed")).length
    }))
    assert.deepStrictEqual([identified, resumed], [1, 1])
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
)
