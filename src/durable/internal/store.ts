/**
 * What is kept beside the engine's journal: which dialogues there are, the order of their steps, and what their questions
 * need when a component is used. The engine alone decides what was done; these rows are read by people and by clicks.
 */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Status } from "../Dialogues.ts"
import * as Metrics from "./metrics.ts"
import * as OperatorRows from "./operatorRows.ts"
import { orFailed } from "./storageFailed.ts"
import * as UseRows from "./useRows.ts"

/** A step that a dialogue has begun. */
export interface Entry {
  readonly kind: string
  readonly name: string
}

/** A question, as a click finds it. `spec` is JSON of `question.ts`. */
export interface QuestionRow {
  readonly kind: string
  readonly workflow: string
  readonly attempt: number
  readonly spec: string
  /** Why it takes no more answers; `null` while it does. */
  readonly closed: string | null
}

/** A dialogue that begins. */
export interface NewDialogue {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly workflow: string
  readonly userId: string | undefined
  readonly channelId: string | undefined
  readonly guildId: string | undefined
}

// Of processes that create the tables at once, PostgreSQL lets one succeed at a time, although they say `IF NOT EXISTS`.
const again = Schedule.upTo(Schedule.jittered(Schedule.spaced("100 millis")), { duration: "5 seconds" })

/** Makes the tables whose names begin with `prefix`. */
const createTables = (sql: SqlClient.SqlClient, prefix: string) =>
  Effect.forEach(
    [
      sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_dialogues`)} (
        id VARCHAR(32) PRIMARY KEY, name VARCHAR(64) NOT NULL, version INTEGER NOT NULL, workflow VARCHAR(100) NOT NULL,
        status VARCHAR(16) NOT NULL, problem TEXT, user_id VARCHAR(20), channel_id VARCHAR(20), guild_id VARCHAR(20),
        started_at BIGINT NOT NULL, ended_at BIGINT, successor VARCHAR(32))`,
      sql`CREATE INDEX IF NOT EXISTS ${sql(`${prefix}_dialogues_status`)} ON ${sql(`${prefix}_dialogues`)} (status, started_at)`,
      sql`CREATE INDEX IF NOT EXISTS ${sql(`${prefix}_dialogues_ended`)} ON ${sql(`${prefix}_dialogues`)} (ended_at)`,
      sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_steps`)} (
        id VARCHAR(32) NOT NULL, position INTEGER NOT NULL, kind VARCHAR(16) NOT NULL, name VARCHAR(64) NOT NULL,
        begun_at BIGINT NOT NULL, PRIMARY KEY (id, position))`,
      sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_questions`)} (
        id VARCHAR(32) NOT NULL, step VARCHAR(64) NOT NULL, kind VARCHAR(16) NOT NULL, workflow VARCHAR(100) NOT NULL,
        attempt INTEGER NOT NULL, spec TEXT NOT NULL, place TEXT, closed VARCHAR(16),
        revision INTEGER NOT NULL DEFAULT 0, folded INTEGER, folded_at BIGINT, digest VARCHAR(43), ends_at BIGINT,
        PRIMARY KEY (id, step))`,
      sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_code`)} (
        workflow VARCHAR(100) NOT NULL, process VARCHAR(20) NOT NULL, seen_at BIGINT NOT NULL,
        PRIMARY KEY (workflow, process))`,
      ...UseRows.tables(sql, prefix)
    ],
    (statement) => statement.pipe(Effect.retry(again)),
    { discard: true }
  )

/** Whether a dialogue with this status has ended. */
export const isEnd = (status: Status): boolean => status !== "running" && status !== "held"

/** Which dialogues there are. */
const dialogueRows = (sql: SqlClient.SqlClient, prefix: string) => {
  const dialogues = sql(`${prefix}_dialogues`)
  return {
    /** Notes that a dialogue runs; nothing changes if that is known. */
    begin: (dialogue: NewDialogue) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) =>
          sql`INSERT INTO ${dialogues} ${sql.insert({
            id: dialogue.id,
            name: dialogue.name,
            version: dialogue.version,
            workflow: dialogue.workflow,
            status: "running",
            user_id: dialogue.userId ?? null,
            channel_id: dialogue.channelId ?? null,
            guild_id: dialogue.guildId ?? null,
            started_at: now
          })} ON CONFLICT (id) DO NOTHING RETURNING id`
      ).pipe(
        Effect.flatMap(({ length }) => (length === 0 ? Effect.void : Metrics.countBegun(dialogue.name))),
        orFailed("begin")
      ),

    /** What is known of a dialogue's status. */
    statusOf: (id: string) =>
      sql<{ status: Status }>`SELECT status FROM ${dialogues} WHERE id = ${id}`.pipe(
        Effect.map(([row]) => row?.status),
        orFailed("statusOf")
      ),

    /** Whether the dialogue runs, is held, or has ended, and why. An end stays. */
    become: (id: string, status: Status, problem?: string) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const endedAt = isEnd(status) ? now : null
        // Users write what is in an error, and PostgreSQL stores no NUL.
        const stored = problem?.replaceAll("\0", "\uFFFD") ?? null
        return sql`UPDATE ${dialogues} SET ${sql.update({ status, problem: stored, ended_at: endedAt })}
          WHERE id = ${id} AND status IN ('running', 'held') RETURNING ended_at`
      }).pipe(
        Effect.flatMap(({ length }) => (length === 0 || !isEnd(status) ? Effect.void : Metrics.countEnded(status))),
        orFailed("become")
      ),

    /** The workflow that a dialogue runs on. */
    workflowOf: (id: string) =>
      sql<{ workflow: string }>`SELECT workflow FROM ${dialogues} WHERE id = ${id}`.pipe(
        Effect.map(([row]) => row?.workflow),
        orFailed("workflowOf")
      )
  }
}

/** The order of their steps. */
const stepRows = (sql: SqlClient.SqlClient, prefix: string) => {
  const steps = sql(`${prefix}_steps`)
  return {
    /** The journal of a dialogue, in order. */
    steps: (id: string) =>
      sql<Entry>`SELECT kind, name FROM ${steps} WHERE id = ${id} ORDER BY position`.pipe(orFailed("steps")),

    /** Notes that a step begins. */
    step: (id: string, position: number, { kind, name }: Entry) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) =>
          sql`INSERT INTO ${steps} ${sql.insert({ id, position, kind, name, begun_at: now })}
            ON CONFLICT (id, position) DO NOTHING`
      ).pipe(Effect.asVoid, orFailed("step"))
  }
}

/** Their questions. */
const questionRows = (sql: SqlClient.SqlClient, prefix: string) => {
  const questions = sql(`${prefix}_questions`)
  return {
    /** Opens a question, before its message is sent. */
    ask: (id: string, step: string, row: Omit<QuestionRow, "attempt" | "closed">) =>
      sql`INSERT INTO ${questions} ${sql.insert({ id, step, ...row, attempt: 1 })}
        ON CONFLICT (id, step) DO UPDATE SET spec = excluded.spec`.pipe(Effect.asVoid, orFailed("ask")),

    /** The question takes an answer again, because the last one could not be read. */
    askAgain: (id: string, step: string, attempt: number) =>
      sql`UPDATE ${questions} SET attempt = ${attempt} WHERE id = ${id} AND step = ${step} AND attempt < ${attempt}`.pipe(
        Effect.asVoid,
        orFailed("askAgain")
      ),

    /** What a question needs. */
    question: (id: string, step: string) =>
      sql<QuestionRow>`SELECT kind, workflow, attempt, spec, closed FROM ${questions}
        WHERE id = ${id} AND step = ${step}`.pipe(
        Effect.map(([row]) => row && { ...row, attempt: Number(row.attempt) }),
        orFailed("question")
      ),

    /** Where the message of a question is, as JSON of `place.ts`. */
    shown: (id: string, step: string, place: string) =>
      sql`UPDATE ${questions} SET place = ${place} WHERE id = ${id} AND step = ${step}`.pipe(
        Effect.asVoid,
        orFailed("shown")
      ),

    /** The question takes no more answers. */
    close: (id: string, step: string, reason: string) =>
      sql`UPDATE ${questions} SET closed = ${reason} WHERE id = ${id} AND step = ${step} AND closed IS NULL`.pipe(
        Effect.asVoid,
        orFailed("close")
      ),

    /** The questions of a dialogue that still take answers. */
    open: (id: string) =>
      sql<{ step: string; spec: string; place: string | null }>`SELECT step, spec, place FROM ${questions}
        WHERE id = ${id} AND closed IS NULL`.pipe(orFailed("open"))
  }
}

/** Which processes have which code. */
const codeRows = (sql: SqlClient.SqlClient, prefix: string) => {
  const code = sql(`${prefix}_code`)
  return {
    /**
     * The time by which processes say what they have: that of the database, because the clocks of their machines may differ.
     * Those that share a file have one clock.
     */
    now: sql
      .onDialectOrElse({
        pg: (): Effect.Effect<number, SqlError> =>
          Effect.map(
            sql<{ now: number | string }>`SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now`,
            ([row]) => Number(row?.now)
          ),
        orElse: (): Effect.Effect<number, SqlError> => Clock.currentTimeMillis
      })
      .pipe(orFailed("now")),

    /** A process has the code of these workflows. */
    serve: (workflows: Arr.NonEmptyReadonlyArray<string>, process: string, now: number) =>
      Effect.andThen(
        sql`INSERT INTO ${code} ${sql.insert(Arr.map(workflows, (workflow) => ({ workflow, process, seen_at: now })))}
          ON CONFLICT (workflow, process) DO UPDATE SET seen_at = excluded.seen_at`,
        sql`DELETE FROM ${code} WHERE seen_at < ${now - forgotten}`
      ).pipe(Effect.asVoid, orFailed("serve")),

    /** Whether a process of another bot than this one, as `serve` was told, has been here since then. */
    hasOtherBot: (bot: string, since: number) =>
      sql`SELECT 1 FROM ${code} WHERE workflow LIKE ${"bot/%"} AND workflow <> ${bot} AND seen_at > ${since} LIMIT 1`.pipe(
        Effect.map((rows) => rows.length > 0),
        orFailed("hasOtherBot")
      ),

    /** A process has ended. */
    unserve: (process: string) =>
      sql`DELETE FROM ${code} WHERE process = ${process}`.pipe(Effect.asVoid, orFailed("unserve")),

    /** Whether a process has said since then that it has the code of a workflow. */
    isServed: (workflow: string, since: number) =>
      sql`SELECT 1 FROM ${code} WHERE workflow = ${workflow} AND seen_at > ${since} LIMIT 1`.pipe(
        Effect.map((rows) => rows.length > 0),
        orFailed("isServed")
      )
  }
}

// How long ago a process must have been seen that is certainly gone, in milliseconds.
const forgotten = 86_400_000

/** The rows. Every method fails with `StorageFailed`. */
export const make = Effect.fnUntraced(function* (prefix: string) {
  const sql = yield* SqlClient.SqlClient
  yield* createTables(sql, prefix)
  return {
    ...dialogueRows(sql, prefix),
    ...stepRows(sql, prefix),
    ...questionRows(sql, prefix),
    ...codeRows(sql, prefix),
    ...OperatorRows.make(sql, prefix),
    ...UseRows.make(sql, prefix)
  }
})

/** The rows. */
export type Store = Effect.Success<ReturnType<typeof make>>
