import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { DatabaseSync } from "node:sqlite"
import * as Sqlite from "../../src/sqlite/sqlite.ts"
import { temporaryFile } from "./support/temporaryFile.ts"

/** A client, as one process has it. */
const open = (filename: string, options: Partial<Sqlite.Options> = {}) =>
  Effect.flatMap(Layer.build(Sqlite.layer({ filename, ...options })), (context) =>
    SqlClient.SqlClient.pipe(Effect.provide(context))
  )

/** A client on a file with a table of numbers. */
const makeNumbers = Effect.gen(function* () {
  const file = yield* temporaryFile
  const sql = yield* open(file)
  yield* sql`CREATE TABLE numbers (n INTEGER PRIMARY KEY, name TEXT UNIQUE)`
  return { file, sql, insert: (n: number) => sql`INSERT INTO numbers ${sql.insert({ n, name: `number ${n}` })}` }
})

const numbersOf = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ n: number }>`SELECT n FROM numbers ORDER BY n`, (rows) => rows.map(({ n }) => n))

const fill = (sql: SqlClient.SqlClient, count: number) =>
  sql`WITH RECURSIVE all_of (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM all_of WHERE n < ${count})
    INSERT INTO numbers (n) SELECT n FROM all_of`

describe("statements", () => {
  it.effect("return rows, none where there are none, and what an insert returns", () =>
    Effect.gen(function* () {
      const { insert, sql } = yield* makeNumbers
      assert.deepStrictEqual(yield* insert(1), [])
      assert.deepStrictEqual(
        [...(yield* sql`INSERT INTO numbers ${sql.insert([{ n: 2 }, { n: 3 }]).returning("n")}`)].map((row) => ({
          ...row
        })),
        [{ n: 2 }, { n: 3 }]
      )
      assert.deepStrictEqual(yield* numbersOf(sql), [1, 2, 3])
      assert.deepStrictEqual(yield* sql`SELECT n, name FROM numbers WHERE n = ${1}`.values, [[1, "number 1"]])
      assert.deepStrictEqual(yield* sql`SELECT n FROM numbers WHERE n > ${1}`.valuesUnprepared, [[2], [3]])
      assert.deepStrictEqual(yield* numbersOf(sql), [1, 2, 3])
    }).pipe(Effect.scoped)
  )

  it.effect("say what they changed when they are asked for the driver's result", () =>
    Effect.gen(function* () {
      const { insert, sql } = yield* makeNumbers
      yield* Effect.forEach([1, 2, 3], insert)
      const result: unknown = yield* sql`DELETE FROM numbers WHERE n >= ${2}`.raw
      assert.deepInclude(result, { changes: 2 })
    }).pipe(Effect.scoped)
  )

  it.effect("pass values of every kind and get them back", () =>
    Effect.gen(function* () {
      const sql = yield* open(":memory:")
      const at = new Date(1_700_000_000_000)
      const bytes = new Uint8Array([0, 1, 255])
      const [row = []] = yield* sql`SELECT ${"it's"}, ${1.5}, ${true}, ${false}, ${null}, ${at}, ${bytes}`.values
      assert.deepStrictEqual(row, ["it's", 1.5, 1, 0, null, "2023-11-14T22:13:20.000Z", bytes])
    }).pipe(Effect.scoped)
  )

  it.effect("return integers as bigints for those who ask, and never a wrong number", () =>
    Effect.gen(function* () {
      const sql = yield* open(":memory:")
      const query = sql<{ n: unknown }>`SELECT ${1_234_567_890_123_456_789n} AS n`
      const [row] = yield* query.pipe(Effect.provideService(SqlClient.SafeIntegers, true))
      assert.strictEqual(row?.n, 1_234_567_890_123_456_789n)
      assert.strictEqual((yield* Effect.flip(query))._tag, "SqlError")
      assert.deepStrictEqual(yield* sql`SELECT ${7} AS n`.values, [[7]])
    }).pipe(Effect.scoped)
  )

  it.effect("go on after the table has changed", () =>
    Effect.gen(function* () {
      const { insert, sql } = yield* makeNumbers
      yield* insert(1)
      const query = sql`SELECT * FROM numbers`.values
      assert.deepStrictEqual(yield* query, [[1, "number 1"]])
      yield* sql`ALTER TABLE numbers ADD COLUMN more INTEGER DEFAULT 5`
      assert.deepStrictEqual(yield* query, [[1, "number 1", 5]])
    }).pipe(Effect.scoped)
  )

  it.effect("are as many as there may be", () =>
    Effect.gen(function* () {
      const sql = yield* open(":memory:")
      for (let n = 0; n < 300; n++) {
        assert.deepStrictEqual(yield* sql`SELECT ${sql.literal(String(n))}`.values, [[n]])
      }
    }).pipe(Effect.scoped)
  )

  it.effect("choose the dialect", () =>
    Effect.gen(function* () {
      const sql = yield* open(":memory:")
      assert.strictEqual(sql.onDialectOrElse({ sqlite: () => "sqlite", orElse: () => "other" }), "sqlite")
    }).pipe(Effect.scoped)
  )
})

describe("errors", () => {
  it.effect("have reasons", () =>
    Effect.gen(function* () {
      const { file, insert, sql } = yield* makeNumbers
      yield* sql`CREATE TABLE others (n INTEGER NOT NULL REFERENCES numbers (n))`
      yield* insert(1)
      const reasonOf = (query: Effect.Effect<unknown, { readonly reason: { readonly _tag: string } }>) =>
        Effect.map(Effect.flip(query), ({ reason }) => reason._tag)
      assert.strictEqual(yield* reasonOf(sql`INSERT INTO numbers (name) VALUES ('number 1')`), "UniqueViolation")
      assert.strictEqual(yield* reasonOf(sql`INSERT INTO others VALUES (NULL)`), "ConstraintError")
      assert.strictEqual(yield* reasonOf(sql`INSERT INTO others VALUES (2)`), "ConstraintError")
      assert.strictEqual(yield* reasonOf(sql`SELECT some FROM nowhere`), "UnknownError")
      assert.strictEqual(yield* reasonOf(Effect.scoped(open(`${file}/there/is/none`))), "ConnectionError")
      assert.match((yield* Effect.flip(sql`SELECT some FROM nowhere`)).message, /no such table: nowhere/)
    }).pipe(Effect.scoped)
  )
})

describe("transactions", () => {
  it.effect("commit", () =>
    Effect.gen(function* () {
      const { file, insert, sql } = yield* makeNumbers
      const other = yield* open(file)
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* insert(1)
          assert.deepStrictEqual(yield* numbersOf(sql), [1])
          assert.deepStrictEqual(yield* numbersOf(other), [])
        })
      )
      assert.deepStrictEqual(yield* numbersOf(other), [1])
    }).pipe(Effect.scoped)
  )

  it.effect("roll back on a failure, a defect and an interruption, and the next one works", () =>
    Effect.gen(function* () {
      const { insert, sql } = yield* makeNumbers
      assert.strictEqual(yield* Effect.flip(sql.withTransaction(Effect.andThen(insert(1), Effect.fail("no")))), "no")
      const died = yield* Effect.exit(sql.withTransaction(Effect.andThen(insert(2), Effect.die("oh"))))
      assert.isTrue(Exit.hasDies(died))
      const inside = yield* Deferred.make<void>()
      const stuck = yield* insert(3).pipe(
        Effect.andThen(Deferred.succeed(inside, undefined)),
        Effect.andThen(Effect.never),
        sql.withTransaction,
        Effect.forkChild
      )
      yield* Deferred.await(inside)
      yield* Fiber.interrupt(stuck)
      assert.deepStrictEqual(yield* numbersOf(sql), [])
      yield* sql.withTransaction(insert(4))
      assert.deepStrictEqual(yield* numbersOf(sql), [4])
    }).pipe(Effect.scoped)
  )

  it.effect("nest: what fails inside is undone alone", () =>
    Effect.gen(function* () {
      const { insert, sql } = yield* makeNumbers
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* insert(1)
          yield* Effect.ignore(sql.withTransaction(Effect.andThen(insert(2), Effect.fail("no"))))
          yield* sql.withTransaction(sql.withTransaction(insert(3)))
          assert.deepStrictEqual(yield* numbersOf(sql), [1, 3])
        })
      )
      assert.deepStrictEqual(yield* numbersOf(sql), [1, 3])
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(sql.withTransaction(insert(4)), Effect.fail("no"))))
      assert.deepStrictEqual(yield* numbersOf(sql), [1, 3])
    }).pipe(Effect.scoped)
  )

  it.effect("undo a commit that SQLite refuses", () =>
    Effect.gen(function* () {
      const { sql } = yield* makeNumbers
      yield* sql`CREATE TABLE later (n INTEGER REFERENCES numbers (n) DEFERRABLE INITIALLY DEFERRED)`
      const refused = yield* Effect.exit(sql.withTransaction(sql`INSERT INTO later VALUES (9)`))
      assert.isTrue(Exit.isFailure(refused))
      assert.deepStrictEqual(yield* sql`SELECT n FROM later`, [])
      yield* sql.withTransaction(sql`INSERT INTO numbers (n) VALUES (1)`)
      assert.deepStrictEqual(yield* numbersOf(sql), [1])
    }).pipe(Effect.scoped)
  )

  it.effect("of two fibers run one after the other, and statements of others outside of them", () =>
    Effect.gen(function* () {
      const { sql } = yield* makeNumbers
      yield* sql`INSERT INTO numbers (n) VALUES (0)`
      const count = sql<{ n: number }>`SELECT n FROM numbers`.pipe(
        Effect.flatMap(([row]) => Effect.andThen(Effect.yieldNow, sql`UPDATE numbers SET n = ${(row?.n ?? 0) + 1}`)),
        sql.withTransaction
      )
      const failing = sql.withTransaction(
        sql`UPDATE numbers SET n = -1`.pipe(Effect.andThen(Effect.yieldNow), Effect.andThen(Effect.fail("no")))
      )
      const seen = yield* Effect.all(
        Array.from({ length: 20 }, () => [count, Effect.ignore(failing), numbersOf(sql)]).flat(),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* numbersOf(sql), [20])
      assert.notInclude(JSON.stringify(seen), "-1")
    }).pipe(Effect.scoped)
  )
})

describe("streams", () => {
  it.effect("read all rows, or as many as are wanted", () =>
    Effect.gen(function* () {
      const { sql } = yield* makeNumbers
      yield* fill(sql, 1000)
      const rows = sql<{ n: number }>`SELECT n FROM numbers ORDER BY n`.stream
      assert.strictEqual(
        yield* Stream.runFold(
          rows,
          () => 0,
          (sum, { n }) => sum + n
        ),
        500_500
      )
      const three = yield* Stream.runCollect(Stream.take(rows, 3))
      assert.deepStrictEqual(
        [...three].map(({ n }) => n),
        [1, 2, 3]
      )
      // The connection is free again, and so is the table.
      yield* sql`CREATE TABLE others (n)`
      yield* sql`DROP TABLE numbers`
      yield* sql`ALTER TABLE others RENAME TO numbers`
      assert.deepStrictEqual(yield* Stream.runCollect(rows), [])
      assert.strictEqual((yield* Effect.flip(Stream.runCollect(sql`SELECT some`.stream)))._tag, "SqlError")
    }).pipe(Effect.scoped)
  )

  it.effect("stand beside other statements in a transaction, with the same text too", () =>
    Effect.gen(function* () {
      const { sql } = yield* makeNumbers
      yield* fill(sql, 500)
      const query = sql<{ n: number }>`SELECT n FROM numbers ORDER BY n`
      const seen = yield* query.stream.pipe(
        Stream.mapEffect(({ n }) => (n % 100 === 0 ? Effect.as(query, n) : Effect.succeed(n))),
        Stream.runCollect,
        sql.withTransaction
      )
      assert.strictEqual(seen.length, 500)
    }).pipe(Effect.scoped)
  )
})

describe("several processes on one file", () => {
  it.live("wait for each other's transactions, and their fibers go on meanwhile", () =>
    Effect.gen(function* () {
      const { file, insert, sql } = yield* makeNumbers
      const other = new DatabaseSync(file)
      other.exec("BEGIN IMMEDIATE; INSERT INTO numbers (n) VALUES (1)")
      const both = Effect.all([insert(2), sql.withTransaction(insert(3))])
      const waiting = yield* Effect.forkChild(both, { startImmediately: true })
      // That this fiber gets here shows that the thread is not blocked.
      assert.isUndefined(waiting.pollUnsafe())
      other.exec("COMMIT")
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(yield* numbersOf(sql), [1, 2, 3])
      other.close()
    }).pipe(Effect.scoped)
  )

  it.live("give up after `busyTimeout`, with a reason that can be retried", () =>
    Effect.gen(function* () {
      const { file } = yield* makeNumbers
      const sql = yield* open(file, { busyTimeout: "30 millis" })
      const other = new DatabaseSync(file)
      other.exec("BEGIN IMMEDIATE")
      for (const write of [sql`INSERT INTO numbers (n) VALUES (1)`, sql.withTransaction(Effect.void)]) {
        const error = yield* Effect.flip(write)
        assert.strictEqual(error.reason._tag, "LockTimeoutError")
        assert.isTrue(error.isRetryable)
      }
      assert.deepStrictEqual(yield* numbersOf(sql), [])
      other.close()
    }).pipe(Effect.scoped)
  )

  it.live("lose nothing when all of them write", () =>
    Effect.gen(function* () {
      const { file, sql } = yield* makeNumbers
      yield* sql`INSERT INTO numbers (n) VALUES (0)`
      const clients = yield* Effect.all(Array.from({ length: 4 }, () => open(file)))
      const add = (sql: SqlClient.SqlClient) =>
        sql.withTransaction(
          Effect.gen(function* () {
            const [n = 0] = yield* numbersOf(sql)
            yield* Effect.yieldNow
            yield* sql`UPDATE numbers SET n = ${n + 1}`
          })
        )
      yield* Effect.forEach(clients, (client) => Effect.replicateEffect(add(client), 25), { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* numbersOf(sql), [100])
    }).pipe(Effect.scoped)
  )

  it.live("open it at the same time", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const clients = yield* Effect.all(
        Array.from({ length: 8 }, () => open(file)),
        { concurrency: "unbounded" }
      )
      for (const sql of clients) assert.deepStrictEqual(yield* sql`PRAGMA journal_mode`.values, [["wal"]])
    }).pipe(Effect.scoped)
  )

  it.live("wait for each other when they open it", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const other = new DatabaseSync(file)
      other.exec("BEGIN EXCLUSIVE; CREATE TABLE numbers (n)")
      const opening = yield* Effect.forkChild(open(file), { startImmediately: true })
      assert.isUndefined(opening.pollUnsafe())
      other.exec("COMMIT")
      assert.deepStrictEqual(yield* numbersOf(yield* Fiber.join(opening)), [])
      other.close()
    }).pipe(Effect.scoped)
  )

  it.live("undo what one of them had begun when it was killed", () =>
    Effect.gen(function* () {
      const { file, insert, sql } = yield* makeNumbers
      const begun = `const { DatabaseSync } = require("node:sqlite")
        const database = new DatabaseSync(process.argv[1])
        database.exec("BEGIN IMMEDIATE; INSERT INTO numbers (n) VALUES (1)")
        process.stdout.write("begun")
        setInterval(() => database, 1000)`
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => spawn(process.execPath, ["-e", begun, file], { stdio: ["ignore", "pipe", "inherit"] })),
        (other) => Effect.sync(() => other.kill("SIGKILL"))
      )
      yield* Effect.promise(() => once(other.stdout, "data"))
      const waiting = yield* Effect.forkChild(insert(2), { startImmediately: true })
      assert.isUndefined(waiting.pollUnsafe())
      other.kill("SIGKILL")
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(yield* numbersOf(sql), [2])
    }).pipe(Effect.scoped)
  )
})

describe("the end of its scope", () => {
  it.effect("closes the file, and what was written is there", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const closed = yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* open(file)
          yield* sql`CREATE TABLE a (b)`
          yield* sql`INSERT INTO a VALUES (1)`
          return sql
        })
      )
      assert.strictEqual((yield* Effect.flip(closed`SELECT b FROM a`))._tag, "SqlError")
      const again = yield* open(file)
      assert.deepStrictEqual(yield* again`SELECT b FROM a`.values, [[1]])
    }).pipe(Effect.scoped)
  )
})
