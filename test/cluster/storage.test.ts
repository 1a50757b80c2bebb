/** The tables of a cluster, created by whoever comes first. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Storage from "../../src/cluster/internal/storage.ts"
import * as Postgres from "./support/Postgres.ts"
import { storages } from "./support/storages.ts"

const rounds = 3
const members = Array.from({ length: 12 }, (_, n) => `member ${n}`)

for (const { make, name } of storages) {
  it.live(
    `${name}: many members that start at once on an empty database have their tables`,
    () =>
      Effect.gen(function* () {
        for (let round = 0; round < rounds; round++) {
          const database = yield* make
          const exits = yield* Effect.forEach(
            members,
            (member) =>
              Layer.build(
                Storage.layer("fibercord").pipe(
                  Layer.provide(Layer.merge(Layer.orDie(database.client(member)), ShardingConfig.layer())),
                  Layer.fresh
                )
              ).pipe(Effect.scoped, Effect.exit),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(exits.filter(Exit.isFailure), [])
        }
      }).pipe(Effect.scoped, Effect.provide(Postgres.layer)),
    240_000
  )
}
