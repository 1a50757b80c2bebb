/** A cluster gets another number of shards. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { fromReason, SessionLimitExhausted } from "../../src/gateway/GatewayError.ts"
import * as AutoReshard from "../../src/cluster/internal/autoReshard.ts"
import * as Member from "../../src/cluster/internal/member.ts"
import * as Resharding from "../../src/cluster/internal/resharding.ts"
import type * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "../gateway/harness.ts"
import { startMember } from "./support/members.ts"
import { assertOnce, play, total, traffic, untilBalanced } from "./support/play.ts"
import * as Team from "./support/team.ts"

const { is } = FakeDiscord
const identifies = FakeDiscord.FakeDiscord.use((discord) =>
  Effect.map(discord.log, (log) => log.filter(is("Identify")).length)
)

/** Discord as the coordinator asks it. Tests change what it recommends. */
const makeInfo = (shards: number) => {
  const discord = { shards }
  const get = Effect.sync((): GatewayInfo.Info => ({
    url: "",
    shards: discord.shards,
    sessionStartLimit: { total: 1000, remaining: 1000, resetAfter: 60_000, maxConcurrency: 4 }
  }))
  return { discord, info: { get, refresh: get, last: get } satisfies GatewayInfo.GatewayInfo["Service"] }
}

const exhausted = (remaining: number) => fromReason(new SessionLimitExhausted({ remaining, total: 1000, resetAt: 0 }))

const fake = FakeDiscord.layerServer({
  shards: 8,
  maxConcurrency: 4,
  identifyInterval: "20 millis",
  replayLimit: 10_000
})

/** By less than this may the same event reach two sessions apart: more than a busy machine stands still between two reads. */
const overlap = "3 seconds"

/** Waits until new shards of a member are connected, before it has cut over. */
const untilBegun = ({ mates }: Team.Team) =>
  Gateway.until("a new shard", () => mates.some(({ member }) => (member.resharding?.connected.size ?? 0) > 0))

describe.concurrent("reshard of a cluster", () => {
  it.live(
    "has no gap, says how far it is, and others may join in",
    () =>
      play((storage) =>
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.FakeDiscord
          const one = yield* startMember({ storage, gateway: { reshardOverlap: overlap } })
          const two = yield* startMember({ storage, gateway: { reshardOverlap: overlap } })
          yield* untilBalanced([one, two], [4, 4])
          const endTraffic = yield* traffic
          const error = yield* Effect.flip(Stream.runDrain(two.cluster.reshard(12)))
          assert.strictEqual(error.message, "invalid option total: has to be a multiple of 8 in a cluster, and is 12")
          const joining = yield* Effect.forkChild(Stream.runLast(one.cluster.reshard(16)))
          const steps = yield* Stream.runCollect(two.cluster.reshard(16))
          yield* Fiber.join(joining)
          assert.deepStrictEqual(steps[0], { total: 16, connected: 0, members: 2, done: 0 })
          assert.deepStrictEqual(steps.at(-1), { total: 16, connected: 16, members: 2, done: 2 })
          assert.isAbove(steps.length, 2)
          yield* untilBalanced([one, two], [8, 8])
          assert.deepStrictEqual(
            (yield* one.cluster.members).map(({ total }) => total),
            [16, 16]
          )
          // The number that there is needs no work.
          assert.deepStrictEqual(yield* Stream.runCollect(one.cluster.reshard(16)), [
            { total: 16, connected: 16, members: 2, done: 2 }
          ])
          const count = yield* endTraffic
          yield* assertOnce([one, two], count)
          // The member that joined may have become the coordinator meanwhile, which begins again.
          assert.isAtMost(yield* identifies, total + 16 + 16)
          assert.deepStrictEqual(yield* discord.violations, [])
          yield* one.stop
          yield* two.stop
        })
      ),
    240_000
  )

  it.live(
    "is taken back by an interruption before the first member has replaced its shards",
    () =>
      play((storage) =>
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.FakeDiscord
          const one = yield* startMember({ storage, gateway: { reshardOverlap: overlap }, total })
          const two = yield* startMember({ storage, gateway: { reshardOverlap: overlap }, total })
          yield* untilBalanced([one, two], [4, 4])
          const endTraffic = yield* traffic
          for (const { cluster } of [one, two]) {
            yield* cluster.reshard(16).pipe(
              Stream.takeUntil(({ connected }) => connected > 4),
              Stream.runDrain
            )
            while ((yield* discord.sessions).filter(({ connected }) => connected).length > total)
              yield* Effect.sleep(20)
          }
          yield* untilBalanced([one, two], [4, 4])
          assert.deepStrictEqual(
            (yield* one.cluster.members).map(({ total }) => total),
            [8, 8]
          )
          const last = yield* Stream.runLast(two.cluster.reshard(16))
          assert.deepInclude(last, { value: { total: 16, connected: 16, members: 2, done: 2 } })
          const count = yield* endTraffic
          yield* assertOnce([one, two], count)
          assert.deepStrictEqual(yield* discord.violations, [])
          yield* one.stop
          yield* two.stop
        })
      ),
    240_000
  )

  it.live("goes on under the next coordinator", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const team = yield* Team.make({ members: 2, info: makeInfo(8).info })
      const first = yield* team.takeOffice
      yield* team.untilRunning(8, [4, 4])
      yield* Effect.forkScoped(Stream.runDrain(Resharding.reshard(first.coordinator, 16)))
      yield* untilBegun(team)
      yield* first.stop
      const next = yield* team.takeOffice
      assert.strictEqual(next.coordinator.total, 16)
      const last = yield* Stream.runLast(Resharding.reshard(next.coordinator, 16))
      assert.deepInclude(last, { value: { total: 16, connected: 16, members: 2, done: 2 } })
      yield* team.untilRunning(16, [8, 8])
      assert.isAtMost(yield* identifies, 8 + 16 + 16)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(fake))
  )

  it.live("is brought to its end when one member could not do it at first", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const team = yield* Team.make({ members: 2, info: makeInfo(8).info })
      const { coordinator } = yield* team.takeOffice
      yield* team.untilRunning(8, [4, 4])
      yield* discord.faults.closeOnIdentify(4011, { shard: 15, times: 1 })
      const steps = yield* Stream.runCollect(Resharding.reshard(coordinator, 16))
      assert.isTrue(steps.some(({ done }) => done === 1))
      assert.deepStrictEqual(steps.at(-1), { total: 16, connected: 16, members: 2, done: 2 })
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(fake))
  )

  it.live("goes on to its end when it is interrupted after the first member has replaced its shards", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const team = yield* Team.make({ members: 2, info: makeInfo(8).info })
      const { coordinator } = yield* team.takeOffice
      yield* team.untilRunning(8, [4, 4])
      // The other one is late.
      yield* discord.faults.closeOnIdentify(4011, { shard: 15, times: 1 })
      yield* Resharding.reshard(coordinator, 16).pipe(
        Stream.takeUntil(({ done }) => done === 1),
        Stream.runDrain
      )
      yield* team.untilRunning(16, [8, 8])
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(fake))
  )

  it.live("changes nothing when no member can do it, or the budget is too small", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      let left = Infinity
      const team = yield* Team.make({
        members: 2,
        info: makeInfo(8).info,
        require: (count) => (count <= left ? Effect.void : Effect.fail(exhausted(left)))
      })
      const { coordinator } = yield* team.takeOffice
      yield* team.untilRunning(8, [4, 4])
      const before = yield* Effect.forEach(team.mates, ({ member }) => Member.status(member))
      for (const shard of [8, 12]) yield* discord.faults.closeOnIdentify(4011, { shard })
      const error = yield* Effect.flip(Stream.runDrain(Resharding.reshard(coordinator, 16)))
      assert.strictEqual(error._tag === "GatewayError" && error.reason._tag, "ShardingRequired")
      left = 15
      const poor = yield* Effect.flip(Stream.runDrain(Resharding.reshard(coordinator, 16)))
      assert.strictEqual(poor._tag === "GatewayError" && poor.reason._tag, "SessionLimitExhausted")
      assert.deepStrictEqual(yield* Effect.forEach(team.mates, ({ member }) => Member.status(member)), before)
      assert.strictEqual(coordinator.total, 8)
    }).pipe(Effect.scoped, Effect.provide(fake))
  )

  it("by itself is needed when shards are fuller than the threshold", () => {
    const cases = [
      [20, 10, 0.8, undefined],
      [21, 10, 0.8, 30],
      [8, 10, 0.32, undefined],
      [9, 10, 0.32, 20],
      [1, 1, 0.8, undefined],
      [3, 1, 0.8, 3],
      [100, 10, 0, undefined]
    ] as const
    for (const [recommended, total, threshold, expected] of cases) {
      assert.strictEqual(AutoReshard.wanted({ recommended, total, threshold }), expected, `${recommended} of ${total}`)
    }
  })

  it.live("happens by itself once, when Discord recommends it, the budget allows it, and no shard is away", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { discord: recommends, info } = makeInfo(8)
      const required: Array<number> = []
      const team = yield* Team.make({
        members: 2,
        info,
        require: (count) => {
          required.push(count)
          return required.length > 1 ? Effect.void : Effect.fail(exhausted(0))
        }
      })
      const { coordinator } = yield* team.takeOffice
      yield* team.untilRunning(8, [4, 4])
      yield* Effect.forkScoped(AutoReshard.run(coordinator, { every: "30 millis", threshold: 0.8 }))
      recommends.shards = 16
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual(required, [])
      // One shard is away.
      const outage = yield* discord.faults.dropUpgrade({ times: Infinity })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.until("a shard that is away", () =>
        [...coordinator.members.values()].some(({ status }) => status.connected.length < 4)
      )
      recommends.shards = 17
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual(required, [])
      yield* outage.clear
      yield* team.untilRunning(24, [12, 12])
      assert.deepStrictEqual(required, [24, 24])
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual(required, [24, 24])
      assert.strictEqual(yield* identifies, 8 + 24)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(fake))
  )

  it.live("happens by itself in a bot whose shards are too full", () =>
    play((storage) =>
      Effect.gen(function* () {
        const one = yield* startMember({
          storage,
          total: 2,
          gateway: { reshardOverlap: "100 millis" },
          cluster: { reshard: { auto: true, every: "100 millis" } }
        })
        while ((yield* one.cluster.members)[0]?.total !== total) yield* Effect.sleep("20 millis")
        yield* untilBalanced([one], [total])
        yield* one.stop
      })
    )
  )
})
