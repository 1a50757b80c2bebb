/** `kill -9` at every moment of a dialogue: before and after each write, each request and each act elsewhere. */
import { Effect } from "effect"
import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { folder } from "./bundle.ts"
import { balance, type Page } from "./Ledger.ts"
import * as People from "./people.ts"
import * as World from "./World.ts"

/** How a dialogue is, by its row. */
export const statusOf = ({ id, name, problem, status }: Readonly<Record<string, unknown>>) => ({
  status: String(status),
  text: `${String(name)} ${String(id)}: ${String(status)} ${String(problem ?? "")}`
})

/** How the dialogues in a file are. */
export const statuses = (filename: string) =>
  Effect.sync(() => {
    const database = new DatabaseSync(filename, { readOnly: true, timeout: 2000 })
    try {
      return database.prepare("SELECT id, name, status, problem FROM fibercord_durable_dialogues").all().map(statusOf)
    } finally {
      database.close()
    }
  })

/** Waits until no dialogue runs any more, and says which ended badly. */
export const settle = <E>(
  world: World.World,
  read: Effect.Effect<ReadonlyArray<{ status: string; text: string }>, E>
) =>
  Effect.gen(function* () {
    const until = Date.now() + 60_000
    for (;;) {
      const rows = yield* Effect.orElseSucceed(read, () => [{ status: "running", text: "unreadable" }])
      const running = rows.filter(({ status }) => status === "running")
      if (running.length > 0 && Date.now() < until) {
        yield* Effect.sleep("50 millis")
        continue
      }
      for (const { status, text } of rows) if (status !== "done") world.ledger.problem(text)
      return rows.length
    }
  })

/** What came of one play. */
export interface Played {
  readonly page: Page
  readonly problems: ReadonlyArray<string>
  /** Where it died; `undefined` if the dialogue had fewer moments. */
  readonly died: string | undefined
}

/** Plays a story in which the process dies at a moment, counted from 1; with `of`, of those whose names contain that. */
export const playAt = (
  program: string,
  story: People.Story,
  {
    at: dieAt,
    isVerbose = false,
    of: dieOf
  }: { readonly at: number; readonly of?: string; readonly isVerbose?: boolean }
) =>
  Effect.gen(function* () {
    const path = yield* folder
    const filename = join(path, "dialogues.db")
    // Nobody decides in time only where nobody is meant to.
    const isPatient = story !== "onboarding again" && story !== "onboarding never"
    const times = { verdict: story === "approval none" ? 700 : 60_000, survey: 200, rules: 60_000 }
    const world = yield* World.make({
      program,
      folder: path,
      processes: 1,
      times: isPatient ? times : { ...times, rules: 3000 },
      store: () => ({ filename }),
      dieAt,
      dieOf,
      isVerbose
    })
    yield* People.begin(world)
    // A session that is newer than this is not in its store yet.
    yield* Effect.sleep("250 millis")
    world.arm()
    yield* People.stories[story](world, 0)
    yield* settle(world, statuses(filename))
    yield* balance(world)
    const { page, problems } = world.ledger
    return { page, problems, died: world.died() } satisfies Played
  }).pipe(Effect.scoped)

/** The stories that are played here. */
export const acts: ReadonlyArray<People.Story> = [
  "approval yes",
  "approval no",
  "approval none",
  "reminder fire",
  "reminder cancel",
  "giveaway all",
  "giveaway none",
  "onboarding once",
  "onboarding again",
  "onboarding never"
]

const add = (sum: Page, page: Page): Page =>
  Object.fromEntries(
    Object.entries(sum).map(([key, value]) => [key, value + page[key as keyof Page]])
  ) as unknown as Page

const nothing: Page = {
  kills: 0,
  dialogues: 0,
  messages: 0,
  doubled: 0,
  missing: 0,
  excused: 0,
  lost: 0,
  unanswered: 0
}

/**
 * Plays a story again and again, each time with a death one moment later, until it ends without one. With `stride`, only
 * at each of so many moments, from a random one on.
 */
export const everyMoment = (
  program: string,
  story: People.Story,
  options: { readonly stride: number; readonly first: number; readonly isVerbose: boolean }
) =>
  Effect.gen(function* () {
    const problems: Array<string> = []
    let page = nothing
    for (let moment = options.first; ; moment += options.stride) {
      const played = yield* playAt(program, story, { at: moment, isVerbose: options.isVerbose })
      page = add(page, played.page)
      if (played.problems.length > 0) {
        const where = `${story}, killed at moment ${moment} (${played.died ?? "not at all"})`
        problems.push(...played.problems.map((problem) => `${where}: ${problem}`))
      }
      if (played.died === undefined) return { page, problems, moments: moment }
    }
  })
