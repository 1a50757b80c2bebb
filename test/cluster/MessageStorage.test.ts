/** That Effect's `SqlMessageStorage` works on each kind of database: a whole cluster of one, with persisted messages. */
import { NodeCrypto } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import * as ClusterSchema from "effect/cluster/ClusterSchema"
import * as Entity from "effect/cluster/Entity"
import * as SingleRunner from "effect/cluster/SingleRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Rpc from "effect/rpc/Rpc"
import * as Schema from "effect/Schema"
import * as Postgres from "./support/Postgres.ts"
import { storages } from "./support/storages.ts"

const Counter = Entity.make("Counter", [
  Rpc.make("Add", {
    payload: { id: Schema.String, amount: Schema.Int },
    primaryKey: ({ id }) => id,
    success: Schema.Int
  }).annotate(ClusterSchema.Persisted, true)
])

layer(Postgres.layer, { excludeTestServices: true })("SqlMessageStorage", (it) => {
  describe.each(storages)("on $name", (storage) => {
    it.effect("handles a persisted message once, and answers it as often as it is sent", () =>
      Effect.gen(function* () {
        const database = yield* storage.make
        let total = 0
        const handlers = Counter.toLayer({ Add: ({ payload }) => Effect.sync(() => (total += payload.amount)) })
        const cluster = handlers.pipe(
          Layer.provideMerge(SingleRunner.layer({ runnerStorage: "sql", shardingConfig: storage.config })),
          Layer.provide([database.client("one"), NodeCrypto.layerDigest])
        )
        yield* Effect.gen(function* () {
          const counter = (yield* Counter.client)("a")
          assert.strictEqual(yield* counter.Add({ id: "first", amount: 3 }), 3)
          assert.strictEqual(yield* counter.Add({ id: "second", amount: 4 }), 7)
          assert.strictEqual(yield* counter.Add({ id: "first", amount: 3 }), 3)
          assert.strictEqual(total, 7)
        }).pipe(Effect.provide(cluster))
      }).pipe(Effect.scoped)
    )
  })
})
