/** How long a claim waits for the last owner of a session. */
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

it.effect("ends when the last owner has not shown for long, and not before, whatever its clock says", () =>
  Effect.gen(function* () {
    assert.isTrue(yield* claimFrom({ shownBefore: 4900, beats: false }))
    assert.isFalse(yield* claimFrom({ shownBefore: 4000, beats: false }))
    assert.isFalse(yield* claimFrom({ shownBefore: 4900, beats: true }))
    // Another clock was found to be wrong before.
    assert.isFalse(yield* claimFrom({ shownBefore: 4900, beats: false, trustsClocks: false }))
  }).pipe(Effect.scoped, Effect.provide(KeyValueStore.layerMemory))
)
