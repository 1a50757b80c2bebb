/** A member whose storage does not say who owns its shards. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { patient } from "../../src/cluster/internal/patience.ts"
import { SessionStore, type SessionKey } from "../../src/gateway/SessionStore.ts"
import * as Store from "../../src/gateway/SessionStore.ts"
import * as Errors from "../../src/gateway/internal/errors.ts"
import * as SafeStore from "../../src/gateway/internal/safeStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const key: SessionKey = { application: "app", intents: 1, shard: ShardId.make(0), total: 2 }

const makeMember = (...names: ReadonlyArray<string>) => ({
  name: "a",
  peers: names.map((name) => ({ mark: name, name })),
  contactAt: 0
})

it.effect("connects again while others are heard of, and waits while nobody is", () =>
  Effect.gen(function* () {
    const member = makeMember("a", "b")
    let isOwner: Effect.Effect<boolean> = Effect.die("gone")
    const inner = { ...(yield* SessionStore), isOwner: () => Effect.suspend(() => isOwner) }
    const store = patient(member, "5 seconds", inner)
    yield* TestClock.adjust("4 seconds")
    assert.isTrue(yield* store.isOwner(key))

    yield* TestClock.adjust("4 seconds")
    const asked = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
    yield* TestClock.adjust("1 minute")
    assert.isUndefined(asked.pollUnsafe())
    isOwner = Effect.succeed(false)
    yield* TestClock.adjust("1 second")
    assert.isFalse(yield* Fiber.join(asked))

    // A storage that hangs is not waited for while others are heard of.
    isOwner = Effect.never
    member.contactAt = 69_000
    const hanging = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
    yield* TestClock.adjust("1 second")
    assert.isTrue(yield* Fiber.join(hanging))
  }).pipe(Effect.provide(Store.layerMemory))
)

it.effect("says of a shard that was taken over that there is nothing to do", () =>
  Effect.gen(function* () {
    const store = patient(makeMember("a", "b"), "5 seconds", yield* SessionStore)
    const { adviceWhenTaken: advice } = SafeStore.make(store)
    const error = Errors.takenOver({ shard: key.shard, total: key.total, by: "b", advice })
    assert.strictEqual(
      error.message,
      "another process (b) runs shard 0 of 2 now: there is nothing to do, because the coordinator of the cluster says which of them goes on with it"
    )
  }).pipe(Effect.provide(Store.layerMemory))
)

it.effect("connects again without storage when it is the only member", () =>
  Effect.gen(function* () {
    const inner = { ...(yield* SessionStore), isOwner: () => Effect.die("gone") }
    yield* TestClock.adjust("1 hour")
    assert.isTrue(yield* patient(makeMember("a"), "5 seconds", inner).isOwner(key))
  }).pipe(Effect.provide(Store.layerMemory))
)
