/** However late storages, answers, timers and connections are, a member connects no shard that another one has taken. */
import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import { elapsed } from "../../src/cluster/internal/coordination.ts"
import { permissionLasts } from "../../src/cluster/internal/coordinator.ts"
import * as Patience from "../../src/cluster/internal/patience.ts"
import type { Peers } from "../../src/cluster/internal/peers.ts"
import type { MayConnect } from "../../src/cluster/internal/protocol.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as Ownership from "../../src/gateway/internal/ownership.ts"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as Simulated from "./support/simulated.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Mostly short, and sometimes longer than a lease. */
const Pause = Schema.Union([between(0, 20), between(0, 20), between(0, 1_500), between(0, 12_000)])

const Case = Schema.Struct({
  /** To whom the storage says nothing any more. */
  without: Schema.Literals(["nobody", "one", "all"]),
  /** Whether it refuses instead of saying nothing. */
  refuses: Schema.Boolean,
  /** Whether the coordinator does not reach the member any more. The member reaches others. */
  isCut: Schema.Boolean,
  /** When another coordinator takes office, which knows nothing of the member, if one does. */
  replacedAfter: Schema.NullOr(between(0, 10_000)),
  /** How long a connection lasts, and how long it takes from the store's answer to HELLO. */
  connections: Schema.Array(
    Schema.Struct({ lasts: between(500, 6_000), hello: Schema.Union([between(0, 1_500), between(0, 12_000)]) })
  ),
  /** How late the storage's answers and those of others are for the member. Its timers are as late. */
  late: Schema.Array(Pause)
})

/** One after the other, and then another one for ever. */
const oneByOne = <A>(all: ReadonlyArray<A>, last: A) => {
  let index = 0
  return (): A => all[index++] ?? last
}

const storeOf = (store: KeyValueStore.KeyValueStore) =>
  Effect.map(
    Layer.build(
      Layer.fresh(KeyValueSessionStore.layer()).pipe(Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, store)))
    ),
    (context) => Context.get(context, SessionStore.SessionStore)
  )

const total = 2

it.effect.prop(
  "a member connects no shard after another one has taken it, and connects it again while nobody can take it",
  [Arbitrary.schema(Case)],
  ([{ connections, isCut, late, refuses, replacedAfter, without }]) =>
    Effect.gen(function* () {
      const members = Simulated.membersOf("a:1", "b:2")
      const [other, own] = [...members.values()] as [Simulated.Simulated, Simulated.Simulated]
      const memory = yield* KeyValueStore.KeyValueStore
      const { coordinator, storage } = yield* Simulated.worldOf(members, total)
      yield* TestClock.adjust("3 seconds")
      const shard = own.shards[0]
      if (shard === undefined) return assert.fail("the member has no shard")
      const key = { application: "app", intents: 1, shard, total }

      const lateness = oneByOne(late, 1)
      let isAway = false
      const away = Effect.suspend(() => (refuses ? Effect.die("refused") : silence))
      const silence: Effect.Effect<never> = Effect.suspend(() =>
        isAway ? Effect.delay(silence, 1000) : Effect.die("gone")
      )
      const delayed = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
        Effect.tap(effect, () => Effect.uninterruptible(Effect.sleep(isAway ? lateness() : 0)))
      const view: KeyValueStore.KeyValueStore = {
        ...memory,
        get: (name) => Effect.suspend(() => (isAway && without !== "nobody" ? away : delayed(memory.get(name)))),
        set: (name, value) => Effect.suspend(() => (isAway && without !== "nobody" ? away : memory.set(name, value)))
      }
      let office: Parameters<typeof Patience.answer>[0] = { coordinator }
      const theirs = {
        ...memory,
        has: (name: string) => Effect.suspend(() => (isAway && without === "all" ? away : memory.has(name)))
      }
      const peers: Pick<Peers, "call"> = {
        call: (_, use, within = "Infinity") => {
          const client = {
            MayConnect: (request: MayConnect) => delayed(Effect.suspend(() => Patience.answer(office, theirs, request)))
          }
          return Effect.timeout(use(client as never), within) as never
        }
      }
      const asking = { mark: own.mark, name: "b:2", peers: ["a:1", "b:2"].map((name) => ({ name, mark: "first" })) }
      const store = Patience.patient(asking, peers, yield* storeOf(view))
      const newOwner = yield* storeOf(memory)
      const state = { isTaken: false, takenAt: Infinity }
      yield* store.claim(key, () => (state.isTaken = true))
      const takes = Effect.gen(function* () {
        while (!other.shards.includes(shard)) yield* Effect.sleep(50)
        yield* newOwner.claim(key, () => undefined)
        state.takenAt = yield* elapsed
      })
      const connected: Array<number> = []
      const connection = oneByOne(connections, { lasts: 2_000, hello: 1_500 })
      const self = { key, ownedAt: yield* elapsed, services: { store } }
      const runs = Effect.gen(function* () {
        while (!state.isTaken) {
          const { hello, lasts } = connection()
          // Who resumes its session ends its connection.
          for (let left = lasts; left > 0 && state.takenAt === Infinity; left -= 50) yield* Effect.sleep(50)
          yield* Effect.sleep(10)
          yield* Ownership.ask(self)
          yield* Effect.sleep(hello)
          yield* Ownership.confirm(self, Effect.never)
          connected.push(yield* elapsed)
        }
      })
      yield* Effect.forkChild(takes, { startImmediately: true })
      yield* Effect.forkChild(runs, { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      isAway = true
      if (without === "all") {
        storage.reads = away
        storage.answers = away
      }
      if (isCut) own.status = Effect.never
      const mayBeReplaced = without === "one" && replacedAfter !== null
      if (mayBeReplaced) {
        yield* TestClock.adjust(replacedAfter)
        members.delete("b:2")
        const next = yield* Simulated.worldOf(members, total, JSON.stringify({ term: 9, total }))
        office = { coordinator: next.coordinator }
      }
      yield* TestClock.adjust("60 seconds")
      const end = yield* elapsed
      // Nothing waits for ever when it is closed: time stands still then.
      isAway = false
      yield* TestClock.adjust("30 seconds")
      const during = connected.filter((at) => at <= end)
      // Its coordinator keeps what it has permitted. A coordinator that it does not know has not permitted it.
      const after = without === "one" && !mayBeReplaced ? 0 : permissionLasts
      for (const at of during) assert.isAtMost(at, state.takenAt + after)
      // Unless it is the one that is cut off, it is never away for longer than its waits are.
      const isKept = !isCut && !mayBeReplaced && state.takenAt === Infinity
      if (isKept) assert.isAtLeast(during.at(-1) ?? -Infinity, end - 40_000)
    }).pipe(Effect.scoped, Effect.provide(KeyValueStore.layerMemory)),
  { arbitrary: { runs: 60 }, timeout: 120_000 }
)

const Partition = Schema.Struct({
  members: between(1, 7),
  /** How many of them, from the first one on, hear only each other. */
  apart: between(0, 7),
  /** Whether the storage is away from those that are left, too. */
  isGone: Schema.Boolean
})

it.effect.prop(
  "members that are cut off together go on without the storage only if they are more than half of all",
  [Arbitrary.schema(Partition)],
  ([{ apart, isGone, members }]) =>
    Effect.gen(function* () {
      const names = Array.from({ length: members }, (_, i) => `m:${i}`)
      const peers = names.map((name) => ({ name, mark: name }))
      const isApart = (name: string) => names.indexOf(name) < apart
      const memory = yield* KeyValueStore.KeyValueStore
      const away = { ...memory, has: () => Effect.die("away") }
      const key = { application: "app", intents: 1, shard: ShardId.make(0), total: 1 }
      const goesOn = (own: string) =>
        Effect.gen(function* () {
          const call: Peers["call"] = (name, use, within = "Infinity") => {
            const theirs = isApart(name) || isGone ? away : memory
            const request = (request: MayConnect) => Patience.answer({ coordinator: undefined }, theirs, request)
            const client = { MayConnect: isApart(name) === isApart(own) ? request : () => Effect.never }
            return Effect.timeout(use(client as never), within) as never
          }
          const inner = { ...(yield* storeOf(memory)), isOwner: () => Effect.die("away") }
          const store = Patience.patient({ name: own, mark: own, peers }, { call }, inner)
          const asked = yield* Effect.forkChild(store.isOwner(key), { startImmediately: true })
          yield* TestClock.adjust("5 seconds")
          return asked.pollUnsafe() !== undefined
        })
      for (const own of names) {
        const group = names.filter((name) => isApart(name) === isApart(own))
        // Those that the storage answers say so.
        const isWithout = isApart(own) || isGone || group.length === 1
        assert.strictEqual(yield* goesOn(own), isWithout && group.length > members / 2)
      }
    }).pipe(Effect.scoped, Effect.provide(KeyValueStore.layerMemory)),
  { arbitrary: { runs: 60 }, timeout: 120_000 }
)
