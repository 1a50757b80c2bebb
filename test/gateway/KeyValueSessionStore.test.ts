import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as TestClock from "effect/testing/TestClock"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const key: SessionStore.SessionKey = { application: "app", intents: 1, shard: ShardId.make(0), total: 2 }
const session = (sequence: number): SessionStore.Session => ({
  id: "session",
  resumeUrl: "wss://gateway.discord.gg",
  startedAt: 5,
  sequence
})

/** A store whose contents outlive the processes of a test. */
const makeDisk = (overrides: Partial<KeyValueStore.KeyValueStore> = {}) => {
  const map = new Map<string, string>()
  const kv = KeyValueStore.makeStringOnly({
    get: (key) => Effect.sync(() => map.get(key)),
    set: (key, value) => Effect.sync(() => map.set(key, value)),
    remove: (key) => Effect.sync(() => map.delete(key)),
    clear: Effect.sync(() => map.clear()),
    size: Effect.sync(() => map.size),
    keys: Effect.sync(() => [...map.keys()])
  })
  return { map, layer: Layer.succeed(KeyValueStore.KeyValueStore, { ...kv, ...overrides }) }
}

/** One process: its own memory over the same disk. */
const inProcess = <A, E>(
  disk: Layer.Layer<KeyValueStore.KeyValueStore>,
  body: (store: SessionStore.SessionStore["Service"]) => Effect.Effect<A, E>,
  options: KeyValueSessionStore.Options = {}
) =>
  Effect.flatMap(SessionStore.SessionStore, body).pipe(
    Effect.provide(Layer.provide(KeyValueSessionStore.layer(options), disk), { local: true })
  )

describe("KeyValueSessionStore", () => {
  it.effect("is durable, unlike the store in memory", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* inProcess(makeDisk().layer, (store) => Effect.succeed(store.durable)))
      const memory = yield* Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory)
      assert.isFalse(memory.durable)
    })
  )

  it.effect("writes nothing when a session is set or advances, until the interval is over", () =>
    Effect.gen(function* () {
      const { layer, map } = makeDisk()
      yield* inProcess(layer, (store) =>
        Effect.gen(function* () {
          yield* Effect.yieldNow
          const live = session(1)
          yield* store.set(key, live)
          live.sequence = 40
          assert.strictEqual(map.size, 0)
          yield* TestClock.adjust("1 second")
          assert.strictEqual(JSON.parse([...map.values()][0] ?? "").sequence, 40)
        })
      )
    })
  )

  it.effect("gives the next process what was written last, at most one interval earlier", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      yield* inProcess(layer, (store) =>
        Effect.gen(function* () {
          const live = session(1)
          yield* store.set(key, live)
          for (let n = 2; n <= 50; n++) {
            live.sequence = n
            yield* TestClock.adjust("100 millis")
          }
          // Killed here: what has changed since the last write is lost.
        })
      )
      const loaded = yield* inProcess(layer, (store) => store.load(key))
      assert.deepInclude(loaded, { id: "session", startedAt: 5 })
      assert.isAtLeast(loaded?.sequence ?? 0, 40)
    })
  )

  it.effect("writes everything on flush", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      yield* inProcess(layer, (store) => Effect.andThen(store.set(key, session(7)), store.flush))
      assert.deepStrictEqual(yield* inProcess(layer, (store) => store.load(key)), session(7))
    })
  )

  it.effect("lets a flush wait for a write of the same session, and keeps the newer one", () =>
    Effect.gen(function* () {
      const { layer, map } = makeDisk()
      let writes = 0
      let running = 0
      let most = 0
      // The first write is the slow one.
      const set = (place: string, value: string | Uint8Array) =>
        Effect.gen(function* () {
          most = Math.max(most, ++running)
          yield* Effect.sleep(++writes === 1 ? "300 millis" : "10 millis")
          map.set(place, String(value))
          running--
        })
      const slow = Layer.effect(
        KeyValueStore.KeyValueStore,
        Effect.map(KeyValueStore.KeyValueStore, (kv) => ({ ...kv, set }))
      ).pipe(Layer.provide(layer))
      yield* inProcess(slow, (store) =>
        Effect.gen(function* () {
          const live = session(1)
          yield* Effect.yieldNow
          yield* store.set(key, live)
          yield* TestClock.adjust("1 second")
          assert.strictEqual(writes, 1)
          live.sequence = 2
          const flushing = yield* Effect.forkChild(store.flush, { startImmediately: true })
          yield* TestClock.adjust("400 millis")
          assert.isDefined(flushing.pollUnsafe())
        })
      )
      assert.deepStrictEqual([writes, most], [2, 1])
      assert.strictEqual((yield* inProcess(layer, (store) => store.load(key)))?.sequence, 2)
    })
  )

  it.effect("does not write a session that is removed while it waits to be written", () =>
    Effect.gen(function* () {
      const { layer, map } = makeDisk()
      const slow = Layer.effect(
        KeyValueStore.KeyValueStore,
        Effect.map(KeyValueStore.KeyValueStore, (kv) => ({
          ...kv,
          set: (place: string, value: string | Uint8Array) => Effect.delay(kv.set(place, value), "100 millis")
        }))
      ).pipe(Layer.provide(layer))
      yield* inProcess(slow, (store) =>
        Effect.gen(function* () {
          yield* Effect.yieldNow
          yield* store.set(key, session(1))
          yield* TestClock.adjust("1 second")
          const first = yield* Effect.forkChild(store.flush, { startImmediately: true })
          yield* store.remove(key)
          const second = yield* Effect.forkChild(store.flush, { startImmediately: true })
          yield* TestClock.adjust("500 millis")
          assert.isDefined(first.pollUnsafe())
          assert.isDefined(second.pollUnsafe())
        })
      )
      assert.strictEqual(map.size, 0)
    })
  )

  it.effect("keeps sessions apart by bot, total, intents and shard", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      yield* inProcess(layer, (store) => Effect.andThen(store.set(key, session(7)), store.flush))
      for (const other of [{ application: "other" }, { intents: 2 }, { total: 3 }, { shard: ShardId.make(1) }]) {
        assert.isUndefined(yield* inProcess(layer, (store) => store.load({ ...key, ...other })))
      }
    })
  )

  it.effect("expires a session, unless its shard still runs", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      yield* inProcess(layer, (store) =>
        Effect.gen(function* () {
          yield* store.set(key, session(7))
          yield* TestClock.adjust("1 hour")
        })
      )
      assert.isDefined(yield* inProcess(layer, (store) => store.load(key)))
      yield* TestClock.adjust("20 minutes")
      assert.isUndefined(yield* inProcess(layer, (store) => store.load(key)))
    })
  )

  it.effect("does not load a removed session again", () =>
    Effect.gen(function* () {
      const { layer, map } = makeDisk()
      yield* inProcess(layer, (store) => Effect.andThen(store.set(key, session(7)), store.flush))
      yield* inProcess(layer, (store) =>
        Effect.gen(function* () {
          yield* store.remove(key)
          assert.isUndefined(yield* store.load(key))
          yield* store.flush
        })
      )
      assert.strictEqual(map.size, 0)
    })
  )

  it.effect("does not remove a session that another process has claimed since it was released", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      const nobody = () => undefined
      yield* inProcess(layer, (one) =>
        Effect.gen(function* () {
          yield* one.claim(key, nobody)
          yield* one.set(key, session(3))
          yield* one.release(key)
          yield* inProcess(layer, (other) =>
            Effect.gen(function* () {
              const claimed = yield* other.claim(key, nobody)
              assert.strictEqual(claimed?.sequence, 3)
              yield* one.remove(key)
              yield* one.flush
            })
          )
          assert.strictEqual((yield* one.claim(key, nobody))?.sequence, 3)
        })
      )
    })
  )

  it.effect("loads the write before one that was cut off, and nothing from a corrupt store", () =>
    Effect.gen(function* () {
      const { layer, map } = makeDisk()
      const write = (sequence: number) =>
        Effect.andThen(
          TestClock.adjust(10),
          inProcess(layer, (store) =>
            Effect.gen(function* () {
              yield* store.load(key)
              yield* store.set(key, session(sequence))
              yield* store.flush
            })
          )
        )
      yield* write(1)
      yield* write(2)
      const newest = [...map].find(([, text]) => JSON.parse(text).sequence === 2)?.[0] ?? ""
      map.set(newest, '{"id":"sess')
      assert.strictEqual((yield* inProcess(layer, (store) => store.load(key)))?.sequence, 1)
      for (const place of map.keys()) map.set(place, "{}")
      assert.isUndefined(yield* inProcess(layer, (store) => store.load(key)))
    })
  )

  it.effect("gives up when the KeyValueStore fails or never answers", () =>
    Effect.gen(function* () {
      const failing = makeDisk({ get: () => Effect.die("broken"), set: () => Effect.die("broken") })
      yield* inProcess(failing.layer, (store) =>
        Effect.gen(function* () {
          assert.isUndefined(yield* store.load(key))
          yield* store.set(key, session(1))
          yield* store.flush
          yield* store.setBudget("app", { total: 1, remaining: 1, resetAt: 1 })
        })
      )
      const hanging = makeDisk({ get: () => Effect.never, set: () => Effect.never })
      yield* inProcess(hanging.layer, (store) =>
        Effect.gen(function* () {
          const loading = yield* Effect.forkChild(store.load(key))
          yield* store.set(key, session(1))
          yield* TestClock.adjust("20 seconds")
          assert.isDefined(loading.pollUnsafe())
        })
      )
    })
  )

  it.effect("tells a process that its shard was taken by one whose clock is far ahead", () =>
    Effect.gen(function* () {
      const { layer, map } = makeDisk()
      let taken = 0
      yield* TestClock.setTime(3_600_000)
      yield* inProcess(layer, (one) =>
        Effect.gen(function* () {
          yield* one.claim(key, () => taken++)
          yield* TestClock.adjust("30 seconds")
          for (const name of map.keys()) if (name.includes("/process/")) map.set(name, "1000")
          yield* inProcess(layer, (other) =>
            Effect.gen(function* () {
              yield* other.claim(key, () => undefined)
              assert.strictEqual(taken, 0)
              yield* TestClock.adjust("2 seconds")
              assert.strictEqual(taken, 1)
            })
          )
        })
      )
    })
  )

  it.effect("leaves a shard to one of two processes that claim it at once, although one of them writes late", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      const late = Layer.effect(
        KeyValueStore.KeyValueStore,
        Effect.map(KeyValueStore.KeyValueStore, (disk) => ({
          ...disk,
          set: (name: string, value: string | Uint8Array) =>
            name.includes("/owner/") ? Effect.delay(disk.set(name, value), "3 seconds") : disk.set(name, value)
        }))
      ).pipe(Layer.provide(layer))
      let taken = 0
      const count = () => void taken++
      yield* inProcess(layer, (one) =>
        inProcess(late, (other) =>
          Effect.gen(function* () {
            const second = yield* Effect.forkChild(other.claim(key, count), { startImmediately: true })
            yield* TestClock.adjust("100 millis")
            yield* one.claim(key, count)
            yield* TestClock.adjust("10 seconds")
            assert.isDefined(second.pollUnsafe())
            assert.strictEqual(taken, 1)
          })
        )
      )
    })
  )

  it.effect("keeps the identify budget", () =>
    Effect.gen(function* () {
      const { layer } = makeDisk()
      const budget = { total: 1000, remaining: 3, resetAt: 99 }
      yield* inProcess(layer, (store) => store.setBudget("app", budget))
      assert.deepStrictEqual(yield* inProcess(layer, (store) => store.loadBudget("app")), budget)
      assert.isUndefined(yield* inProcess(layer, (store) => store.loadBudget("other")))
    })
  )

  it("uses a fingerprint that is short and does not contain the token", () => {
    assert.match(SessionStore.keyToString(key), /^app\/2\/1\/0$/)
  })
})
