/** A member whose storage does not say who owns its shards. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import * as Coordinator from "../../src/cluster/internal/coordinator.ts"
import * as Patience from "../../src/cluster/internal/patience.ts"
import type { Peers } from "../../src/cluster/internal/peers.ts"
import type { MayConnect, Permission } from "../../src/cluster/internal/protocol.ts"
import { SessionStore, type SessionKey } from "../../src/gateway/SessionStore.ts"
import * as Store from "../../src/gateway/SessionStore.ts"
import * as Errors from "../../src/gateway/internal/errors.ts"
import * as SafeStore from "../../src/gateway/internal/safeStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as Simulated from "./support/simulated.ts"

const key: SessionKey = { application: "app", intents: 1, shard: ShardId.make(0), total: 2 }

const makeMember = (...names: ReadonlyArray<string>) => ({
  mark: "mark",
  name: "a",
  peers: names.map((name) => ({ mark: name, name }))
})

/** Members that give these answers, one after the other. One of them hangs when it has no more. */
const answering = (answers: Record<string, Array<Permission>>): Pick<Peers, "call"> => ({
  call: (name, use, within = "Infinity") =>
    Effect.timeout(
      use({
        MayConnect: () => {
          const answer = answers[name]?.shift()
          return answer === undefined ? Effect.never : Effect.succeed(answer)
        }
      } as never),
      within
    ) as never
})

const makeStore = Effect.fnUntraced(function* (
  answers: Record<string, Array<Permission>>,
  isOwner: Effect.Effect<boolean>
) {
  const inner = { ...(yield* SessionStore), isOwner: () => isOwner }
  return Patience.patient(makeMember("a", ...Object.keys(answers)), answering(answers), inner)
})

it.effect.each([
  { answers: { b: ["yes"], c: ["no"] }, after: 0 },
  { answers: { b: ["unknown"], c: ["unknown"] }, after: 0 },
  // One that hears from the storage knows more than one that does not.
  { answers: { b: ["unknown", "unknown"], c: ["no", "unknown"] }, after: 500 },
  { answers: { b: ["no", "no", "yes"] }, after: 1000 },
  // One that does not answer is not waited for longer than the storage of another.
  { answers: { b: [], c: ["unknown"] }, after: 1500 }
] satisfies ReadonlyArray<{ answers: Record<string, Array<Permission>>; after: number }>)(
  "connects again when the others have answered $answers",
  ({ after, answers }) =>
    Effect.gen(function* () {
      const store = yield* makeStore(answers, Effect.die("gone"))
      const asked = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
      if (after > 0) {
        yield* TestClock.adjust(after - 1)
        assert.isUndefined(asked.pollUnsafe())
        yield* TestClock.adjust(1)
      }
      yield* Effect.yieldNow
      assert.isDefined(asked.pollUnsafe())
      assert.isTrue(yield* Fiber.join(asked))
    }).pipe(Effect.provide(Store.layerMemory))
)

it.effect("stays away while it hears no more than half of all, who may be cut off with it", () =>
  Effect.gen(function* () {
    const unknown = (): Array<Permission> => Array.from({ length: 20 }, () => "unknown")
    let isOwner: Effect.Effect<boolean> = Effect.die("gone")
    const answers: Record<string, Array<Permission>> = { b: unknown(), c: [], d: [] }
    const store = yield* makeStore(
      answers,
      Effect.suspend(() => isOwner)
    )
    const asked = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
    yield* TestClock.adjust("10 seconds")
    assert.isUndefined(asked.pollUnsafe())
    isOwner = Effect.succeed(false)
    yield* TestClock.adjust("3 seconds")
    assert.isFalse(yield* Fiber.join(asked))
    isOwner = Effect.die("gone")
    answers["c"] = unknown()
    const more = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
    yield* TestClock.adjust("3 seconds")
    assert.isTrue(yield* Fiber.join(more))
  }).pipe(Effect.provide(Store.layerMemory))
)

it.effect("waits while it hears neither the storage nor others, and does what the storage says then", () =>
  Effect.gen(function* () {
    let isOwner: Effect.Effect<boolean> = Effect.never
    const store = yield* makeStore(
      { b: [] },
      Effect.suspend(() => isOwner)
    )
    const asked = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
    yield* TestClock.adjust("1 minute")
    assert.isUndefined(asked.pollUnsafe())
    isOwner = Effect.succeed(false)
    yield* TestClock.adjust("3 seconds")
    assert.isFalse(yield* Fiber.join(asked))
  }).pipe(Effect.provide(Store.layerMemory))
)

it.effect("asks the others after a second, also when the storage is not let go of for longer", () =>
  Effect.gen(function* () {
    const hangs = Effect.onInterrupt(Effect.never, () => Effect.sleep("10 seconds"))
    const store = yield* makeStore({ b: ["yes"] }, hangs)
    const asked = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
    const request: MayConnect = { from: "b:2", mark: "first", shard: key.shard, total: 4 }
    const memory = yield* KeyValueStore.KeyValueStore
    const other = yield* Effect.forkChild(
      Patience.answer({ coordinator: undefined }, { ...memory, has: () => hangs }, request),
      {
        startImmediately: true
      }
    )
    yield* TestClock.adjust("1 second")
    assert.isDefined(asked.pollUnsafe())
    assert.isDefined(other.pollUnsafe())
    assert.deepStrictEqual([yield* Fiber.join(asked), yield* Fiber.join(other)], [true, "unknown"])
  }).pipe(Effect.provide([Store.layerMemory, KeyValueStore.layerMemory]))
)

it.effect("permits as coordinator what it counts as the member's, and keeps it for as long as that takes", () =>
  Effect.gen(function* () {
    const members = Simulated.membersOf("a:1", "b:2")
    const { coordinator, storage } = yield* Simulated.worldOf(members)
    yield* TestClock.adjust("3 seconds")
    const member = members.get("b:2") as Simulated.Simulated
    const [shard] = member.shards as [ShardId.ShardId]
    const right: MayConnect = { from: "b:2", mark: "first", shard, total: 4 }
    const ask = (request: MayConnect) => Coordinator.permit(coordinator, request)
    for (const wrong of [{ from: "a:1" }, { mark: "second" }, { total: 8 }, { from: "c:3" }]) {
      assert.strictEqual(yield* ask({ ...right, ...wrong }), "no")
    }
    member.status = Effect.never
    yield* TestClock.adjust("4900 millis")
    assert.strictEqual(yield* ask(right), "yes")
    yield* TestClock.adjust("2900 millis")
    assert.deepStrictEqual(Simulated.shardsOf(members), { "a:1": 2, "b:2": 2 })
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(Simulated.shardsOf(members), { "a:1": 4, "b:2": 2 })
    assert.strictEqual(yield* ask(right), "no")
    storage.reads = Effect.never
    const asked = yield* Effect.forkChild(ask(right), { startImmediately: true })
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* Fiber.join(asked), "unknown")
  }).pipe(Effect.scoped)
)

it.effect("says as another member whether the storage answers it", () =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const request: MayConnect = { from: "b:2", mark: "first", shard: key.shard, total: 4 }
    const ask = (has: Effect.Effect<boolean>) =>
      Patience.answer({ coordinator: undefined }, { ...store, has: () => has }, request)
    assert.strictEqual(yield* ask(Effect.succeed(false)), "no")
    assert.strictEqual(yield* ask(Effect.die("gone")), "unknown")
    const asked = yield* Effect.forkChild(ask(Effect.never), { startImmediately: true })
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* Fiber.join(asked), "unknown")
  }).pipe(Effect.provide(KeyValueStore.layerMemory))
)

it.effect("says of a shard that was taken over that there is nothing to do", () =>
  Effect.gen(function* () {
    const store = yield* makeStore({ b: [] }, Effect.succeed(true))
    const error = Errors.takenOver({
      shard: key.shard,
      total: key.total,
      by: "b",
      advice: SafeStore.make(store).adviceWhenTaken
    })
    assert.strictEqual(
      error.message,
      "another process (b) runs shard 0 of 2 now: there is nothing to do, because the coordinator of the cluster says which of them goes on with it"
    )
  }).pipe(Effect.provide(Store.layerMemory))
)

it.effect("connects again without storage when it is the only member", () =>
  Effect.gen(function* () {
    yield* TestClock.adjust("1 hour")
    assert.isTrue(yield* (yield* makeStore({}, Effect.die("gone"))).isOwner(key))
  }).pipe(Effect.provide(Store.layerMemory))
)
