/**
 * A store on a `KeyValueStore`: one value for each kind of each guild, and one that says whether the guild is whole.
 *
 * `effect/persistence` may change in a minor version of Effect. In the cache, only this file calls it.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { KeyValueStore } from "effect/persistence/KeyValueStore"
import { isGuildId } from "../../gateway/guildId.ts"
import { GuildStoreError, type Kept, type Kind, type Open } from "../GuildStore.ts"
import { Collection } from "./collection.ts"

type State = "whole" | "unavailable"

// A store that hangs costs a guild this long, and what is kept of it.
const patience = "5 seconds"

/** One thing to do with a guild, in its turn. */
type Operation =
  /** The guild starts over, with nothing in it. */
  | { readonly _tag: "Reset"; readonly state: State | undefined }
  | { readonly _tag: "Write"; readonly kind: Kind; readonly apply: (found: Collection) => void }
  | {
      readonly _tag: "Read"
      readonly kind: Kind
      readonly read: (found: Collection) => unknown
      readonly result: Deferred.Deferred<unknown, GuildStoreError>
    }

/** What waits for one guild, and the fiber that does it. */
interface Turn {
  waiting: Array<Operation>
}

const readCollection = (text: string | undefined, limits: Kept[Kind] = {}): Collection =>
  text === undefined ? new Collection(limits) : Collection.from(limits, JSON.parse(text))

/** The values of one guild while operations are applied to them. */
class Batch {
  readonly store: KeyValueStore
  readonly kept: Kept
  readonly base: string
  readonly loaded = new Map<Kind, Collection>()
  readonly written = new Set<Kind>()
  /** Whether it started over, and as what. */
  reset: { readonly state: State | undefined } | undefined

  constructor(store: KeyValueStore, kept: Kept, base: string) {
    this.store = store
    this.kept = kept
    this.base = base
  }

  load(kind: Kind) {
    const known = this.loaded.get(kind)
    if (known !== undefined) return Effect.succeed(known)
    const text = this.reset === undefined ? this.store.get(`${this.base}${kind}`) : Effect.undefined
    return Effect.map(text, (text) => {
      const found = readCollection(text, this.kept[kind])
      this.loaded.set(kind, found)
      return found
    })
  }

  apply(operation: Operation) {
    if (operation._tag === "Reset") {
      this.reset = { state: operation.state }
      this.loaded.clear()
      this.written.clear()
      return Effect.void
    }
    return Effect.map(this.load(operation.kind), (found) => {
      if (operation._tag === "Read") Deferred.doneUnsafe(operation.result, Effect.succeed(operation.read(found)))
      else {
        operation.apply(found)
        this.written.add(operation.kind)
      }
    })
  }

  /** A guild that starts over is not whole in the store until everything of it is there. */
  save() {
    const { base, reset, store } = this
    return Effect.gen({ self: this }, function* () {
      if (reset !== undefined) yield* store.remove(`${base}state`)
      for (const kind of Object.keys(this.kept) as ReadonlyArray<Kind>) {
        const found = this.written.has(kind) ? this.loaded.get(kind) : undefined
        if (found !== undefined) yield* store.set(`${base}${kind}`, JSON.stringify(found))
        else if (reset !== undefined) yield* store.remove(`${base}${kind}`)
      }
      if (reset?.state !== undefined) yield* store.set(`${base}state`, reset.state)
    })
  }
}

/** Opens the store at a prefix, with the guilds that an earlier process left whole. */
export const open = (prefix: string) =>
  Effect.fnUntraced(function* (kept: Kept): Effect.fn.Return<Open, GuildStoreError, KeyValueStore | Scope.Scope> {
    const store = yield* KeyValueStore
    const clock = yield* Clock.Clock
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const now = () => clock.currentTimeMillisUnsafe()
    const states = yield* load(store, prefix)
    const turns = new Map<string, Turn>()
    const running = new Set<Fiber.Fiber<void>>()
    yield* Effect.addFinalizer(() => Fiber.awaitAll(running))

    const drain = (guildId: string, turn: Turn): Effect.Effect<void> =>
      Effect.suspend(() => {
        const operations = turn.waiting
        if (operations.length === 0) {
          turns.delete(guildId)
          return Effect.void
        }
        turn.waiting = []
        const batch = new Batch(store, kept, `${prefix}${guildId}/`)
        return Effect.forEach(operations, (operation) => batch.apply(operation), { discard: true }).pipe(
          Effect.andThen(Effect.suspend(() => batch.save())),
          Effect.timeout(patience),
          Effect.catchCause((cause) => lost(guildId, turn, operations, cause)),
          Effect.andThen(drain(guildId, turn))
        )
      })

    const lost = (guildId: string, turn: Turn, operations: ReadonlyArray<Operation>, cause: Cause.Cause<unknown>) =>
      Effect.suspend(() => {
        const error = new GuildStoreError({ detail: `guild ${guildId}`, cause: Cause.squash(cause) })
        for (const operation of operations)
          if (operation._tag === "Read") Deferred.doneUnsafe(operation.result, Effect.fail(error))
        // Unless it was only read, what the store has is not what it should have.
        if (operations.every(({ _tag }) => _tag === "Read")) return Effect.void
        const restart = turn.waiting.findIndex(({ _tag }) => _tag === "Reset")
        if (restart < 0) states.delete(guildId)
        // What waits changes what was lost, unless the guild starts over meanwhile.
        const rest = restart < 0 ? turn.waiting : turn.waiting.slice(0, restart)
        for (const one of rest) if (one._tag === "Read") Deferred.doneUnsafe(one.result, Effect.fail(error))
        turn.waiting = restart < 0 ? [] : turn.waiting.slice(restart)
        return Effect.logWarning(`The cache has lost guild ${guildId}, because its store failed`, cause).pipe(
          Effect.andThen(Effect.ignore(Effect.timeout(store.remove(`${prefix}${guildId}/state`), patience)))
        )
      })

    const add = (guildId: string, operation: Operation): void => {
      const turn = turns.get(guildId)
      if (turn !== undefined) return void turn.waiting.push(operation)
      const made: Turn = { waiting: [operation] }
      turns.set(guildId, made)
      const fiber = fork(Effect.andThen(Effect.yieldNow, drain(guildId, made)))
      running.add(fiber)
      fiber.addObserver(() => running.delete(fiber))
    }
    return operationsOf({ states, kept, now, add })
  })

const load = (store: KeyValueStore, prefix: string): Effect.Effect<Map<string, State>, GuildStoreError> =>
  Effect.gen(function* () {
    const states = new Map<string, State>()
    for (const key of yield* store.keys) {
      const [guildId = "", what] = key.startsWith(prefix) ? key.slice(prefix.length).split("/") : []
      // Somebody else may have written there.
      if (what !== "state" || !isGuildId(guildId)) continue
      const state = yield* store.get(key)
      if (state === "whole" || state === "unavailable") states.set(guildId, state)
    }
    return states
  }).pipe(Effect.mapError((cause) => new GuildStoreError({ detail: "its guilds", cause })))

const operationsOf = (self: {
  readonly states: Map<string, State>
  readonly kept: Kept
  readonly now: () => number
  readonly add: (guildId: string, operation: Operation) => void
}): Open => {
  const { add, kept, now, states } = self
  const reset = (guildId: string, state: State | undefined): void => {
    if (state === undefined) states.delete(guildId)
    else states.set(guildId, state)
    add(guildId, { _tag: "Reset", state })
  }
  const write = (kind: Kind, guildId: string, apply: (found: Collection) => void): void => {
    if (kept[kind] !== undefined && states.get(guildId) === "whole") add(guildId, { _tag: "Write", kind, apply })
  }
  const read = <A>(kind: Kind, guildId: string, get: (found: Collection) => A) =>
    Effect.suspend((): Effect.Effect<A | undefined, GuildStoreError> => {
      if (kept[kind] === undefined || states.get(guildId) !== "whole") return Effect.undefined
      const result = Deferred.makeUnsafe<unknown, GuildStoreError>()
      add(guildId, { _tag: "Read", kind, read: get, result })
      return Deferred.await(result) as Effect.Effect<A, GuildStoreError>
    })
  return {
    state: (guildId) => states.get(guildId),
    guildIds: () => [...states.keys()],
    begin: (guildId) => reset(guildId, "whole"),
    outage: (guildId) => reset(guildId, "unavailable"),
    forget: (guildId) => reset(guildId, undefined),
    set: (kind, guildId, entry, merge = false) => write(kind, guildId, (found) => found.set(entry, merge, now())),
    remove: (kind, guildId, id) => write(kind, guildId, (found) => found.remove(id)),
    removeGroup: (kind, guildId, group) => write(kind, guildId, (found) => found.removeGroup(group)),
    replace: (kind, guildId, entries) =>
      write(kind, guildId, (found) => {
        found.clear()
        for (const entry of entries) found.set(entry, false, now())
      }),
    update: (kind, guildId, change) => write(kind, guildId, (found) => found.update(change)),
    get: (kind, guildId, id) => read(kind, guildId, (found) => found.get(id, now())),
    all: (kind, guildId) => read(kind, guildId, (found) => found.all(now()))
  }
}
