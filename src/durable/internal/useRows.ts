/**
 * The uses of collections: one row for each user. A use is stored in the transaction that counts it in the row of its question,
 * so no use comes after the question was closed, and whoever closes it waits for the uses that are on their way.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Again } from "../Collection.ts"
import { orFailed } from "./storageFailed.ts"

/** What became of a use. `late`: the question takes none any more. */
export type Counted = "counted" | "again" | "late"

/** A use. `value` is JSON of `question.ts`. */
export interface Use {
  readonly userId: string
  readonly value: string
}

/** How far a collection is. Times are milliseconds since 1970. */
export interface Collection {
  /** Grows with every use that is stored. */
  readonly revision: number
  /** The revision that the message shows; `null` if nobody wants to know before the end. */
  readonly folded: number | null
  readonly foldedAt: number | null
  /** Of the state that the message shows. */
  readonly digest: string | null
  readonly endsAt: number | null
  readonly closed: string | null
}

/** A collection with uses that its message does not show. */
export interface Unfolded extends Pick<Collection, "revision" | "foldedAt"> {
  readonly id: string
  readonly step: string
  readonly workflow: string
  readonly spec: string
}

/** What a message shows now. */
export interface Folded {
  readonly revision: number
  readonly at: number
  readonly digest: string
  /** With the components as they are now. */
  readonly spec: string
}

// PostgreSQL writes a BIGINT as a string.
type Millis = number | string | null

interface Row extends Omit<Collection, "foldedAt" | "endsAt"> {
  readonly folded_at: Millis
  readonly ends_at: Millis
}

interface UnfoldedRow extends Omit<Unfolded, "foldedAt"> {
  readonly folded_at: Millis
}

const toMillis = (value: Millis): number | null => (value === null ? null : Number(value))

const collectionOf = ({ ends_at, folded_at, ...row }: Row): Collection => ({
  ...row,
  foldedAt: toMillis(folded_at),
  endsAt: toMillis(ends_at)
})

const unfoldedOf = ({ folded_at, ...row }: UnfoldedRow): Unfolded => ({ ...row, foldedAt: toMillis(folded_at) })

/** The tables, whose names begin with `prefix`. The columns of questions are those of `store.ts`. */
export const tables = (sql: SqlClient.SqlClient, prefix: string) => [
  sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_uses`)} (
    id VARCHAR(32) NOT NULL, step VARCHAR(64) NOT NULL, user_id VARCHAR(20) NOT NULL, seq INTEGER NOT NULL,
    value TEXT NOT NULL, PRIMARY KEY (id, step, user_id))`,
  sql`CREATE INDEX IF NOT EXISTS ${sql(`${prefix}_questions_unfolded`)} ON ${sql(`${prefix}_questions`)} (id, step)
    WHERE closed IS NULL AND revision > folded`
]

/** Stores a use, unless the question takes none any more, or the user's first one counts. */
const counting = (sql: SqlClient.SqlClient, prefix: string) => {
  const [questions, uses] = [sql(`${prefix}_questions`), sql(`${prefix}_uses`)]
  const store = (id: string, step: string, { userId, value }: Use, again: Again) =>
    Effect.gen(function* (): Effect.fn.Return<Counted, SqlError> {
      const now = yield* Clock.currentTimeMillis
      // Locks the row until the end of the transaction, so the order of revisions is that of the commits.
      const [counted] = yield* sql<{ readonly revision: number }>`UPDATE ${questions} SET revision = revision + 1
        WHERE id = ${id} AND step = ${step} AND closed IS NULL AND (ends_at IS NULL OR ends_at > ${now})
        RETURNING revision`
      if (counted === undefined) return "late"
      const row = sql.insert({ id, step, user_id: userId, seq: counted.revision, value })
      const stored =
        again === "refuse"
          ? yield* sql`INSERT INTO ${uses} ${row} ON CONFLICT (id, step, user_id) DO NOTHING RETURNING seq`
          : yield* sql`INSERT INTO ${uses} ${row} ON CONFLICT (id, step, user_id)
              DO UPDATE SET seq = excluded.seq, value = excluded.value RETURNING seq`
      return stored.length === 0 ? "again" : "counted"
    })
  return (id: string, step: string, use: Use, again: Again): Effect.Effect<Counted, SqlError> => {
    const storing = sql.withTransaction(store(id, step, use, again))
    if (again === "replace") return storing
    // So that nobody who clicks all the time holds up others.
    const earlier = sql`SELECT seq FROM ${uses} WHERE id = ${id} AND step = ${step} AND user_id = ${use.userId}`
    return Effect.flatMap(earlier, ({ length }) => (length > 0 ? Effect.succeed("again") : storing))
  }
}

/** The rows. Every method fails with `StorageFailed`. */
export const make = (sql: SqlClient.SqlClient, prefix: string) => {
  const [dialogues, questions, uses] = [sql(`${prefix}_dialogues`), sql(`${prefix}_questions`), sql(`${prefix}_uses`)]
  const count = counting(sql, prefix)
  const unfolded = () => sql`SELECT q.id, q.step, q.workflow, q.spec, q.revision, q.folded_at
    FROM ${questions} q JOIN ${dialogues} d ON d.id = q.id AND d.status = 'running'
    WHERE q.closed IS NULL AND q.revision > q.folded`
  return {
    /** Stores the use of a user. One that is `counted` is part of the result. */
    count: (id: string, step: string, use: Use, again: Again) => count(id, step, use, again).pipe(orFailed("count")),

    /** Its uses, in their order. */
    uses: (id: string, step: string) =>
      sql<{ readonly value: string }>`SELECT value FROM ${uses} WHERE id = ${id} AND step = ${step} ORDER BY seq`.pipe(
        Effect.map((rows) => rows.map(({ value }) => value)),
        orFailed("uses")
      ),

    /** Removes a use that does not count, so that the user may try again. */
    forget: (id: string, step: string, { userId, value }: Use) =>
      sql`DELETE FROM ${uses} WHERE id = ${id} AND step = ${step} AND user_id = ${userId} AND value = ${value}`.pipe(
        Effect.asVoid,
        orFailed("forget")
      ),

    /** How far a collection is. */
    collection: (id: string, step: string) =>
      sql<Row>`SELECT revision, folded, folded_at, digest, ends_at, closed FROM ${questions}
        WHERE id = ${id} AND step = ${step}`.pipe(
        Effect.map(([row]) => row && collectionOf(row)),
        orFailed("collection")
      ),

    /** Until when it takes uses, and whether anybody wants to know of them before. */
    collecting: (id: string, step: string, endsAt: number, isLive: boolean) =>
      sql`UPDATE ${questions} SET ${sql.update({ ends_at: endsAt, folded: isLive ? 0 : null })}
        WHERE id = ${id} AND step = ${step} AND ends_at IS NULL`.pipe(Effect.asVoid, orFailed("collecting")),

    /** What its message shows. */
    folded: (id: string, step: string, shown: Folded) =>
      sql`UPDATE ${questions} SET ${sql.update({
        folded: shown.revision,
        folded_at: shown.at,
        digest: shown.digest,
        spec: shown.spec
      })} WHERE id = ${id} AND step = ${step}`.pipe(Effect.asVoid, orFailed("folded")),

    /** A collection, if it has uses that its message does not show and its dialogue runs. */
    unfolded: (id: string, step: string) =>
      sql<UnfoldedRow>`${unfolded()} AND q.id = ${id} AND q.step = ${step}`.pipe(
        Effect.map(([row]) => row && unfoldedOf(row)),
        orFailed("unfolded")
      ),

    /** All of these. */
    allUnfolded: sql<UnfoldedRow>`${unfolded()}`.pipe(
      Effect.map((rows) => rows.map(unfoldedOf)),
      orFailed("allUnfolded")
    )
  }
}
