/** The kinds of SQL storage that a cluster can stand on, for suites that must hold on each. */
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Sqlite from "../../../src/sqlite/sqlite.ts"
import type { PostgresUnavailable } from "./installation.ts"
import { Postgres } from "./Postgres.ts"
import { temporaryFile } from "./temporaryFile.ts"

/** A database that several processes share. */
export interface Database {
  /** The client of one process, which has a name. */
  readonly client: (process: string) => Layer.Layer<SqlClient.SqlClient, SqlError>
  /** Makes a process one that stopped an hour ago without a word. It takes the client of another. */
  readonly lose: (sql: SqlClient.SqlClient, process: string) => Effect.Effect<void, SqlError>
}

export interface Storage {
  readonly name: string
  readonly config: Partial<ShardingConfig.ShardingConfig["Service"]>
  /** A new, empty one. */
  readonly make: Effect.Effect<Database, PostgresUnavailable, Postgres | Scope.Scope>
}

/** Locks are rows, and heartbeats are too. They are valid for a time. */
const ageRows = (anHourAgo: string) => (sql: SqlClient.SqlClient, process: string) =>
  Effect.all(
    [
      sql`UPDATE cluster_locks SET acquired_at = ${sql.literal(anHourAgo)} WHERE address = ${process}`,
      sql`UPDATE cluster_runners SET last_heartbeat = ${sql.literal(anHourAgo)} WHERE address = ${process}`
    ],
    { discard: true }
  )

const agePostgres = ageRows("NOW() - INTERVAL '1 hour'")

/** Advisory locks last as long as the session. */
const endSessions = (sql: SqlClient.SqlClient, process: string) =>
  sql`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = ${process}`

const makePostgres = (lose: Database["lose"]): Storage["make"] =>
  Effect.gen(function* () {
    const postgres = yield* Postgres
    const settings = yield* postgres.makeDatabase
    return { client: (process) => PgClient.layer({ ...settings, applicationName: process }), lose }
  })

export const storages: ReadonlyArray<Storage> = [
  {
    name: "SQLite",
    config: {},
    make: Effect.map(temporaryFile, (filename) => ({
      client: () => Sqlite.layer({ filename }),
      lose: ageRows("datetime('now', '-1 hour')")
    }))
  },
  {
    name: "PostgreSQL, advisory locks",
    config: {},
    make: makePostgres((sql, process) => Effect.andThen(agePostgres(sql, process), endSessions(sql, process)))
  },
  {
    name: "PostgreSQL, locks in rows",
    config: { shardLockDisableAdvisory: true },
    make: makePostgres(agePostgres)
  }
]
