/** A PostgreSQL for the programs of pages, as `DATABASE_URL` names it. */
import { Effect, Redacted } from "effect"
import { Postgres } from "../../cluster/support/Postgres.ts"

/** The URL of a new, empty database. */
export const databaseUrl = Effect.gen(function* () {
  const { database, host, password, port, username } = yield* (yield* Postgres).makeDatabase
  return `postgres://${username}:${Redacted.value(password)}@${host}:${port}/${database}`
})

/** An address of this machine for a member that no other test has: each process of tests has its own. */
export const ownHost = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 256}.1`
