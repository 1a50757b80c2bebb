import { isReadonlyArrayNonEmpty } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlConnection from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"

/** How many rows a stream reads before it hands them over. */
const streamRows = 128

/** How many prepared statements are kept. */
const cacheSize = 128

/** An error of `node:sqlite` keeps SQLite's extended result code in `errcode`; Effect looks for it in `errno`. */
const toSqlError = (cause: unknown, operation: string): SqlError => {
  if (!(cause instanceof Error)) return new SqlError({ reason: classifySqliteError(cause, { operation }) })
  const coded = "errcode" in cause ? Object.assign(cause, { errno: cause.errcode }) : cause
  return new SqlError({ reason: classifySqliteError(coded, { message: `SQLite: ${cause.message}`, operation }) })
}

/** One synchronous step. */
export const attempt = <A>(operation: string, evaluate: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: evaluate, catch: (cause) => toSqlError(cause, operation) })

/**
 * Again for as long as another process writes, at most for `busyTimeout`. SQLite's own `busy_timeout` would do the same,
 * but asleep, and heartbeats of shards with it.
 */
export const whenFree = (busyTimeout: Duration.Duration) => {
  const schedule = Schedule.upTo(Schedule.jittered(Schedule.spaced("10 millis")), { duration: busyTimeout })
  return <A>(step: Effect.Effect<A, SqlError>, isRepeatable: () => boolean): Effect.Effect<A, SqlError> =>
    Effect.retry(step, { schedule, while: ({ reason }) => reason._tag === "LockTimeoutError" && isRepeatable() })
}

/** SQLite has no booleans and no dates, and JavaScript's `undefined` is nothing to it. */
const toInput = (value: unknown): SQLInputValue => {
  if (typeof value === "boolean") return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  return (value ?? null) as SQLInputValue
}

/** Prepared statements by their text; the one that was not used for longest makes room. */
class Prepared {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    for (const [oldest] of this.#statements) {
      if (this.#statements.size <= cacheSize) break
      this.#statements.delete(oldest)
    }
    return statement
  }
}

interface Form {
  readonly arrays: boolean
  /** Whether integers arrive as bigints. Without it, one that a number cannot hold is an error. */
  readonly bigints: boolean
}

const shape = (statement: StatementSync, { arrays, bigints }: Form): StatementSync => {
  statement.setReturnArrays(arrays)
  statement.setReadBigInts(bigints)
  return statement
}

type Transform = Parameters<SqlConnection.Connection["execute"]>[2]

const transformed = (rows: ReadonlyArray<object>, transform: Transform): ReadonlyArray<object> =>
  transform === undefined ? rows : transform(rows)

/** The rows. */
const run = (statement: StatementSync, params: ReadonlyArray<unknown>): ReadonlyArray<object> => {
  const inputs = params.map(toInput)
  if (statement.columns().length > 0) return statement.all(...inputs)
  statement.run(...inputs)
  return []
}

/** What `node:sqlite` returns: the rows, or what was changed. */
const runRaw = (statement: StatementSync, params: ReadonlyArray<unknown>): unknown => {
  const inputs = params.map(toInput)
  return statement.columns().length > 0 ? statement.all(...inputs) : statement.run(...inputs)
}

const take = <A>(rows: Iterator<A>, count: number): Array<A> => {
  const taken: Array<A> = []
  while (taken.length < count) {
    const next = rows.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

/** Reads rows as they are asked for. The statement is its own, since others may run the same text meanwhile. */
const streamOf = (rows: Effect.Effect<Iterator<object>, SqlError>, transform: Transform) =>
  Effect.acquireRelease(rows, (rows) => Effect.ignore(attempt("executeStream", () => rows.return?.()))).pipe(
    Effect.map((rows) =>
      Effect.flatMap(
        attempt("executeStream", () => transformed(take(rows, streamRows), transform)),
        (batch) => (isReadonlyArrayNonEmpty(batch) ? Effect.succeed(batch) : Cause.done())
      )
    ),
    Stream.fromPull,
    Stream.scoped
  )

/** The connection of a process to a database. */
export const make = (database: DatabaseSync, busyTimeout: Duration.Duration): SqlConnection.Connection => {
  const prepared = new Prepared(database)
  const retry = whenFree(busyTimeout)
  // Within a transaction the one that waits would be waited for.
  const isRepeatable = (): boolean => !database.isTransaction
  const withStatement = <A>(operation: string, sql: string, arrays: boolean, use: (statement: StatementSync) => A) =>
    Effect.withFiber<A, SqlError>((fiber) => {
      const form = { arrays, bigints: Context.get(fiber.context, SqlClient.SafeIntegers) }
      return retry(
        attempt(operation, () => use(shape(prepared.get(sql), form))),
        isRepeatable
      )
    })

  const execute: SqlConnection.Connection["execute"] = (sql, params, transform) =>
    withStatement("execute", sql, false, (statement) => transformed(run(statement, params), transform))
  const executeValues: SqlConnection.Connection["executeValues"] = (sql, params) =>
    withStatement("executeValues", sql, true, (statement) => run(statement, params) as ReadonlyArray<Array<unknown>>)

  return {
    execute,
    executeUnprepared: execute,
    executeValues,
    executeValuesUnprepared: executeValues,
    executeRaw: (sql, params) => withStatement("executeRaw", sql, false, (statement) => runRaw(statement, params)),
    executeStream: (sql, params, transform) =>
      Stream.unwrap(
        Effect.withFiber((fiber) => {
          const form = { arrays: false, bigints: Context.get(fiber.context, SqlClient.SafeIntegers) }
          const rows = attempt("executeStream", () =>
            shape(database.prepare(sql), form).iterate(...params.map(toInput))
          )
          return Effect.succeed(streamOf(rows, transform))
        })
      )
  }
}
