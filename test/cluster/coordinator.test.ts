/** The coordinator among members that fail, refuse, come back under the same address, or say what it does not know. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import * as Stream from "effect/Stream"
import * as AutoReshard from "../../src/cluster/internal/autoReshard.ts"
import * as Coordination from "../../src/cluster/internal/coordination.ts"
import * as Coordinator from "../../src/cluster/internal/coordinator.ts"
import * as Resharding from "../../src/cluster/internal/resharding.ts"
import { Unreachable } from "../../src/cluster/internal/peers.ts"
import { fromReason, GatewayUnavailable } from "../../src/gateway/GatewayError.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import { jumpyClock } from "../support/jumpyClock.ts"
import { membersOf, shardsOf, Simulated, worldOf } from "./support/simulated.ts"

const shards = (...ids: ReadonlyArray<number>) => ids.map((id) => ShardId.make(id))

describe("the coordinator", () => {
  it.effect("gives shards to members, and moves those of one that is lost, while Discord's REST API is away", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const away = fromReason(new GatewayUnavailable({ detail: "no" }))
      const { discord } = yield* worldOf(members, "auto", JSON.stringify({ term: 1, total: 4 }))
      discord.answers = Effect.delay(Effect.fail(away), "2 minutes")
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
      members.delete("b:1")
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4 })
    }).pipe(Effect.scoped)
  )

  it.effect("that is cut off gives nobody what others run, also when it hears of them again", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { storage, store } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
      const other = members.get("b:1")
      storage.reads = Effect.never
      members.delete("b:1")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2 })
      // Another one has taken office.
      yield* Effect.orDie(store.set("test/coordinator", JSON.stringify({ term: 9, total: 4 })))
      storage.reads = Effect.void
      if (other !== undefined) members.set("b:1", other)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
    }).pipe(Effect.scoped)
  )

  it.effect("gives shards to a member that has left and was started again under the same address", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { coordinator } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
      const left = yield* Effect.forkChild(Coordinator.leave(coordinator, "b:1"), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(left)
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 0 })
      members.delete("b:1")
      yield* TestClock.adjust("1 second")
      const again = new Simulated()
      again.mark = "second"
      members.set("b:1", again)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
    })
  )

  it.effect("reshards a cluster whose number of shards was given", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { coordinator } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const done = yield* Effect.forkChild(Stream.runDrain(Resharding.reshard(coordinator, 8)), {
        startImmediately: true
      })
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(done)
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 4 })
    })
  )

  it.effect("keeps the old number when all that have shards refuse another, also beside one that has none", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const idle = members.get("b:1") as Simulated
      idle.weight = 0
      const busy = members.get("a:1") as Simulated
      const { coordinator } = yield* worldOf(members, "auto")
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 0 })
      busy.reshard = Effect.fail(fromReason(new GatewayUnavailable({ detail: "no" })))
      const done = yield* Effect.forkChild(Effect.exit(Stream.runDrain(Resharding.reshard(coordinator, 8))), {
        startImmediately: true
      })
      yield* TestClock.adjust("5 seconds")
      const exit = done.pollUnsafe()
      assert.isTrue(exit !== undefined && Exit.isSuccess(exit) && Exit.isFailure(exit.value))
      assert.strictEqual(coordinator.total, 4)
    })
  )

  it.effect("refuses a number of shards below one", () =>
    Effect.gen(function* () {
      const { coordinator } = yield* worldOf(membersOf("a:1"), "auto")
      yield* TestClock.adjust("5 seconds")
      for (const total of [0, -4]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Stream.runDrain(Resharding.reshard(coordinator, total)))))
      }
    })
  )

  it.effect("goes on beside a member that answers what it cannot read", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1", "c:1")
      const bad = members.get("c:1") as Simulated
      for (const status of [Effect.die(new Error("no such request")), Effect.interrupt]) {
        bad.status = status
        yield* Effect.scoped(
          Effect.gen(function* () {
            for (const name of ["a:1", "b:1"]) members.set(name, new Simulated())
            yield* worldOf(members)
            yield* TestClock.adjust("8 seconds")
            assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2, "c:1": 0 })
          })
        )
      }
    })
  )

  it.effect(
    "waits for a member that does not answer, unless it is known to be lost; for one that answers, anyway",
    () =>
      Effect.gen(function* () {
        const members = membersOf("a:1", "b:1")
        const { lost } = yield* worldOf(members)
        yield* TestClock.adjust("5 seconds")
        const silent = members.get("b:1") as Simulated
        const { status } = silent
        const silence = Effect.fail(new Unreachable({ member: "b:1" }))
        lost.add("b:1")
        yield* TestClock.adjust("5 seconds")
        lost.clear()
        silent.status = silence
        yield* TestClock.adjust("1500 millis")
        silent.status = status
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
        assert.lengthOf(silent.told.slice(1), 0)
        lost.add("b:1")
        silent.status = silence
        yield* TestClock.adjust("1 second")
        assert.strictEqual(members.get("a:1")?.shards.length, 4)
      })
  )

  it.effect("is not held up again and again by one that is registered and never answers", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1", "c:1")
      const ghost = members.get("c:1") as Simulated
      ghost.status = Effect.fail(new Unreachable({ member: "c:1" }))
      const { coordinator } = yield* worldOf(members)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2, "c:1": 0 })
      // Whenever something happens, it is dealt with at once.
      for (let i = 0; i < 8; i++) {
        const done = yield* Effect.forkChild(Stream.runDrain(Resharding.reshard(coordinator, 4 * 2 ** (i + 1))), {
          startImmediately: true
        })
        yield* TestClock.adjust("900 millis")
        assert.isDefined(done.pollUnsafe())
      }
    })
  )

  it.effect("tells a member which of its shards were taken over and given to others", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const two = members.get("b:1") as Simulated
      const [taken] = two.shards
      two.status = Effect.sync(() => {
        const { connected, ...status } = two.say()
        return { ...status, weight: 0.01, connected, assigned: two.shards.filter((id) => id !== taken) }
      })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "b:1": 1 })
      assert.notInclude(two.shards, taken)
    })
  )

  it.effect("says nothing any more when another process has taken office", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { coordinator, store } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      yield* store.set("test/coordinator", JSON.stringify({ term: coordinator.term + 1, total: 4 }))
      members.set("c:1", new Simulated())
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2, "c:1": 0 })
    })
  )

  it.effect("takes a higher term and the total of the members when the storage is older than they are", () =>
    Effect.gen(function* () {
      for (const [stored, term] of [
        [undefined, 1],
        [undefined, 7],
        [JSON.stringify({ term: 2, total: 2 }), 7]
      ] as const) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const members = membersOf("a:1", "b:1")
            members.get("a:1")?.obey({ coordinator: "", term, total: 8, peers: [], shards: shards(0, 1, 2, 3) })
            members.get("b:1")?.obey({ coordinator: "", term, total: 8, peers: [], shards: shards(4, 5, 6, 7) })
            const { coordinator, store } = yield* worldOf(members, "auto", stored)
            const bornAt = yield* Coordination.elapsed
            yield* TestClock.adjust("2 seconds")
            assert.strictEqual(coordinator.term, term + 1)
            members.set("c:1", new Simulated())
            yield* TestClock.adjust("3 seconds")
            assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "b:1": 3, "c:1": 2 })
            assert.deepStrictEqual(new Set([...members.values()].map((each) => each.term)), new Set([term + 1]))
            // The next one begins there.
            assert.strictEqual(yield* store.get("test/coordinator"), JSON.stringify({ term: term + 1, total: 8 }))
            // The one that the members have heard may have given a turn until then.
            assert.isAtLeast(coordinator.opensAt - bornAt, 6000)
          })
        )
      }
    })
  )

  it.effect("takes no higher term when the members have heard it from the next coordinator", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const { coordinator, store } = yield* worldOf(members)
      yield* TestClock.adjust("5 seconds")
      const { term } = coordinator
      const two = members.get("b:1") as Simulated
      // It takes office while this one is in the middle of a round.
      two.status = Effect.suspend(() => {
        for (const member of members.values()) member.term = term + 1
        const taken = store.set("test/coordinator", JSON.stringify({ term: term + 1, total: 4 }))
        return Effect.orDie(
          Effect.andThen(
            taken,
            Effect.sync(() => two.say())
          )
        )
      })
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(coordinator.term, term)
      assert.strictEqual(yield* store.get("test/coordinator"), JSON.stringify({ term: term + 1, total: 4 }))
      for (const member of members.values()) assert.strictEqual(member.told.at(-1)?.term, term)
    })
  )

  it.effect("balances around shards that cannot connect, and moves those when they can", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      yield* worldOf(members, 12)
      yield* TestClock.adjust("5 seconds")
      const one = members.get("a:1") as Simulated
      const stuck = new Set(one.shards.slice(-3))
      one.status = Effect.sync(() => ({ ...one.say(), connected: one.shards.filter((id) => !stuck.has(id)) }))
      members.set("c:1", new Simulated())
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 4, "c:1": 4 })
      assert.includeMembers([...one.shards], [...stuck])
      // More of them than its share.
      members.set("d:1", new Simulated())
      members.set("e:1", new Simulated())
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "b:1": 3, "c:1": 2, "d:1": 2, "e:1": 2 })
      assert.includeMembers([...one.shards], [...stuck])
      // A member that leaves takes them nowhere.
      one.weight = 0
      yield* TestClock.adjust("1 second")
      one.status = Effect.sync(() => one.say())
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 0, "b:1": 3, "c:1": 3, "d:1": 3, "e:1": 3 })
    })
  )

  it.effect("reshards by itself although a shard cannot connect, but waits while others still do", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1")
      const { coordinator } = yield* worldOf(members, "auto")
      const one = members.get("a:1") as Simulated
      let connected = 2
      one.status = Effect.sync(() => ({ ...one.say(), connected: one.shards.slice(0, connected) }))
      yield* TestClock.adjust("5 seconds")
      yield* Effect.forkScoped(AutoReshard.run(coordinator, { every: "15 minutes", threshold: 0.1 }))
      yield* TestClock.adjust("15 minutes")
      yield* TestClock.adjust("4 minutes")
      connected = 3
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual(coordinator.total, 4)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(coordinator.total, 8)
      assert.lengthOf(one.shards, 8)
    })
  )

  it.effect("takes a reshard of its own back when its shards do not connect, and deals with members again", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1")
      const { coordinator } = yield* worldOf(members, "auto")
      const one = members.get("a:1") as Simulated
      one.reshard = Effect.never
      yield* TestClock.adjust("5 seconds")
      yield* Effect.forkScoped(AutoReshard.run(coordinator, { every: "15 minutes", threshold: 0.1 }))
      yield* TestClock.adjust("16 minutes")
      assert.strictEqual(coordinator.total, 8)
      members.set("b:1", new Simulated())
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(coordinator.total, 4)
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
    })
  )

  it.effect("takes a reshard back when it loses a member before any has done it, and has its shards resumed", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1", "c:1")
      const { coordinator } = yield* worldOf(members, 6)
      yield* TestClock.adjust("5 seconds")
      for (const member of members.values()) member.reshard = Effect.never
      const asked = yield* Effect.forkChild(Effect.flip(Stream.runDrain(Resharding.reshard(coordinator, 12))), {
        startImmediately: true
      })
      yield* TestClock.adjust("5 seconds")
      assert.isUndefined(asked.pollUnsafe())
      members.delete("b:1")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(coordinator.total, 6)
      assert.deepStrictEqual(shardsOf(members), { "a:1": 3, "c:1": 3 })
      assert.strictEqual(
        (yield* Fiber.join(asked)).message,
        "the cluster keeps its 6 shards: the member b:1 was lost meanwhile"
      )
    })
  )

  it.effect("brings a reshard to its end although the clock of the machine is set back meanwhile", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_000)
      const members = membersOf("a:1", "b:1")
      let offset = 0
      const clock = jumpyClock(yield* Clock.Clock, () => offset)
      const { coordinator } = yield* Effect.provideService(worldOf(members, 4), Clock.Clock, clock)
      yield* TestClock.adjust("5 seconds")
      const other = members.get("b:1") as Simulated
      other.reshard = Effect.fail(fromReason(new GatewayUnavailable({ detail: "not now" })))
      const asked = yield* Effect.forkChild(Stream.runDrain(Resharding.reshard(coordinator, 8)), {
        startImmediately: true
      })
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual([coordinator.total, other.total], [8, 4])
      offset = -3_600_000
      other.reshard = Effect.void
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(other.total, 8)
      yield* Fiber.join(asked)
    })
  )

  it.effect("says that it cannot read what the last one has stored, and learns from the members", () =>
    Effect.gen(function* () {
      for (const stored of ['{"term":3,"to', '{"term":-1,"total":4}', '{"term":1,"total":2.5}', "null"]) {
        const members = membersOf("a:1")
        const one = members.get("a:1") as Simulated
        one.obey({ coordinator: "", term: 3, total: 6, peers: [], shards: shards(0, 1, 2, 3, 4, 5) })
        const lines: Array<string> = []
        const { coordinator } = yield* worldOf(members, "auto", stored).pipe(
          Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]))
        )
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual([coordinator.term, coordinator.total], [4, 6])
        assert.isTrue(lines.some((line) => line.includes("cannot be read")))
      }
    })
  )

  it.effect("asks a coordinator that has just taken office to move the shards of one that leaves", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const one = members.get("a:1") as Simulated
      one.obey({ coordinator: "", term: 0, total: 4, peers: [], shards: [0, 1].map((id) => ShardId.make(id)) })
      const two = members.get("b:1") as Simulated
      two.obey({ coordinator: "", term: 0, total: 4, peers: [], shards: [2, 3].map((id) => ShardId.make(id)) })
      two.status = Effect.delay(
        Effect.sync(() => two.say()),
        "100 millis"
      )
      const { coordinator } = yield* worldOf(members)
      // One that leaves says so of itself too.
      two.weight = 0
      const left = yield* Effect.forkChild(Coordinator.leave(coordinator, "b:1"), { startImmediately: true })
      assert.isUndefined(left.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.isDefined(left.pollUnsafe())
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4, "b:1": 0 })
    })
  )

  it.effect("lets shards IDENTIFY although the clock of the machine is set back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_000)
      const { coordinator } = yield* worldOf(membersOf("a:1"), 4, JSON.stringify({ term: 1, total: 4 }))
      yield* TestClock.adjust("1 second")
      const request = { shard: ShardId.make(0), maxConcurrency: 1 }
      const taken = yield* Effect.forkChild(
        Effect.clockWith((clock) =>
          Effect.provideService(Coordinator.takeIdentify(coordinator, request), Clock.Clock, {
            ...clock,
            sleep: (duration) => clock.sleep(duration),
            currentTimeMillis: Effect.succeed(0),
            currentTimeMillisUnsafe: () => 0,
            monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe()
          })
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("5 seconds")
      assert.isDefined(taken.pollUnsafe())
    })
  )
})
