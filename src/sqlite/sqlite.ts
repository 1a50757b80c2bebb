import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import { DatabaseSync } from "node:sqlite"
import * as SqliteConnection from "./sqliteConnection.ts"

export interface Options {
  /** The file, which processes of one machine share; `:memory:` for one that nobody shares. */
  readonly filename: string
  /** How long a statement or a transaction waits for another process that writes. Default: 5 seconds. */
  readonly busyTimeout?: Duration.Input | undefined
}

/**
 * Readers and the one writer do not block each other (WAL). What a commit has written survives the process; after a power
 * cut the last commits may be missing, and nothing else is (`synchronous = NORMAL`).
 */
const open = (filename: string, busyTimeout: Duration.Duration): Effect.Effect<DatabaseSync, SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    SqliteConnection.attempt("connect", () => new DatabaseSync(filename, { timeout: 0 })),
    (database) => Effect.sync(() => database.close())
  ).pipe(
    Effect.tap((database) =>
      SqliteConnection.whenFree(busyTimeout)(
        SqliteConnection.attempt("connect", () =>
          database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
        ),
        () => true
      )
    )
  )

/**
 * A `SqlClient` on `node:sqlite`, with one connection. Transactions and statements of different fibers run one after the
 * other; a stream holds the connection until it ends, so a query in the middle of it waits for ever unless both are in
 * one transaction.
 */
const make = Effect.fnUntraced(function* (options: Options) {
  const busyTimeout = Duration.fromInputUnsafe(options.busyTimeout ?? "5 seconds")
  const database = yield* open(options.filename, busyTimeout)
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(SqliteConnection.make(database, busyTimeout)),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => database.isTransaction
  })
  return yield* SqlClient.make({
    ...acquirers,
    compiler: Statement.makeCompilerSqlite(),
    driver: "node:sqlite",
    // A transaction that turned into a writer later could find that what it has read is no longer so.
    beginTransaction: "BEGIN IMMEDIATE",
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    prepareTransactionControls: true,
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

/** @internal SQLite for one machine. Fails with a `SqlError` if the file cannot be opened. */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(options)).pipe(Layer.provide(Reactivity.layer))
