/** What operators do, and the upkeep, on PostgreSQL. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { freePort } from "../cluster/support/freePort.ts"
import { layer as layerPostgres, Postgres } from "../cluster/support/Postgres.ts"
import { alice, isOver, onDiscord } from "./support/harness.ts"
import { becomes, eventually, inProcessOn } from "./support/processes.ts"

const request = (version: number) =>
  Durable.slash("request", { version, description: "…", response: "defer" }, (_, { user }) =>
    Effect.gen(function* () {
      yield* Durable.ask("verdict", {
        to: Durable.reply,
        content: `v${version}`,
        components: [[Button.choice("yes")]],
        timeout: "1 hour"
      })
      yield* Durable.send("result", Durable.dm(user.id), { content: `v${version} is over` })
    }).pipe(Effect.orDie)
  )

const open = Effect.gen(function* () {
  const response = yield* (yield* alice).slash("request")
  yield* response.awaitContent("v1")
  const [newest] = yield* (yield* Dialogues.Dialogues).list({ limit: 1 })
  return { id: newest?.id ?? "", response }
})

const tables = ["messages", "replies", "dialogues", "steps", "questions", "uses"]

const countRows = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const counts = yield* Effect.forEach(
    tables,
    (table) => sql<{ n: string }>`SELECT COUNT(*) AS n FROM ${sql(`fibercord_durable_${table}`)}`
  )
  return counts.map(([row]) => Number(row?.n))
})

describe("dialogues on PostgreSQL", () => {
  it.live("are listed, cancelled and migrated by a process without their code, and removed after some time", () =>
    Effect.gen(function* () {
      const settings = yield* (yield* Postgres).makeDatabase
      const database = PgClient.layer(settings)
      const dialogues = Effect.map(freePort, (port) =>
        Dialogues.layerSql({ host: "127.0.0.1", port, retention: "2 seconds" }).pipe(Layer.provide(database))
      )
      const [first, second] = yield* inProcessOn(yield* dialogues, [request(1)], Effect.all([open, open]))
      yield* inProcessOn(
        yield* dialogues,
        [request(2)],
        Effect.gen(function* () {
          const all = yield* Dialogues.Dialogues
          // A process that ended while one of them took a step leaves it to this one, which has no code for it.
          const listed = yield* all.list({ name: "request", version: 1 })
          for (const { status } of listed) assert.include(["running", "held"], status)
          assert.deepStrictEqual(listed.map(({ id }) => id).toSorted(), [first.id, second.id].toSorted())
          assert.lengthOf(yield* all.list({ limit: 1, after: listed[0] }), 1)
          yield* all.cancel(first.id)
          yield* becomes(first.id, "cancelled")
          yield* first.response.awaitUntil(isOver)
          const successor = yield* all.migrate(second.id, request(2))
          yield* second.response.awaitContent("v2")
          yield* second.response.click("yes")
          yield* (yield* alice).awaitMessage(({ content }) => content === "v2 is over", { direct: true })
          yield* becomes(successor, "done")
          yield* eventually(all.list(), ({ length }) => length === 0)
          const counts = yield* Effect.provide(countRows, database)
          assert.deepStrictEqual(
            counts,
            tables.map(() => 0)
          )
        })
      )
    }).pipe(Effect.scoped, Effect.provide(layerPostgres), onDiscord)
  )

  it.live("end for a reason that PostgreSQL cannot keep as it is", () =>
    Effect.gen(function* () {
      const database = PgClient.layer(yield* (yield* Postgres).makeDatabase)
      const port = yield* freePort
      const broken = Durable.make("broken", { version: 1, input: Schema.String }, (input) =>
        Effect.gen(function* () {
          const text = yield* Durable.step("text", Effect.succeed(input), { success: Schema.String })
          return yield* Effect.die(new Error(`bad: ${text}`))
        })
      )
      yield* inProcessOn(
        Dialogues.layerSql({ host: "127.0.0.1", port }).pipe(Layer.provide(database)),
        [broken],
        Effect.gen(function* () {
          const id = yield* Durable.start(broken, "a\0b\uD800c", { key: "k\0\uD800" })
          const { problem } = yield* becomes(id, "failed")
          assert.include(problem, "bad: a\uFFFDb")
        })
      )
    }).pipe(Effect.scoped, Effect.provide(layerPostgres), onDiscord)
  )
})
