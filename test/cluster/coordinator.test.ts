/** The coordinator among members that fail, refuse, come back under the same address, or say what it does not know. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Stream from "effect/Stream"
import * as Coordination from "../../src/cluster/internal/coordination.ts"
import * as Coordinator from "../../src/cluster/internal/coordinator.ts"
import * as Resharding from "../../src/cluster/internal/resharding.ts"
import { addressOf, type Peers, Unreachable } from "../../src/cluster/internal/peers.ts"
import type { Assignment, Status } from "../../src/cluster/internal/protocol.ts"
import { fromReason, type GatewayError, GatewayUnavailable } from "../../src/gateway/GatewayError.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

/** A member that does what it is told, unless a test says otherwise. */
class Simulated {
  mark = "first"
  weight = 1
  total = 0
  term = 0
  shards: Assignment["shards"] = []
  readonly told: Array<Assignment> = []
  status: Effect.Effect<Status, Unreachable> = Effect.sync(() => this.say())
  reshard: Effect.Effect<void, GatewayError> = Effect.void

  say(): Status {
    const { mark, shards, term, total, weight } = this
    return { mark, weight, term, total, assigned: shards, connected: shards, resharding: null, invalidRequests: 0 }
  }

  obey(assignment: Assignment): void {
    this.told.push(assignment)
    this.shards = assignment.shards
    this.total = assignment.total
    this.term = assignment.term
  }
}

interface World {
  readonly members: Map<string, Simulated>
  readonly coordinator: Coordination.Coordinator
  readonly store: KeyValueStore.KeyValueStore
  /** Members of which it is known that they will not answer soon. */
  readonly lost: Set<string>
}

const worldOf = (
  members: Map<string, Simulated>,
  total: number | "auto" = 4,
  stored?: string,
  asked: Effect.Effect<unknown, GatewayError> = Effect.succeed({ shards: 4, sessionStartLimit: { maxConcurrency: 1 } })
): Effect.Effect<World, never, Scope.Scope> =>
  Effect.gen(function* () {
    const call = (name: string, use: (client: unknown) => Effect.Effect<unknown, unknown>) =>
      Effect.suspend(() => {
        const member = members.get(name)
        if (member === undefined) return Effect.fail(new Unreachable({ member: name }))
        return use({
          Status: () => member.status,
          Assign: (assignment: Assignment) => Effect.sync(() => member.obey(assignment)),
          Reshard: (assignment: Assignment) =>
            Effect.andThen(
              Effect.suspend(() => member.reshard),
              Effect.sync(() => member.obey(assignment))
            )
        })
      })
    const store = yield* KeyValueStore.KeyValueStore
    const lost = new Set<string>()
    if (stored !== undefined) yield* Effect.orDie(store.set("test/coordinator", stored))
    const coordinator = yield* Coordination.make({
      name: "a:1",
      peers: { call, callExactly: call } as unknown as Peers,
      storage: {
        getRunners: Effect.sync(() => [...members.keys()].map((name) => [{ address: addressOf(name) }, true]))
      } as never,
      store,
      info: { get: asked, last: Effect.undefined } as never,
      touch: () => Effect.void,
      isLost: (name) => Effect.sync(() => lost.has(name)),
      queue: { take: () => Effect.void } as never,
      budget: { require: () => Effect.void } as never,
      total,
      prefix: "test/",
      identify: {},
      settle: "1 second"
    }).pipe(Effect.orDie)
    yield* Effect.forkScoped(Coordinator.run(coordinator), { startImmediately: true })
    return { members, coordinator, store, lost }
  }).pipe(Effect.provide(KeyValueStore.layerMemory))

const membersOf = (...names: ReadonlyArray<string>) => new Map(names.map((name) => [name, new Simulated()]))

const shardsOf = (members: Map<string, Simulated>) =>
  Object.fromEntries([...members].map(([name, { shards }]) => [name, shards.length]))

describe("the coordinator", () => {
  it.effect("gives shards to members, and moves those of one that is lost, while Discord's REST API is away", () =>
    Effect.gen(function* () {
      const members = membersOf("a:1", "b:1")
      const away = fromReason(new GatewayUnavailable({ detail: "no" }))
      yield* worldOf(
        members,
        "auto",
        JSON.stringify({ term: 1, total: 4 }),
        Effect.delay(Effect.fail(away), "2 minutes")
      )
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 2, "b:1": 2 })
      members.delete("b:1")
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(shardsOf(members), { "a:1": 4 })
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
