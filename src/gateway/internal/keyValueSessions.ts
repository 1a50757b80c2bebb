/**
 * Sessions in memory that are written to a `KeyValueStore` behind the shards' backs.
 *
 * `effect/persistence` may change in a minor version of Effect. In the gateway, only this file calls it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { KeyValueStore } from "effect/persistence/KeyValueStore"
import type { Options } from "../KeyValueSessionStore.ts"
import { type Budget, keyToString, type Owner, type Session, type SessionStore } from "../SessionStore.ts"
import * as SafeStore from "./safeStore.ts"
import * as Owners from "./sessionOwners.ts"

const StoredSession = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.String,
    resumeUrl: Schema.String,
    startedAt: Schema.Finite,
    /** Earlier versions wrote none. */
    mainUrl: Schema.optionalKey(Schema.String),
    sequence: Schema.Int,
    /** Of the claim under which it was written. Earlier versions knew no claims. */
    epoch: Schema.optionalKey(Schema.Int),
    /** When it was written, in milliseconds since 1970. */
    savedAt: Schema.Finite
  })
)
type Stored = typeof StoredSession.Type
const decodeSession = Schema.decodeUnknownEffect(StoredSession)

const StoredBudget = Schema.fromJsonString(
  Schema.Struct({ total: Schema.Int, remaining: Schema.Int, resetAt: Schema.Finite })
)
const decodeBudget = Schema.decodeUnknownEffect(StoredBudget)

// A process that is killed while it writes breaks one of two places, and leaves the other whole.
type Place = 0 | 1

interface Kept {
  readonly session: Session
  /** The sequence that was written last, and under which claim. */
  written: number
  epoch: number
  /** When, in milliseconds since 1970. */
  writtenAt: number
}

/** What a store knows. The maps are by `keyToString` of a session's key. */
interface State {
  readonly store: KeyValueStore
  /** Every use that nobody outside guards. */
  readonly guarded: SafeStore.Guard
  readonly prefix: string
  /** Milliseconds. */
  readonly timeToLive: number
  readonly owners: Owners.State
  readonly sessions: Map<string, Kept>
  /** Sessions whose places are to be removed. */
  readonly removed: Set<string>
  /** The place that was written last. */
  readonly places: Map<string, Place>
  /** The newest `savedAt`. It only grows, or a wall clock that is set back would make the older place win. */
  readonly saved: Map<string, number>
  /** `flush` and the background may write the same session: two writes at once would use the same place. */
  readonly turns: Map<string, Semaphore.Semaphore>
  /** All shards are released at once when a process stops. */
  readonly releases: Semaphore.Semaphore
}

const atOnce = 16

/** Makes the store, and writes in the background until the scope closes. */
export const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<SessionStore["Service"], never, KeyValueStore | Scope.Scope> {
  const store = yield* KeyValueStore
  const prefix = options.prefix ?? "fibercord/"
  const process = (yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)).toString(36)
  const self: State = {
    store,
    guarded: SafeStore.makeGuard(),
    prefix,
    owners: Owners.make(store, {
      prefix,
      process,
      scope: yield* Effect.scope,
      newestEpoch: (key) => Effect.map(readBoth(self, key), (both) => Math.max(...both.map((one) => one?.epoch ?? 0)))
    }),
    timeToLive: Duration.toMillis(options.timeToLive ?? "20 minutes"),
    sessions: new Map(),
    removed: new Set(),
    places: new Map(),
    saved: new Map(),
    turns: new Map(),
    releases: Semaphore.makeUnsafe(atOnce)
  }
  // A process that ends does not wait long for a store that does not answer.
  yield* Effect.addFinalizer(() => self.guarded("leave", () => Owners.leave(self.owners), "1 second"))
  const listen = self.guarded("look who owns the sessions", () => Owners.tick(self.owners))
  yield* Effect.forkScoped(Effect.repeat(listen, Schedule.spaced(Owners.beatInterval)))
  yield* Effect.forkScoped(Effect.repeat(writeDue(self), Schedule.spaced(options.writeInterval ?? "1 second")))
  return {
    durable: true,
    load: (key) => load(self, keyToString(key)),
    claim: (key, onTaken) => claim(self, keyToString(key), onTaken),
    isOwner: (key) => Effect.orDie(Owners.isOwner(self.owners, keyToString(key))),
    release: (key) => self.releases.withPermit(release(self, keyToString(key))),
    set: (key, session) => Effect.sync(() => set(self, keyToString(key), session)),
    remove: (key) => Effect.sync(() => remove(self, keyToString(key))),
    loadBudget: (application) => loadBudget(self, application),
    setBudget: (application, budget) => setBudget(self, application, budget),
    flush: writeAll(self, () => true)
  }
})

const sessionAt = ({ prefix }: State, key: string, place: Place) => `${prefix}session/${key}/${place}`

const budgetAt = ({ prefix }: State, application: string) => `${prefix}budget/${application}`

// Without a claim, sessions are used as by a single process.
const claim = (self: State, key: string, onTaken: (by: Owner) => void) =>
  Effect.andThen(
    self.guarded("claim a session", () => Owners.claim(self.owners, key, onTaken)),
    load(self, key)
  )

const release = Effect.fnUntraced(function* (self: State, key: string) {
  const kept = self.sessions.get(key)
  if (kept !== undefined) yield* inTurn(self, key, Effect.orDie(write(self, key, kept)))
  if (self.removed.has(key)) yield* inTurn(self, key, Effect.orDie(erase(self, key)))
  // Whoever has it next may go on with it.
  self.sessions.delete(key)
  yield* Effect.orDie(Owners.release(self.owners, key))
})

const load = Effect.fnUntraced(function* (self: State, key: string) {
  const kept = self.sessions.get(key)
  if (kept !== undefined) return kept.session
  if (self.removed.has(key)) return undefined
  const [first, second] = yield* readBoth(self, key)
  const place: Place = isNewer(second, first) ? 1 : 0
  const newest = place === 0 ? first : second
  self.places.set(key, place)
  self.saved.set(key, newest?.savedAt ?? 0)
  const now = yield* Clock.currentTimeMillis
  if (newest === undefined || now - newest.savedAt > self.timeToLive) return undefined
  const { epoch: _, savedAt: __, ...session } = newest
  return session satisfies Session
})

// What an earlier owner has written late is older, whatever its clock said.
const isNewer = (one: Stored | undefined, other: Stored | undefined): boolean =>
  (one?.epoch ?? 0) === (other?.epoch ?? 0)
    ? (one?.savedAt ?? 0) > (other?.savedAt ?? 0)
    : (one?.epoch ?? 0) > (other?.epoch ?? 0)

const readBoth = (self: State, key: string) => Effect.all([read(self, key, 0), read(self, key, 1)], { concurrency: 2 })

const read = (self: State, key: string, place: Place) =>
  self.guarded("read a session", () =>
    Effect.flatMap(self.store.get(sessionAt(self, key, place)), (text) =>
      text === undefined ? Effect.undefined : decodeSession(text)
    )
  )

const set = ({ removed, sessions }: State, key: string, session: Session): void => {
  removed.delete(key)
  sessions.set(key, { session, written: -1, epoch: 0, writtenAt: 0 })
}

const remove = ({ removed, sessions }: State, key: string): void => {
  sessions.delete(key)
  removed.add(key)
}

// A session without events is written from time to time too, or it would look too old to be tried.
const writeDue = (self: State): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    writeAll(self, ({ epoch, session, written, writtenAt }, key) => {
      const isNewer = session.sequence !== written || epoch !== Owners.epochOf(self.owners, key)
      return isNewer || now - writtenAt > self.timeToLive / 4
    })
  )

const writeAll = (self: State, isDue: (kept: Kept, key: string) => boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    const due = [...self.sessions].filter(([key, kept]) => isDue(kept, key))
    return Effect.forEach(
      [
        ...[...self.removed].map((key) =>
          inTurn(
            self,
            key,
            self.guarded("remove a session", () => erase(self, key))
          )
        ),
        ...due.map(([key, kept]) =>
          inTurn(
            self,
            key,
            self.guarded("write a session", () => write(self, key, kept))
          )
        )
      ],
      identity,
      { concurrency: atOnce, discard: true }
    )
  })

const inTurn = <A, E>({ turns }: State, key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    let turn = turns.get(key)
    if (turn === undefined) {
      turn = Semaphore.makeUnsafe(1)
      turns.set(key, turn)
    }
    return turn.withPermit(effect)
  })

// What is written or erased may have changed while it waited for its turn.
const write = Effect.fnUntraced(function* (self: State, key: string, kept: Kept) {
  if (self.sessions.get(key) !== kept) return
  const place = self.places.get(key) === 0 ? 1 : 0
  const { id, mainUrl, resumeUrl, sequence, startedAt } = kept.session
  const now = yield* Clock.currentTimeMillis
  const epoch = Owners.epochOf(self.owners, key)
  const savedAt = Math.max(now, (self.saved.get(key) ?? 0) + 1)
  const text = JSON.stringify({ id, resumeUrl, startedAt, mainUrl, sequence, epoch, savedAt })
  yield* self.store.set(sessionAt(self, key, place), text)
  self.places.set(key, place)
  self.saved.set(key, savedAt)
  kept.written = sequence
  kept.epoch = epoch
  kept.writtenAt = now
})

const erase = Effect.fnUntraced(function* (self: State, key: string) {
  if (!self.removed.has(key)) return
  // Another process may have stored its own session since. What this one has released is not looked at by `isOwner`.
  if (!(yield* Owners.isOwner(self.owners, key)) || (yield* Owners.isElsewhere(self.owners, key))) {
    self.removed.delete(key)
    return
  }
  yield* self.store.remove(sessionAt(self, key, 0))
  yield* self.store.remove(sessionAt(self, key, 1))
  self.removed.delete(key)
})

const loadBudget = (self: State, application: string): Effect.Effect<Budget | undefined> =>
  self.guarded("read the identify budget", () =>
    Effect.flatMap(self.store.get(budgetAt(self, application)), (text) =>
      text === undefined ? Effect.undefined : decodeBudget(text)
    )
  )

const setBudget = (self: State, application: string, budget: Budget): Effect.Effect<void> =>
  self.guarded("write the identify budget", () => self.store.set(budgetAt(self, application), JSON.stringify(budget)))
