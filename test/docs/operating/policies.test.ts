/** What docs/operating/policies.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, type Layer } from "effect"
import { type Bot, ShardId, ShardManager } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { makeLog, play, playInTime, until } from "../support/play.ts"

type BotLayer = Layer.Layer<ShardManager.ShardManager, never, Bot.Services>

const load = page("docs/operating/policies.md")
const policies = await load<{ BotLive: BotLayer }>("policies.ts")
const patient = await load<{ BotLive: BotLayer }>("patient.ts")
const alarm = await load<{ BotLive: BotLayer }>("alarm.ts")

const first = ShardId.make(0)

const stageOf = Effect.gen(function* () {
  const manager = yield* ShardManager.ShardManager
  return HashMap.getUnsafe(yield* manager.runners, first).stage
})

describe("docs/operating/policies.md", () => {
  it.live("its bot connects with zstd, and gives up after ten minutes of an outage", () =>
    playInTime(policies.BotLive, (discord, clock) =>
      Effect.gen(function* () {
        const opened = (yield* discord.log).find(FakeDiscord.is("Opened"))
        assert.include(opened?.url, "compress=zstd-stream")
        yield* discord.stop()
        yield* clock.advance("9 minutes")
        assert.notStrictEqual((yield* stageOf)._tag, "Fatal")
        yield* clock.advance("2 minutes")
        const manager = yield* ShardManager.ShardManager
        const error = yield* Effect.flip(manager.awaitShutdown)
        assert.strictEqual(error.reason._tag, "GatewayUnavailable")
      })
    )
  )

  it.live("its patient bot is quick after a close, and waits half a minute when nobody is there", () =>
    playInTime(patient.BotLive, (discord, clock) =>
      Effect.gen(function* () {
        yield* discord.faults.close(0, 4000)
        yield* discord.awaitLog(FakeDiscord.is("Resumed"))
        yield* discord.stop()
        const manager = yield* ShardManager.ShardManager
        const waiting = stageOf.pipe(
          Effect.filterOrFail((stage) => stage._tag === "Backoff" && stage.end._tag === "Unreachable"),
          Effect.tapError(() => clock.advance("1 second")),
          Effect.retry({ times: 60 })
        )
        const stage = yield* waiting
        if (stage._tag !== "Backoff") return assert.fail(stage._tag)
        yield* discord.start()
        yield* clock.advance("20 seconds")
        assert.strictEqual((yield* stageOf)._tag, "Backoff")
        yield* clock.advance("20 seconds")
        yield* manager.awaitReady
      })
    )
  )

  it.live("its alarm says which shard is gone, and the other goes on", () => {
    const log = makeLog()
    return play(
      alarm.BotLive,
      (discord) =>
        Effect.gen(function* () {
          yield* discord.faults.close(1, 4014)
          yield* until(() => log.lines.some((line) => line.startsWith("shard 1 is gone: enable these privileged")))
          const manager = yield* ShardManager.ShardManager
          // It would fail if all shards were being stopped.
          yield* manager.restart(ShardId.make(1))
          yield* manager.awaitReady
          assert.deepStrictEqual(yield* manager.shardsInstantiated, [first, ShardId.make(1)])
        }),
      { shards: 2, identifyInterval: "10 millis" }
    ).pipe(Effect.provide(log.layer))
  })
})
