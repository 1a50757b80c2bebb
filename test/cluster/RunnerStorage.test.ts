/** What `fibercord/cluster` expects of Effect's `SqlRunnerStorage`, on each kind of database. */
import { assert, describe, layer } from "@effect/vitest"
import * as Runner from "effect/cluster/Runner"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as ShardId from "effect/cluster/ShardId"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Postgres from "./support/Postgres.ts"
import { type Database, type Storage, storages } from "./support/storages.ts"

const shards = (...ids: ReadonlyArray<number>) => ids.map((id) => ShardId.make("default", id))
const ids = (shards: ReadonlyArray<ShardId.ShardId>) => shards.map((shard) => shard.id).toSorted((a, b) => a - b)
const range = (length: number) => Array.from({ length }, (_, index) => index + 1)

/** A process with a client of its own on the database. It ends with the scope. */
const join = Effect.fnUntraced(function* (storage: Storage, database: Database, port: number) {
  const address = RunnerAddress.make("127.0.0.1", port)
  const name = `127.0.0.1:${port}`
  const context = yield* Layer.build(
    SqlRunnerStorage.layer.pipe(
      Layer.provide(ShardingConfig.layer(storage.config)),
      Layer.provideMerge(database.client(name))
    )
  )
  const runners = Context.get(context, RunnerStorage.RunnerStorage)
  const sql = Context.get(context, SqlClient.SqlClient)
  const runner = Runner.make({ address, groups: ["default"], weight: 1 })
  return {
    runner,
    runners,
    lose: (other: string) => database.lose(sql, other),
    name,
    acquire: (...wanted: ReadonlyArray<number>) => Effect.map(runners.acquire(address, shards(...wanted)), ids),
    refresh: (...held: ReadonlyArray<number>) => Effect.map(runners.refresh(address, shards(...held)), ids),
    release: (id: number) => runners.release(address, ShardId.make("default", id)),
    releaseAll: runners.releaseAll(address)
  }
})

const members = Effect.fnUntraced(function* (storage: Storage) {
  const database = yield* storage.make
  return [yield* join(storage, database, 1), yield* join(storage, database, 2)] as const
})

layer(Postgres.layer, { excludeTestServices: true })("SqlRunnerStorage", (it) => {
  describe.each(storages)("on $name", (storage) => {
    it.effect("lists who registered, and how they are", () =>
      Effect.gen(function* () {
        const [a, b] = yield* members(storage)
        const first = yield* a.runners.register(a.runner, true)
        const second = yield* b.runners.register(b.runner, true)
        assert.notStrictEqual(first, second)
        assert.strictEqual(yield* a.runners.register(a.runner, true), first)
        yield* b.runners.setRunnerHealth(b.runner.address, false)
        const listed = (yield* a.runners.getRunners).map(([runner, healthy]) => [runner.address.port, healthy])
        assert.sameDeepMembers(listed, [
          [1, true],
          [2, false]
        ])
        yield* b.runners.unregister(b.runner.address)
        assert.deepStrictEqual(yield* a.runners.getRunners, [[a.runner, true]])
      }).pipe(Effect.scoped)
    )

    it.effect("does not list one whose heartbeat is older than the lease", () =>
      Effect.gen(function* () {
        const [a, b] = yield* members(storage)
        yield* a.runners.register(a.runner, true)
        yield* b.runners.register(b.runner, true)
        yield* b.lose(a.name)
        assert.deepStrictEqual(yield* b.runners.getRunners, [[b.runner, true]])
      }).pipe(Effect.scoped)
    )

    it.effect("locks a shard for one process", () =>
      Effect.gen(function* () {
        const [a, b] = yield* members(storage)
        assert.deepStrictEqual(yield* a.acquire(1, 2), [1, 2])
        assert.deepStrictEqual(yield* b.acquire(2, 3), [3])
        assert.deepStrictEqual(yield* a.acquire(1, 2, 3), [1, 2])
        assert.deepStrictEqual(yield* b.refresh(1, 2, 3), [3])
      }).pipe(Effect.scoped)
    )

    it.effect("locks each shard for one of those that want all at the same time", () =>
      Effect.gen(function* () {
        const database = yield* storage.make
        const all = yield* Effect.forEach(range(4), (port) => join(storage, database, port))
        const taken = yield* Effect.forEach(all, (each) => each.acquire(...range(100)), { concurrency: "unbounded" })
        assert.deepStrictEqual(
          taken.flat().toSorted((a, b) => a - b),
          range(100)
        )
      }).pipe(Effect.scoped)
    )

    it.effect("gives a released shard to another", () =>
      Effect.gen(function* () {
        const [a, b] = yield* members(storage)
        yield* a.acquire(1, 2, 3)
        yield* a.release(2)
        assert.deepStrictEqual(yield* b.acquire(1, 2, 3), [2])
        yield* a.releaseAll
        assert.deepStrictEqual(yield* b.acquire(1, 2, 3), [1, 2, 3])
        assert.deepStrictEqual(yield* a.refresh(1, 2, 3), [])
      }).pipe(Effect.scoped)
    )

    it.effect("gives the shards of a lost process to another, and the lost one learns it", () =>
      Effect.gen(function* () {
        const [a, b] = yield* members(storage)
        yield* a.acquire(1, 2)
        yield* b.lose(a.name)
        assert.deepStrictEqual(yield* b.acquire(1, 2), [1, 2])
        // A session that was ended says so once; what counts is that it never confirms what it lost.
        const refreshed = yield* Effect.retry(a.refresh(1, 2), { times: 10 })
        assert.deepStrictEqual(refreshed, [])
        assert.deepStrictEqual(yield* a.acquire(1, 2, 3), [3])
      }).pipe(Effect.scoped)
    )
  })
})
