/** A second process with the address of a member, as when a program is started twice by mistake. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { freePort } from "./support/freePort.ts"
import { startMember } from "./support/members.ts"
import { play, untilBalanced } from "./support/play.ts"
import { storages } from "./support/storages.ts"

for (const storage of storages) {
  it.live(
    `${storage.name}: it does not start, and the member stays registered`,
    () =>
      play(
        (database) =>
          Effect.gen(function* () {
            const port = yield* freePort
            const one = yield* startMember({ storage: database, port })
            yield* untilBalanced([one], [8])
            const sql = yield* Effect.service(SqlClient.SqlClient).pipe(Effect.provide(yield* Layer.build(database)))
            const registered = sql`SELECT machine_id, address FROM fibercord_cluster_runners`
            const before = yield* registered
            assert.lengthOf(before, 1)
            assert.strictEqual((yield* Effect.flip(startMember({ storage: database, port })))._tag, "SocketServerError")
            assert.deepStrictEqual(yield* registered, before)
            yield* one.stop
          }),
        storage
      ),
    60_000
  )
}
