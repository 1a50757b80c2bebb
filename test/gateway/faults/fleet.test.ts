/** Many shards at once: no IDENTIFY is too early. That no time is wasted is shown on a test clock, by `IdentifyQueue.test.ts`. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord

const boot = Effect.fnUntraced(function* (
  interval: number,
  identifyQueue: NonNullable<Gateway.BotOptions["identifyQueue"]>
) {
  const discord = yield* FakeDiscord.FakeDiscord
  const bot = yield* Gateway.start({ identifyQueue })
  assert.strictEqual((yield* bot.manager.shardsInstantiated).length, 64)
  const identifies = (yield* discord.log).filter(is("Identify"))
  assert.strictEqual(identifies.length, 64)
  for (const entry of identifies) {
    const before = identifies.findLast(({ index, key }) => key === entry.key && index < entry.index)
    if (before !== undefined) assert.isAtLeast(entry.at - before.at, interval)
  }
  yield* Gateway.assertLawful
  return bot
})

describe("64 shards with max_concurrency 16", () => {
  it.live(
    "are Connected with 5 seconds between the IDENTIFYs of a key, by the defaults of both sides",
    () =>
      boot(5000, IdentifyQueue.layerMemory()).pipe(
        Effect.provide(FakeDiscord.layerServer({ shards: 64, maxConcurrency: 16 }))
      ),
    // The server's times: on a machine that is busy with more it may read an IDENTIFY later than the margin of the defaults.
    { timeout: 120_000, retry: 2 }
  )

  it.live("keep the same distance when all sessions are invalidated together", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* boot(150, IdentifyQueue.layerMemory({ interval: "150 millis", margin: "500 millis" }))
      const mark = yield* discord.mark
      const since = bot.changes.length
      for (let id = 0; id < 64; id++) yield* discord.faults.invalidSession(id, false)
      for (let id = 0; id < 64; id++) yield* Gateway.untilRecovered(bot, id, since)
      const identifies = (yield* discord.log).filter(is("Identify", ({ index }) => index >= mark))
      assert.strictEqual(identifies.length, 64)
      for (const entry of identifies) {
        const before = identifies.findLast(({ index, key }) => key === entry.key && index < entry.index)
        if (before !== undefined) assert.isAtLeast(entry.at - before.at, 150)
      }
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(FakeDiscord.layerServer({ shards: 64, maxConcurrency: 16, identifyInterval: "150 millis" })))
  )

  it.live("resume together after an outage, without any IDENTIFY", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* boot(20, IdentifyQueue.layerMemory({ interval: "20 millis", margin: "300 millis" }))
      const since = bot.changes.length
      yield* discord.stop()
      yield* Effect.sleep("100 millis")
      yield* discord.start()
      for (let id = 0; id < 64; id++) yield* Gateway.untilRecovered(bot, id, since)
      assert.strictEqual((yield* discord.log).filter(is("Identify")).length, 64)
    }).pipe(Effect.provide(FakeDiscord.layerServer({ shards: 64, maxConcurrency: 16, identifyInterval: "20 millis" })))
  )
})
