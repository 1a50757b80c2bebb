/**
 * Sessions in any `KeyValueStore`: files, SQL, Redis. A process that stops and starts again resumes its shards and
 * misses nothing that Discord still has.
 *
 * Writing is behind: every {@link Options.writeInterval} the sessions that moved are written, and the rest when shards
 * are stopped. A process that is killed therefore resumes from at most one interval before its end: Discord sends the
 * events of that interval again, and none is missing.
 *
 * `effect/persistence` may change in a minor version of Effect; this file is the only one of the gateway that uses it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { keyToString, type Session, SessionStore } from "./SessionStore.ts"

/** Options of {@link layer}. */
export interface Options {
  /** How often sessions that moved are written. Default: 1 second. */
  readonly writeInterval?: Duration.Input | undefined
  /** How long after its last event a session is tried. Discord keeps one for some minutes. Default: 10 minutes. */
  readonly timeToLive?: Duration.Input | undefined
  /** Begins every key. Default: `fibercord/`. */
  readonly prefix?: string | undefined
}

const StoredSession = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.String,
    resumeUrl: Schema.String,
    startedAt: Schema.Finite,
    /** Earlier versions wrote none. */
    mainUrl: Schema.optionalKey(Schema.String),
    sequence: Schema.Int,
    /** When it was written, in milliseconds since 1970. */
    savedAt: Schema.Finite
  })
)
const decodeSession = Schema.decodeUnknownEffect(StoredSession)

const StoredBudget = Schema.fromJsonString(
  Schema.Struct({ total: Schema.Int, remaining: Schema.Int, resetAt: Schema.Finite })
)
const decodeBudget = Schema.decodeUnknownEffect(StoredBudget)

type Slot = 0 | 1

interface Kept {
  readonly session: Session
  /** The sequence that was written last, and when. */
  written: number
  writtenAt: number
}

const make = Effect.fnUntraced(function* (options: Options) {
  const kv = yield* KeyValueStore.KeyValueStore
  const prefix = options.prefix ?? "fibercord/"
  const timeToLive = Duration.toMillis(options.timeToLive ?? "10 minutes")
  const sessions = new Map<string, Kept>()
  const removed = new Set<string>()
  // A process that is killed while it writes leaves one of two places broken, and the other whole.
  const slots = new Map<string, Slot>()
  // The newest `savedAt` of each key. It only grows, or a wall clock that is set back would make the older place win.
  const saved = new Map<string, number>()
  // `flush` and the writing behind may meet at a key: two at once would write the same place, and the older might win.
  const turns = new Map<string, Semaphore.Semaphore>()
  const placeOf = (key: string, slot: Slot) => `${prefix}session/${key}/${slot}`
  const budgetOf = (application: string) => `${prefix}budget/${application}`

  const guarded = <A>(what: string, effect: Effect.Effect<A, unknown>): Effect.Effect<A | undefined> =>
    effect.pipe(
      Effect.timeout(patience),
      Effect.catchCause((cause) =>
        Effect.as(Effect.logWarning(`The session store could not ${what}`, cause), undefined)
      )
    )

  const read = (key: string, slot: Slot) =>
    guarded(
      "read a session",
      Effect.flatMap(kv.get(placeOf(key, slot)), (text) =>
        text === undefined ? Effect.undefined : decodeSession(text)
      )
    )

  const load = Effect.fnUntraced(function* (key: string) {
    const kept = sessions.get(key)
    if (kept !== undefined) return kept.session
    if (removed.has(key)) return undefined
    const [first, second] = yield* Effect.all([read(key, 0), read(key, 1)], { concurrency: 2 })
    const slot: Slot = (second?.savedAt ?? 0) > (first?.savedAt ?? 0) ? 1 : 0
    slots.set(key, slot)
    const newest = slot === 0 ? first : second
    saved.set(key, newest?.savedAt ?? 0)
    const now = yield* Clock.currentTimeMillis
    if (newest === undefined || now - newest.savedAt > timeToLive) return undefined
    const { savedAt: _, ...session } = newest
    return session satisfies Session
  })

  const inTurn = <A, E>(key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      let turn = turns.get(key)
      if (turn === undefined) {
        turn = Semaphore.makeUnsafe(1)
        turns.set(key, turn)
      }
      return turn.withPermit(effect)
    })

  const write = Effect.fnUntraced(function* (key: string, kept: Kept) {
    if (sessions.get(key) !== kept) return
    const slot = slots.get(key) === 0 ? 1 : 0
    const { id, mainUrl, resumeUrl, sequence, startedAt } = kept.session
    const now = yield* Clock.currentTimeMillis
    const savedAt = Math.max(now, (saved.get(key) ?? 0) + 1)
    yield* kv.set(placeOf(key, slot), JSON.stringify({ id, resumeUrl, startedAt, mainUrl, sequence, savedAt }))
    slots.set(key, slot)
    saved.set(key, savedAt)
    kept.written = sequence
    kept.writtenAt = now
  })

  const forget = Effect.fnUntraced(function* (key: string) {
    if (!removed.has(key)) return
    yield* kv.remove(placeOf(key, 0))
    yield* kv.remove(placeOf(key, 1))
    removed.delete(key)
  })

  const writeAll = (isDue: (kept: Kept) => boolean) =>
    Effect.suspend(() => {
      const due = [...sessions].filter(([, kept]) => isDue(kept))
      return Effect.forEach(
        [
          ...[...removed].map((key) => inTurn(key, guarded("forget a session", forget(key)))),
          ...due.map(([key, kept]) => inTurn(key, guarded("write a session", write(key, kept))))
        ],
        identity,
        { concurrency: 16, discard: true }
      )
    })

  // A session without events is written from time to time too, or it would look too old to be tried.
  const behind = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    writeAll((kept) => kept.session.sequence !== kept.written || now - kept.writtenAt > timeToLive / 4)
  )
  yield* Effect.forkScoped(Effect.repeat(behind, Schedule.spaced(options.writeInterval ?? "1 second")))

  return SessionStore.of({
    durable: true,
    load: (key) => load(keyToString(key)),
    set: (key, session) =>
      Effect.sync(() => {
        removed.delete(keyToString(key))
        sessions.set(keyToString(key), { session, written: -1, writtenAt: 0 })
      }),
    remove: (key) =>
      Effect.sync(() => {
        sessions.delete(keyToString(key))
        removed.add(keyToString(key))
      }),
    loadBudget: (application) =>
      guarded(
        "read the identify budget",
        Effect.flatMap(kv.get(budgetOf(application)), (text) =>
          text === undefined ? Effect.undefined : decodeBudget(text)
        )
      ),
    setBudget: (application, budget) =>
      Effect.asVoid(guarded("write the identify budget", kv.set(budgetOf(application), JSON.stringify(budget)))),
    flush: writeAll(() => true)
  })
})

// A store that does not answer costs this long, and an IDENTIFY.
const patience = "5 seconds"

/** Keeps sessions in the `KeyValueStore` that is provided, for example `KeyValueStore.layerFileSystem(directory)`. */
export const layer = (options: Options = {}): Layer.Layer<SessionStore, never, KeyValueStore.KeyValueStore> =>
  Layer.effect(SessionStore, make(options))
