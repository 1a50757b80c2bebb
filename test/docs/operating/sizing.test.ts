/** What docs/operating/sizing.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { Bot } from "fibercord"
import { page } from "../support/page.ts"
import { makeLog, playInTime, until } from "../support/play.ts"

const load = page("docs/operating/sizing.md")
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("measure.ts")

it.live("its bot says once a minute how large it is", () => {
  const log = makeLog()
  const measured = () => log.lines.filter((line) => /^1 shards, 0 Runtimes, \d+ MB, [\d.]+ s of CPU/.test(line))
  return playInTime(BotLive, (_, clock) =>
    Effect.gen(function* () {
      yield* until(() => measured().length === 1)
      yield* clock.advance("2 minutes")
      yield* until(() => measured().length === 3)
      assert.lengthOf(measured(), 3)
    })
  ).pipe(Effect.provide(log.layer))
})
