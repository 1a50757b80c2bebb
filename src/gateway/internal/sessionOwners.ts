/**
 * Which process runs a shard, in a `KeyValueStore`, which has neither transactions nor messages.
 *
 * - `owner/<session>` names the process that claimed the session last, and an epoch that grows with every claim. Whoever
 *   claims it owns it: the newer process takes over.
 * - `released/<session>` is the epoch of the last owner that has stopped using it. A claim waits for it, so that the
 *   session is handed over with its last sequence.
 * - `process/<process>` changes every second while the process lives. A claim does not wait for one that does not.
 * - `bell/<process>` changes after a claim against the process, which then looks at what it owns.
 *
 * Two claims at once may read the same owner; the record then decides between them. A claim that a slow process has
 * written late is recognised by its epoch, and undone by the owner. One that could not be stored is stored when the store
 * works again. A record that is lost is written again by its owner, and the next epoch follows what was stored under the last.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { KeyValueStore, KeyValueStoreError } from "effect/persistence/KeyValueStore"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Owner } from "../SessionStore.ts"

// Milliseconds. How often a process shows that it lives, and listens for its bell.
export const beatInterval = 1000
// A process that has not shown for this long is gone, or cannot hand anything over.
const goneAfter = 2500
// One that shows, but does not release, is not waited for longer.
const handOverLimit = 4000
const pollInterval = 50
// By the wall clocks of two machines. If they differ by as much, less a beat, one that lives is taken for gone once. It finds
// that out, shows itself again, and from then on clocks are not compared.
const surelyGoneAfter = 5000
// Ticks. A process that has read the owner before this one claimed the session may write its own claim that much later.
const looksAfterClaim = 8

const decodeOwner = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ process: Schema.String, epoch: Schema.Int }))
)

interface Claim {
  /** Grows until the claim is stored. */
  epoch: number
  readonly onTaken: (by: Owner) => void
  /** Whether it is known who the last owner was. */
  hasLooked: boolean
  /** Whether it is stored. Until then, an older record says nothing about it. */
  isStored: boolean
  /** Whether it could not be stored, or the last owner not be asked: the store was away. It is tried again. */
  isLate: boolean
  /** Whom it was taken from, if that was another process. */
  last: Owner | undefined
  /** Whether the last owner is not waited for any more. Before that, there is nothing to hand over. */
  hasBegun: boolean
  isTaken: boolean
  /** Whether this process has stopped using the session. */
  isGivenUp: boolean
  /** How often it is still looked at without being asked to. */
  looks: number
}

/** What a process knows of the sessions that it has claimed, by `keyToString` of their keys. */
export interface State {
  readonly store: KeyValueStore
  readonly prefix: string
  /** A name for this process that no other one has. */
  readonly process: string
  readonly claims: Map<string, Claim>
  /** Where claims wait. */
  readonly scope: Scope.Scope
  /** What the bell was when it was looked at last. */
  bell: string | undefined
  /** What the process has shown last to say that it lives: the time in milliseconds since 1970. */
  shown: number | undefined
  /** When it has, in milliseconds of `Elapsed`. */
  beatAt: number
  /** Whether other processes are known by their clocks: none was found to live that seemed gone. */
  trustsClocks: boolean
  /** Processes that seemed gone by their clocks, and may show themselves again. */
  readonly suspects: Set<string>
  /** The newest epoch under which anything of a session was stored. It says what a lost record of its owner said. */
  readonly newestEpoch: (key: string) => Stored<number>
}

type Stored<A> = Effect.Effect<A, KeyValueStoreError>

/** Makes the state of a process that has claimed nothing. */
export const make = (
  store: KeyValueStore,
  { newestEpoch, prefix, process, scope }: Pick<State, "newestEpoch" | "prefix" | "process" | "scope">
): State => ({
  store,
  prefix,
  process,
  scope,
  newestEpoch,
  claims: new Map(),
  bell: undefined,
  shown: undefined,
  beatAt: 0,
  trustsClocks: true,
  suspects: new Set()
})

const ownerAt = ({ prefix }: State, key: string) => `${prefix}owner/${key}`
const releasedAt = ({ prefix }: State, key: string) => `${prefix}released/${key}`
const processAt = ({ prefix }: State, process: string) => `${prefix}process/${process}`
const bellAt = ({ prefix }: State, process: string) => `${prefix}bell/${process}`

// A record that cannot be read was being written by a process that was killed.
const readOwner = (self: State, key: string): Stored<Owner | undefined> =>
  Effect.map(self.store.get(ownerAt(self, key)), (text) => Option.getOrUndefined(decodeOwner(text)))

const writeOwner = (self: State, key: string, epoch: number): Stored<void> =>
  self.store.set(ownerAt(self, key), JSON.stringify({ process: self.process, epoch }))

/** The epoch of a session's newest claim by this process; 0 without one. */
export const epochOf = ({ claims }: State, key: string): number => claims.get(key)?.epoch ?? 0

/** Becomes the owner of a session, and waits until the last owner has released it, is gone, or takes too long. */
export const claim = Effect.fnUntraced(function* (
  self: State,
  key: string,
  onTaken: (by: Owner) => void
): Effect.fn.Return<void, KeyValueStoreError> {
  const mine: Claim = {
    epoch: epochOf(self, key) + 1,
    onTaken,
    hasLooked: false,
    isStored: false,
    isLate: false,
    last: undefined,
    hasBegun: false,
    isTaken: false,
    isGivenUp: false,
    looks: looksAfterClaim
  }
  self.claims.set(key, mine)
  const claiming = Effect.gen(function* () {
    if (self.shown === undefined) yield* beat(self)
    yield* storeClaim(self, key, mine)
    // A claim that is given up meanwhile goes on waiting: those that wait for it wait for the last owner too.
    const beginning = Effect.tapCause(begin(self, key, mine), (cause) =>
      mine.isGivenUp ? Effect.logWarning("The session store could not hand a session over", cause) : Effect.void
    )
    yield* Fiber.join(yield* Effect.forkIn(beginning, self.scope, { startImmediately: true }))
  })
  // The shard runs all the same.
  yield* Effect.onError(claiming, () => Effect.sync(() => (mine.isLate = !mine.hasBegun)))
})

const storeClaim = Effect.fnUntraced(function* (
  self: State,
  key: string,
  claim: Claim
): Effect.fn.Return<void, KeyValueStoreError> {
  const before = yield* readOwner(self, key)
  // Another process has claimed it since this one has tried to.
  if (claim.hasLooked && before !== undefined && before.process !== self.process && before.epoch >= claim.epoch) {
    claim.isStored = claim.isTaken = true
    return claim.onTaken(before)
  }
  // A write that has failed may have taken effect.
  if (!isOf(self, claim, before)) {
    if (before?.process !== self.process) claim.last = before
    const last = before?.epoch ?? Math.max(yield* releasedEpoch(self, key), yield* self.newestEpoch(key))
    claim.epoch = Math.max(last + 1, claim.epoch)
    claim.hasLooked = true
    yield* writeOwner(self, key, claim.epoch)
  }
  claim.isStored = true
})

const isOf = ({ process }: State, { epoch }: Claim, owner: Owner | undefined): boolean =>
  owner?.process === process && owner.epoch === epoch

/** Stores a claim whose shard was started while the store was away, and has the last owner stop it. */
const catchUp = Effect.fnUntraced(function* (
  self: State,
  key: string,
  claim: Claim
): Effect.fn.Return<void, KeyValueStoreError> {
  if (!claim.isGivenUp) {
    if (!claim.isStored) yield* storeClaim(self, key, claim)
    if (claim.last !== undefined && !claim.isTaken) yield* ring(self, key, claim.last.process)
  }
  claim.hasBegun = true
  if (claim.isGivenUp && isOf(self, claim, yield* readOwner(self, key))) yield* markReleased(self, key, claim)
  claim.isLate = false
})

const ring = (self: State, key: string, process: string): Stored<void> =>
  self.store.set(bellAt(self, process), `${self.process}/${key}/${epochOf(self, key)}`)

const begin = Effect.fnUntraced(function* (
  self: State,
  key: string,
  claim: Claim
): Effect.fn.Return<void, KeyValueStoreError> {
  if (claim.last !== undefined) yield* awaitRelease(self, key, claim.last)
  claim.hasBegun = true
  // Another process that claimed it at the same moment has rung somebody else's bell.
  if (self.claims.get(key) === claim) yield* isOwner(self, key)
  if (claim.isGivenUp) yield* markReleased(self, key, claim)
})

const markReleased = (self: State, key: string, { epoch }: Claim): Stored<void> =>
  self.store.set(releasedAt(self, key), String(epoch))

const releasedEpoch = (self: State, key: string): Stored<number> =>
  Effect.map(self.store.get(releasedAt(self, key)), (text) => Number(text ?? 0) || 0)

const isReleased = (self: State, key: string, epoch: number): Stored<boolean> =>
  Effect.map(releasedEpoch(self, key), (released) => released >= epoch)

const awaitRelease = Effect.fnUntraced(function* (
  self: State,
  key: string,
  { epoch, process }: Owner
): Effect.fn.Return<void, KeyValueStoreError> {
  if (yield* isReleased(self, key, epoch)) return
  const startedAt = yield* elapsed
  let shown = yield* self.store.get(processAt(self, process))
  let shownAt = startedAt
  if (shown === undefined) return yield* bury(self, process)
  // By both clocks. Of one that has shown since it was asked, more is known.
  const age = (yield* Clock.currentTimeMillis) - Number(shown)
  let hasShown = false
  const seemsGone = (now: number) => self.trustsClocks && !hasShown && age + now - startedAt > surelyGoneAfter
  const takeForGone = Effect.andThen(bury(self, process), suspect(self, process))
  if (seemsGone(startedAt)) return yield* takeForGone
  yield* ring(self, key, process)
  while (!(yield* isReleased(self, key, epoch))) {
    yield* Effect.sleep(pollInterval)
    const now = yield* elapsed
    const next = yield* self.store.get(processAt(self, process))
    if (next === undefined) return
    if (next !== shown) shownAt = now
    hasShown ||= next !== shown
    shown = next
    if (seemsGone(now)) return yield* takeForGone
    if (now - shownAt > goneAfter) return yield* bury(self, process)
    if (now - startedAt > handOverLimit) return
  }
})

// By then, one that lives has shown itself again.
const suspect = (self: State, process: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (self.suspects.has(process)) return Effect.void
    self.suspects.add(process)
    return Effect.asVoid(Effect.forkIn(Effect.ignoreCause(lookAtSuspect(self, process)), self.scope))
  })

const lookAtSuspect = Effect.fnUntraced(function* (self: State, process: string) {
  yield* Effect.sleep(goneAfter)
  const shown = yield* self.store.get(processAt(self, process))
  self.suspects.delete(process)
  const age = (yield* Clock.currentTimeMillis) - Number(shown)
  // One that was frozen, and has woken, shows the right time.
  if (shown === undefined || age <= surelyGoneAfter - beatInterval || !self.trustsClocks) return
  self.trustsClocks = false
  const seconds = Math.round(age / 1000)
  yield* Effect.logWarning(
    `The clock of another process is about ${seconds} seconds behind that of this one, so that it was taken for gone, and its shards were taken over without being handed over: events of the last seconds may have been handled twice. Set the clocks of all machines by NTP. Until this process ends, it does not compare clocks`
  )
})

const elapsed: Effect.Effect<number> = Effect.clockWith((clock) => Effect.sync(() => Elapsed.millis(clock)))

// What a killed process has left. One that is only slow notices that by itself.
const bury = (self: State, process: string): Stored<void> =>
  Effect.andThen(self.store.remove(processAt(self, process)), self.store.remove(bellAt(self, process)))

/** Looks whether this process still owns what it has claimed, and tells the shard if it does not. */
export const isOwner = Effect.fnUntraced(function* (
  self: State,
  key: string
): Effect.fn.Return<boolean, KeyValueStoreError> {
  const claim = self.claims.get(key)
  if (claim === undefined || !claim.isStored || claim.isTaken || claim.isGivenUp) return claim?.isTaken !== true
  const owner = yield* readOwner(self, key)
  // What was claimed again, given up or found out meanwhile is not judged by what was read before.
  if (self.claims.get(key) !== claim || claim.isTaken || claim.isGivenUp) return self.claims.get(key)?.isTaken !== true
  if (owner?.process === self.process) return true
  // A record that is lost is written again.
  if (owner === undefined || owner.epoch < claim.epoch)
    return yield* Effect.as(writeOwner(self, key, claim.epoch), true)
  claim.isTaken = true
  claim.onTaken(owner)
  return false
})

/** Whether another process has claimed what this one has claimed or released. */
export const isElsewhere = (self: State, key: string): Stored<boolean> =>
  self.claims.has(key)
    ? Effect.map(readOwner(self, key), (owner) => owner !== undefined && owner.process !== self.process)
    : Effect.succeed(false)

/** Says that this process has stopped using a session, whose last state is stored. */
export const release = (self: State, key: string): Stored<void> =>
  Effect.suspend(() => {
    const claim = self.claims.get(key)
    if (claim === undefined || claim.isGivenUp) return Effect.void
    claim.isGivenUp = true
    return claim.hasBegun ? markReleased(self, key, claim) : Effect.void
  })

const beat = (self: State): Stored<void> =>
  Effect.clockWith((clock) =>
    Effect.suspend(() => {
      // Another one than before, also when the clock was set back.
      const now = clock.currentTimeMillisUnsafe()
      self.shown = now === self.shown ? now + 1 : now
      self.beatAt = Elapsed.millis(clock)
      return self.store.set(processAt(self, self.process), String(self.shown))
    })
  )

/**
 * Shows that the process lives. Looks at all that it owns when it was asked to or may have been thought gone, and at what
 * it has claimed lately.
 */
export const tick = Effect.fnUntraced(function* (self: State): Effect.fn.Return<void, KeyValueStoreError> {
  if (self.claims.size === 0) return
  const wasLate = (yield* elapsed) - self.beatAt > goneAfter
  const late = [...self.claims].filter(([, claim]) => claim.isLate)
  yield* Effect.forEach(late, ([key, claim]) => catchUp(self, key, claim), { concurrency: 16, discard: true })
  const bell = yield* self.store.get(bellAt(self, self.process))
  const wasBuried = (yield* self.store.get(processAt(self, self.process))) !== String(self.shown)
  const lookAtAll = wasLate || wasBuried || bell !== self.bell
  const due = [...self.claims].filter(([, claim]) => lookAtAll || claim.looks > 0)
  yield* Effect.forEach(due, ([key]) => isOwner(self, key), { concurrency: 16, discard: true })
  for (const [, claim] of due) claim.looks--
  self.bell = bell
  yield* beat(self)
})

/** Says that the process is gone, which has released everything. */
export const leave = (self: State): Stored<void> =>
  self.claims.size === 0 ? Effect.void : Effect.suspend(() => bury(self, self.process))
