/** The rows as operators and the upkeep read them, and what these change. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { Info, ListOptions, OpenQuestion, Status, StepInfo } from "../Dialogues.ts"
import * as Metrics from "./metrics.ts"
import { orFailed } from "./storageFailed.ts"
import { parse } from "./stored.ts"

interface DialogueRow {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly status: Status
  readonly problem: string | null
  readonly user_id: string | null
  readonly channel_id: string | null
  readonly guild_id: string | null
  readonly started_at: number | string
  readonly ended_at: number | string | null
  readonly successor: string | null
}

const infoOf = (row: DialogueRow): Info => ({
  id: row.id,
  name: row.name,
  version: Number(row.version),
  status: row.status,
  problem: row.problem ?? undefined,
  userId: row.user_id ?? undefined,
  channelId: row.channel_id ?? undefined,
  guildId: row.guild_id ?? undefined,
  startedAt: Number(row.started_at),
  endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
  successor: row.successor ?? undefined
})

/** Which dialogues there are. */
const dialogueReads = (sql: SqlClient.SqlClient, prefix: string) => {
  const dialogues = sql(`${prefix}_dialogues`)
  return {
    /** The dialogues that are held, and their workflows. */
    held: sql<{ id: string; workflow: string }>`SELECT id, workflow FROM ${dialogues} WHERE status = 'held'`.pipe(
      orFailed("held")
    ),

    /** The versions of dialogues that have not ended, and how many of each there are. */
    versions: sql<{ workflow: string; name: string; version: number; count: number | string }>`
      SELECT workflow, name, version, COUNT(*) AS count FROM ${dialogues} WHERE status IN ('running', 'held')
      GROUP BY workflow, name, version ORDER BY name, version`.pipe(
      Effect.map((rows) => rows.map((row) => ({ ...row, version: Number(row.version), count: Number(row.count) }))),
      orFailed("versions")
    ),

    /** Another dialogue takes the place of one that has not ended. */
    migrate: (id: string, successor: string) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) =>
          sql`UPDATE ${dialogues} SET ${sql.update({ status: "migrated", successor, problem: null, ended_at: now })}
            WHERE id = ${id} AND status IN ('running', 'held') RETURNING id`
      ).pipe(
        Effect.flatMap(({ length }) => (length === 0 ? Effect.void : Metrics.countEnded("migrated"))),
        orFailed("migrate")
      ),

    /** What a dialogue was begun with, as JSON. Only the engine keeps it, in its own table. */
    inputOf: (workflow: string, id: string) =>
      sql<{ payload: string }>`SELECT payload FROM ${sql(`${prefix}_messages`)}
        WHERE entity_type = ${`Workflow/${workflow}`} AND entity_id = ${id} AND tag = 'run'`.pipe(
        Effect.map(([row]) => row && parse<{ readonly input: string }>(row.payload)?.input),
        orFailed("inputOf")
      ),

    /** One dialogue. */
    get: (id: string) =>
      sql<DialogueRow>`SELECT * FROM ${dialogues} WHERE id = ${id}`.pipe(
        Effect.map(([row]) => row && infoOf(row)),
        orFailed("get")
      ),

    /** Dialogues, newest first. */
    list: ({ after, limit = 100, name, status, userId, version }: ListOptions) => {
      const equal = Object.entries({ name, status, user_id: userId, version }).filter(
        ([, value]) => value !== undefined
      )
      const wanted = equal.map(([column, value]) => sql`${sql(column)} = ${value as string | number}`)
      const older =
        after === undefined
          ? []
          : [sql`(started_at < ${after.startedAt} OR (started_at = ${after.startedAt} AND id < ${after.id}))`]
      return sql<DialogueRow>`SELECT * FROM ${dialogues} WHERE ${sql.and([...wanted, ...older])}
        ORDER BY started_at DESC, id DESC LIMIT ${limit}`.pipe(
        Effect.map((rows) => rows.map(infoOf)),
        orFailed("list")
      )
    }
  }
}

/** What they have done, and what they ask. */
const detailReads = (sql: SqlClient.SqlClient, prefix: string) => {
  const [steps, questions] = [sql(`${prefix}_steps`), sql(`${prefix}_questions`)]
  return {
    /** The journal of a dialogue, in order. */
    stepInfos: (id: string) =>
      sql<{
        kind: string
        name: string
        begun_at: number | string
      }>`SELECT kind, name, begun_at FROM ${steps} WHERE id = ${id}
        ORDER BY position`.pipe(
        Effect.map((rows) =>
          rows.map(({ begun_at, kind, name }): StepInfo => ({ kind, name, begunAt: Number(begun_at) }))
        ),
        orFailed("stepInfos")
      ),

    /** The questions of a dialogue that still take answers. */
    openQuestions: (id: string) =>
      sql<{ step: string; kind: string; place: string | null }>`SELECT step, kind, place FROM ${questions}
        WHERE id = ${id} AND closed IS NULL`.pipe(
        Effect.map((rows) =>
          rows.map(({ kind, place, step }): OpenQuestion => {
            const where = place === null ? undefined : parse<{ channelId?: string; id?: string }>(place)
            return { kind, step, channelId: where?.channelId, messageId: where?.id }
          })
        ),
        orFailed("openQuestions")
      )
  }
}

/** Their removal. */
const removal = (sql: SqlClient.SqlClient, prefix: string) => {
  const dialogues = sql(`${prefix}_dialogues`)
  const tables = ["uses", "questions", "steps", "dialogues"].map((table) => sql(`${prefix}_${table}`))
  return {
    /** Some of those that ended before a time. */
    endedBefore: (time: number, limit: number) =>
      sql<{ id: string; workflow: string }>`SELECT id, workflow FROM ${dialogues} WHERE ended_at < ${time}
        ORDER BY ended_at LIMIT ${limit}`.pipe(orFailed("endedBefore")),

    /** Removes what is known of a dialogue. The row goes last. */
    remove: (id: string) =>
      Effect.forEach(tables, (table) => sql`DELETE FROM ${table} WHERE id = ${id}`, {
        discard: true
      }).pipe(orFailed("remove"))
  }
}

/** Every method fails with `StorageFailed`. */
export const make = (sql: SqlClient.SqlClient, prefix: string) => ({
  ...dialogueReads(sql, prefix),
  ...detailReads(sql, prefix),
  ...removal(sql, prefix)
})
