import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "./harness.ts"

describe("ShardManager", () => {
  it.live("initialize: boots every shard and resumes what drops", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      assert.isTrue(yield* bot.manager.has(Gateway.shard0))
      yield* discord.faults.dropConnection(0)
      yield* Gateway.number(discord, 1)
      yield* Gateway.untilRecovered(bot, 0)
      yield* Gateway.number(discord, 2)
      yield* Gateway.until("events", () => Gateway.numbers(bot).length === 2)
      assert.deepStrictEqual(Gateway.numbers(bot), [1, 2])
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(FakeDiscord.layerServer({ shards: 3, maxConcurrency: 2, identifyInterval: "20 millis" })))
  )
})
