/**
 * `npm run durable`: the bots of `examples/durable` are killed with `kill -9`, at every moment of their dialogues and at
 * random, in one process, two on one file, and three on PostgreSQL. A ledger says what users saw. Ends with 1 if something was
 * broken. About a minute by default.
 *
 * `--stride N` dies at every Nth moment only (default 41; 1 is all of them), `--minutes M` is the time of each run at random
 * (default 0.1), `--only NAME` runs the parts whose names contain that, `--verbose` prints what processes print.
 */
import { Console, Effect } from "effect"
import { parseArgs } from "node:util"
import * as Postgres from "../../test/cluster/support/Postgres.ts"
import * as Bundle from "./bundle.ts"
import { acts, everyMoment } from "./everyStep.ts"
import { columns, type Page } from "./Ledger.ts"
import * as Random from "./random.ts"

const { values } = parseArgs({
  options: {
    verbose: { type: "boolean" },
    stride: { type: "string" },
    minutes: { type: "string" },
    only: { type: "string" }
  }
})
const stride = Number(values.stride ?? 41)
const minutes = Number(values.minutes ?? 0.1)
if (!(stride >= 1)) throw new RangeError(`--stride takes a number from 1, not ${values.stride}`)
if (!(minutes > 0)) throw new RangeError(`--minutes takes a number above 0, not ${values.minutes}`)

const isVerbose = values.verbose === true
const isMeant = (name: string): boolean => values.only === undefined || name.includes(values.only)

const problems: Array<string> = []
const width = 40

/** Runs a part, and prints its counts. */
const part = <E, R>(
  name: string,
  run: Effect.Effect<{ readonly page: Page; readonly problems: ReadonlyArray<string>; readonly note?: string }, E, R>
) =>
  isMeant(name)
    ? Effect.gen(function* () {
        const began = Date.now()
        const { note = "", page, problems: found } = yield* run
        problems.push(...found.map((each) => `${name}: ${each}`))
        const cells = columns.map((column) => `${page[column]}`.padStart(11))
        const seconds = `${Math.round((Date.now() - began) / 1000)}`.padStart(9)
        yield* Console.log(`${name.padEnd(width)}${cells.join("")}${seconds} ${note}`)
      })
    : Effect.void

const main = Effect.gen(function* () {
  const program = yield* Bundle.program
  yield* Console.log(`${" ".repeat(width)}${[...columns, "seconds"].map((column) => column.padStart(11)).join("")}`)
  yield* Effect.forEach(
    acts,
    (story) => {
      const played = everyMoment(program, story, { stride, first: 1 + Math.floor(Math.random() * stride), isVerbose })
      const noted = Effect.map(played, (each) => ({ ...each, note: `${each.moments} moments` }))
      return part(`moments of ${story}`, noted)
    },
    { concurrency: 2, discard: true }
  )
  const options = { program, seconds: minutes * 60, isVerbose, trouble: Random.killing }
  yield* part("kills, one process on SQLite", Random.onSqlite(1, options))
  yield* part("kills, two on one file of SQLite", Random.onSqlite(2, options))
  yield* part("kills, three on PostgreSQL", Random.onPostgres(options))
  yield* part("rolling deploy of three", Random.onPostgres({ ...options, trouble: Random.deploying }))
  const leased = Effect.map(Random.lease(options), (each) => ({
    ...each,
    note: `reminders due 4 s later came ${each.median} ms (median), ${each.last} ms (last) after the kill`
  }))
  yield* part("one of three stays away", leased)
  yield* Console.log(
    problems.length === 0 ? "\nNothing was broken" : `\nBroken:\n${problems.map((each) => `- ${each}`).join("\n")}`
  )
  if (problems.length > 0) process.exitCode = 1
})

await Effect.runPromise(Effect.scoped(main).pipe(Effect.provide(Postgres.layer)))
