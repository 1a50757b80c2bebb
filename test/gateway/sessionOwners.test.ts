/** A claim: how long it waits for the last owner of a session, and what becomes of one that failed. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Owners from "../../src/gateway/internal/sessionOwners.ts"

const claimFrom = Effect.fnUntraced(function* (options: {
  readonly shownBefore: number
  readonly beats: boolean
  readonly trustsClocks?: boolean
}) {
  yield* TestClock.setTime(1_000_000)
  const store = yield* KeyValueStore.KeyValueStore
  yield* store.set("owner/key", JSON.stringify({ process: "last", epoch: 1 }))
  yield* store.set("process/last", String(1_000_000 - options.shownBefore))
  const owners = Owners.make(store, {
    prefix: "",
    process: "next",
    scope: yield* Effect.scope,
    newestEpoch: () => Effect.succeed(0)
  })
  owners.trustsClocks = options.trustsClocks ?? true
  const claim = yield* Effect.forkChild(
    Owners.claim(owners, "key", () => undefined),
    { startImmediately: true }
  )
  yield* TestClock.adjust("50 millis")
  if (options.beats) yield* store.set("process/last", "995050")
  yield* TestClock.adjust("150 millis")
  const isOver = claim.pollUnsafe() !== undefined
  // Whether its clock is right will be seen.
  assert.strictEqual(owners.suspects.has("last"), isOver)
  if (isOver) {
    yield* store.set("process/last", String(1_000_200 - 2300))
    yield* TestClock.adjust("2500 millis")
    assert.strictEqual(owners.trustsClocks, false)
  }
  return isOver
})

it.effect("that could not be written is not written over one that came later", () =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const scope = yield* Effect.scope
    let isAway = true
    const failing: KeyValueStore.KeyValueStore = {
      ...store,
      set: (name, value) => (isAway && name.startsWith("owner/") ? Effect.die("away") : store.set(name, value))
    }
    const newestEpoch = () => Effect.succeed(0)
    const one = Owners.make(failing, { prefix: "", process: "one", scope, newestEpoch })
    const other = Owners.make(store, { prefix: "", process: "other", scope, newestEpoch })
    const taken: Array<string> = []
    yield* Effect.exit(Owners.claim(one, "key", ({ process }) => taken.push(`one by ${process}`)))
    yield* Owners.claim(other, "key", ({ process }) => taken.push(`other by ${process}`))
    isAway = false
    for (let n = 0; n < 3; n++) {
      yield* Owners.tick(one)
      yield* Owners.tick(other)
    }
    assert.deepStrictEqual(taken, ["one by other"])
    assert.deepStrictEqual([yield* Owners.isOwner(one, "key"), yield* Owners.isOwner(other, "key")], [false, true])
  }).pipe(Effect.scoped, Effect.provide(KeyValueStore.layerMemory))
)

it.effect("that is stored, and whose last owner could not be asked, is not stored over one that came later", () =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const scope = yield* Effect.scope
    yield* store.set("owner/key", JSON.stringify({ process: "last", epoch: 1 }))
    yield* store.set("process/last", "0")
    let isAway = true
    const failing: KeyValueStore.KeyValueStore = {
      ...store,
      set: (name, value) => (isAway && name.startsWith("bell/") ? Effect.die("away") : store.set(name, value))
    }
    const newestEpoch = () => Effect.succeed(0)
    const one = Owners.make(failing, { prefix: "", process: "one", scope, newestEpoch })
    const other = Owners.make(store, { prefix: "", process: "other", scope, newestEpoch })
    const taken: Array<string> = []
    yield* Effect.exit(Owners.claim(one, "key", ({ process }) => taken.push(`one by ${process}`)))
    isAway = false
    const claim = yield* Effect.forkChild(
      Owners.claim(other, "key", ({ process }) => taken.push(`other by ${process}`)),
      { startImmediately: true }
    )
    for (let n = 0; n < 6; n++) {
      yield* TestClock.adjust("1 second")
      yield* Owners.tick(one)
    }
    assert.isDefined(claim.pollUnsafe())
    assert.strictEqual(yield* store.get("bell/last"), "one/key/2")
    assert.deepStrictEqual(taken, ["one by other"])
  }).pipe(Effect.scoped, Effect.provide(KeyValueStore.layerMemory))
)

it.effect("ends when the last owner has not shown for long, and not before, whatever its clock says", () =>
  Effect.gen(function* () {
    assert.isTrue(yield* claimFrom({ shownBefore: 4900, beats: false }))
    assert.isFalse(yield* claimFrom({ shownBefore: 4000, beats: false }))
    assert.isFalse(yield* claimFrom({ shownBefore: 4900, beats: true }))
    // Another clock was found to be wrong before.
    assert.isFalse(yield* claimFrom({ shownBefore: 4900, beats: false, trustsClocks: false }))
  }).pipe(Effect.scoped, Effect.provide(KeyValueStore.layerMemory))
)
