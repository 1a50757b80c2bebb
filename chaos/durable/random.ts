/** Trouble at random, while people use the bot: one process or two on a file of SQLite, or three on PostgreSQL. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber, Layer, Redacted } from "effect"
import type { FakeDiscord } from "fibercord/testing"
import { join } from "node:path"
import * as Postgres from "../../test/cluster/support/Postgres.ts"
import { freePort } from "../../test/cluster/support/freePort.ts"
import { folder } from "./bundle.ts"
import { settle, statuses, statusOf } from "./everyStep.ts"
import { balance, type Page } from "./Ledger.ts"
import * as People from "./people.ts"
import type { Setup } from "./wire.ts"
import * as World from "./World.ts"

/** Options of a run. */
export interface Options {
  readonly program: string
  /** For how long there is trouble. */
  readonly seconds: number
  readonly isVerbose: boolean
  /** What happens to processes meanwhile. */
  readonly trouble: (world: World.World) => Effect.Effect<unknown>
}

/** What came of a run. */
export interface Outcome {
  readonly page: Page
  readonly problems: ReadonlyArray<string>
}

type Rows = Effect.Effect<ReadonlyArray<{ readonly status: string; readonly text: string }>, unknown>

const times = { verdict: 20_000, survey: 1000, rules: 15_000 }

const all = Object.keys(People.stories) as ReadonlyArray<People.Story>

/** How many people are busy at most, on a machine that mostly starts processes. */
const atOnce = 12

const between = (from: number, to: number): number => Math.round(from + Math.random() * (to - from))

/** Kills somebody every few hundred milliseconds; most when they are up for a moment, some while they start. */
export const killing = ({ seats }: World.World) =>
  Effect.gen(function* () {
    yield* Effect.sleep(between(100, 900))
    const now = Date.now()
    const up = seats.filter((seat) => now - (seat.upSince() ?? now) > between(100, 1500))
    const among = up.length > 0 ? up : Math.random() < 0.1 ? seats.filter((seat) => seat.upSince() === undefined) : []
    yield* among[between(0, among.length - 1)]?.kill ?? Effect.void
  }).pipe(Effect.forever)

/** One process after the other ends as a deploy ends it, and is followed by the next. */
export const deploying = ({ seats }: World.World) =>
  Effect.forever(
    Effect.forEach(
      seats,
      (seat) =>
        Effect.gen(function* () {
          yield* seat.stop
          while (seat.upSince() === undefined) yield* Effect.sleep("20 millis")
          yield* Effect.sleep("1 second")
        }),
      { discard: true }
    )
  )

/** People begin something every moment. Returns what they do. */
const traffic = (world: World.World, seconds: number) =>
  Effect.gen(function* () {
    const until = Date.now() + seconds * 1000
    const fibers: Array<Fiber.Fiber<void, unknown>> = []
    let busy = 0
    for (let n = 0; Date.now() < until;) {
      yield* Effect.sleep(between(200, 1200))
      if (busy >= atOnce) continue
      busy++
      const story = People.stories[all[n % all.length] ?? "approval yes"]
      const ended = Effect.sync(() => void busy--)
      fibers.push(yield* Effect.forkChild(Effect.ensuring(story(world, n++), ended)))
    }
    return fibers
  })

/** One run, in a world that is made already. */
const run = (world: World.World, { isVerbose, seconds, trouble }: Options, read: Rows) =>
  Effect.gen(function* () {
    yield* People.begin(world)
    const troubled = yield* Effect.forkChild(trouble(world))
    const fibers = yield* traffic(world, seconds)
    yield* Fiber.interrupt(troubled)
    yield* Effect.forEach(fibers, Fiber.join)
    yield* settle(world, read)
    yield* balance(world)
    const { lastPrinted, page, problems } = world.ledger
    return { page, problems: [...problems, ...(problems.length > 0 && isVerbose ? lastPrinted : [])] } satisfies Outcome
  })

/** One process on a file of SQLite, or more. */
export const onSqlite = (processes: number, options: Options) =>
  Effect.gen(function* () {
    const path = yield* folder
    const filename = join(path, "dialogues.db")
    const shared = { program: options.program, folder: path, isVerbose: options.isVerbose, times }
    const world = yield* World.make({ ...shared, processes, store: () => ({ filename }) })
    return yield* run(world, options, statuses(filename))
  }).pipe(Effect.scoped)

/** A world of three processes on a database of their own. */
const makeThree = (options: Pick<Options, "program" | "isVerbose">) =>
  Effect.gen(function* () {
    const path = yield* folder
    const postgres = yield* Postgres.Postgres
    const { password, ...database } = yield* Effect.orDie(postgres.makeDatabase)
    const ports = yield* Effect.all([freePort, freePort, freePort])
    const store = (seat: number): Setup["store"] => ({
      database,
      password: Redacted.value(password),
      port: ports[seat] ?? 0
    })
    const shared = { program: options.program, folder: path, isVerbose: options.isVerbose, times }
    const world = yield* World.make({ ...shared, processes: 3, store })
    const client = yield* Layer.build(PgClient.layer({ ...database, password }))
    const read = Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<
        Readonly<Record<string, unknown>>
      >`SELECT id, name, status, problem FROM fibercord_durable_dialogues`
      return rows.map(statusOf)
    }).pipe(Effect.provide(client))
    return { world, read }
  })

/** Three processes on PostgreSQL. */
export const onPostgres = (options: Options) =>
  Effect.flatMap(makeThree(options), ({ read, world }) => run(world, options, read)).pipe(Effect.scoped)

/**
 * One of three processes is killed and stays away. Returns how long after that the last of many reminders came that were
 * due a second after it, in milliseconds: what was on the dead process goes on elsewhere.
 */
export const lease = (options: Pick<Options, "program" | "isVerbose">) =>
  Effect.gen(function* () {
    const { world } = yield* makeThree(options)
    const { discord, ledger, seats } = world
    const users = yield* Effect.forEach(Array.from({ length: 24 }), (_, n) => discord.user(`sleeper ${n}`))
    const remind = (user: FakeDiscord.User) => user.slash("remind", { what: "tea", in: "4 seconds" })
    yield* Effect.forEach(users, remind, { concurrency: 4 })
    const [, victim] = seats
    if (victim !== undefined) victim.isTaken = false
    const killedAt = Date.now()
    yield* victim?.kill ?? Effect.void
    const arrival = (user: FakeDiscord.User) =>
      user
        .awaitMessage(({ content }) => content === "Remember: tea", { direct: true, timeout: "60 seconds" })
        .pipe(Effect.map(() => Date.now() - killedAt))
    const times = yield* Effect.forEach(users, arrival, { concurrency: "unbounded" }).pipe(
      Effect.catch((error) =>
        Effect.as(
          Effect.sync(() => ledger.problem(String(error))),
          [Infinity]
        )
      )
    )
    return { page: ledger.page, problems: ledger.problems, last: Math.max(...times), median: median(times) }
  }).pipe(Effect.scoped)

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
