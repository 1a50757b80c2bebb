/** What docs/operating/shards.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import type { Bot, ShardManager } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { botOf, environment, makeLog, play, playAlone, until } from "../support/play.ts"

type Managed<A = void> = Effect.Effect<A, never, ShardManager.ShardManager>

const load = page("docs/operating/shards.md")

const { running } = await load<{ running: Effect.Effect<void, unknown> }>("manager.ts")
const { MemberLive, move } = await load<{
  MemberLive: Layer.Layer<ShardManager.ShardManager, never, Bot.Services>
  move: Managed
}>("member.ts")
const { grow } = await load<{ grow: Managed<unknown> }>("grow.ts")
const { isHealthy } = await load<{ isHealthy: Managed<boolean> }>("healthy.ts")
const events = await load<{ BotLive: Layer.Layer<never> }>("events.ts")

const fast = { identifyInterval: "10 millis", maxConcurrency: 16 } as const

const shardsOf = (discord: FakeDiscord.FakeDiscord["Service"]) =>
  Effect.map(discord.sessions, (sessions) =>
    sessions
      .filter(({ connected }) => connected)
      .map(({ shardCount, shardId }) => `${shardId} of ${shardCount}`)
      .toSorted()
  )

describe.concurrent("docs/operating/shards.md", () => {
  it.live("its program boots three of five shards, and then all of them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const fiber = yield* Effect.forkChild(running)
      yield* discord.awaitLog(
        FakeDiscord.is("Ready", ({ shardId }) => shardId === 4),
        { timeout: "1 minute" }
      )
      const all = ["0 of 5", "1 of 5", "2 of 5", "3 of 5", "4 of 5"]
      yield* shardsOf(discord).pipe(Effect.repeat({ until: (shards) => shards.length === all.length }))
      assert.deepStrictEqual(yield* shardsOf(discord), all)
      const resumed = (yield* discord.log).find(FakeDiscord.is("Resumed"))
      assert.strictEqual(resumed?.shardId, 1)
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(Layer.provideMerge(environment, FakeDiscord.layerServer({ ...fast, shards: 5 }))))
  )

  it.live("its member runs the shards that it is assigned", () =>
    play(
      MemberLive,
      (discord) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* shardsOf(discord), [])
          yield* move
          assert.deepStrictEqual(yield* shardsOf(discord), ["0 of 16", "1 of 16"])
        }),
      { ...fast, shards: 16 }
    )
  )

  it.live("its bot grows to the number of shards that Discord recommends, and is healthy", () =>
    play(
      botOf([], { gateway: { shards: { index: 0, count: 1, total: 1 } } }) as unknown as Layer.Layer<
        ShardManager.ShardManager,
        never,
        Bot.Services
      >,
      (discord) =>
        Effect.gen(function* () {
          assert.isTrue(yield* isHealthy)
          yield* grow
          assert.deepStrictEqual(yield* shardsOf(discord), ["0 of 2", "1 of 2"])
        }),
      { ...fast, shards: 2, minShards: 1 }
    )
  )

  it.live("its handlers log who joins and what is written", () => {
    const log = makeLog()
    return playAlone(events.BotLive, (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        yield* alice.say("hello")
        yield* discord.guild.removeMember(alice.id)
        yield* discord.guild.addMember(alice.id)
        yield* until(() => log.lines.includes("alice: hello") && log.lines.includes("alice joined a guild of shard 0"))
      })
    ).pipe(Effect.provide(log.layer))
  })
})
