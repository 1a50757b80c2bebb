import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, statSync } from "node:fs"
import { connect as connectTo } from "node:net"
import { fileURLToPath } from "node:url"
import * as Support from "./support/Postgres.ts"

const { Postgres } = Support

/** A client of a new database, for the scope. */
const connect = Effect.gen(function* () {
  const { makeDatabase } = yield* Postgres
  const context = yield* Layer.build(PgClient.layer(yield* makeDatabase))
  return yield* SqlClient.SqlClient.pipe(Effect.provide(context))
})

/** Whether somebody listens there. */
const answers = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = connectTo(port, "127.0.0.1")
    const end = (does: boolean) => () => {
      socket.destroy()
      resume(Effect.succeed(does))
    }
    socket.once("connect", end(true)).once("error", end(false))
  })

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (holds) => holds, schedule: Schedule.spaced("20 millis") })

layer(Support.layer, { excludeTestServices: true })("a PostgreSQL for tests", (it) => {
  it.effect("stores and returns, in a database of its own for each who asks", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([connect, connect])
      yield* one`CREATE TABLE a (b integer)`
      yield* one`INSERT INTO a VALUES (7)`
      assert.deepStrictEqual(yield* one`SELECT b FROM a`, [{ b: 7 }])
      assert.strictEqual((yield* Effect.flip(other`SELECT b FROM a`))._tag, "SqlError")
    }).pipe(Effect.scoped)
  )

  it.effect("does not run as root", () =>
    Effect.gen(function* () {
      const { place: server } = yield* Postgres
      assert.notStrictEqual(statSync(`${server.folder}/data`).uid, 0)
    })
  )

  for (const how of ["stop", "kill"] as const) {
    it.effect(`keeps data and address over \`${how}\` and \`start\`, and clients find it again`, () =>
      Effect.gen(function* () {
        const postgres = yield* Postgres
        const sql = yield* connect
        yield* sql`CREATE TABLE a (b integer)`
        yield* sql`INSERT INTO a VALUES (7)`
        yield* postgres[how]
        assert.strictEqual((yield* Effect.flip(Effect.forever(sql`SELECT b FROM a`)))._tag, "SqlError")
        yield* postgres.start
        assert.deepStrictEqual(yield* Effect.retry(sql`SELECT b FROM a`, { times: 20 }), [{ b: 7 }])
      }).pipe(Effect.scoped)
    )
  }
})

describe("a PostgreSQL for tests", () => {
  it.live("is gone with its scope, and its folder with it", () =>
    Effect.gen(function* () {
      const server = yield* Effect.map(Postgres, (postgres) => postgres.place).pipe(
        Effect.provide(Support.layer, { local: true })
      )
      assert.isFalse(existsSync(server.folder))
      assert.isFalse(yield* answers(server.port))
    })
  )

  it.live("is gone when the process of the tests is killed", () =>
    Effect.gen(function* () {
      const script = fileURLToPath(new URL("support/holder.ts", import.meta.url))
      const holder = yield* Effect.acquireRelease(
        Effect.sync(() => spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] })),
        (holder) => Effect.sync(() => holder.kill("SIGKILL"))
      )
      const [line]: Array<Buffer> = yield* Effect.promise(() => once(holder.stdout, "data"))
      const server: { readonly folder: string; readonly port: number } = JSON.parse(String(line))
      assert.isTrue(existsSync(server.folder) && (yield* answers(server.port)))
      holder.kill("SIGKILL")
      yield* until(Effect.sync(() => !existsSync(server.folder)))
      assert.isFalse(yield* answers(server.port))
    }).pipe(Effect.scoped)
  )
})
