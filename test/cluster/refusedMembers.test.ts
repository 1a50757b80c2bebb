/** Processes that must not be members: they fail at once, and those that live do not notice. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { DiscordConfig } from "../../src/DiscordConfig.ts"
import { freePort } from "./support/freePort.ts"
import { startMember } from "./support/members.ts"
import { play, untilBalanced } from "./support/play.ts"
import { storages } from "./support/storages.ts"

const patience = 60_000

describe("a second process with the address of a member, as when a program is started twice,", () => {
  for (const storage of storages) {
    it.live(
      `${storage.name}: does not start, and the member stays registered`,
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
              const error = yield* Effect.flip(startMember({ storage: database, port }))
              assert.strictEqual(error._tag, "SocketServerError")
              assert.deepStrictEqual(yield* registered, before)
              yield* one.stop
            }),
          storage
        ),
      patience
    )
  }
})

describe("a process of another bot", () => {
  it.live.each([false, Redacted.make("a secret of 32 random characters")] as const)(
    "does not start beside members, whatever secret they share",
    (secret) =>
      play((storage) =>
        Effect.gen(function* () {
          const one = yield* startMember({ storage, cluster: { secret } })
          yield* untilBalanced([one], [8])
          const config = yield* DiscordConfig
          const as = (token: string) => Effect.provideService(DiscordConfig, { ...config, token: Redacted.make(token) })
          const error = yield* Effect.flip(startMember({ storage, cluster: { secret } }).pipe(as("other.bots.token")))
          assert.include(error.message, `option cluster.prefix: is that of another bot, whose members ${one.name} run`)
          yield* untilBalanced([one], [8])
          yield* one.stop
        })
      ),
    patience
  )
})

it.live(
  "a prefix of which PostgreSQL would keep a part only is refused",
  () =>
    play((storage) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(startMember({ storage, cluster: { prefix: "ä".repeat(19) } }))
        assert.include(error.message, "option cluster.prefix: is longer than 37 bytes")
      })
    ),
  patience
)
