/**
 * `npm run cluster`: a bot in three processes on a real PostgreSQL, against the fake Discord, while it is deployed, killed,
 * frozen and given more shards. A ledger says what the server and the users saw. Ends with 1 if something was broken.
 * `--verbose` prints what members print, and `--outage N` keeps PostgreSQL away for N seconds (default 15).
 */
import { Console, Effect, Layer, Redacted, type Scope } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { freePort } from "../../test/cluster/support/freePort.ts"
import { parseArgs } from "node:util"
import * as Postgres from "../../test/cluster/support/Postgres.ts"
import * as Relay from "../../test/cluster/support/Relay.ts"
import * as Child from "./Child.ts"
import { Ledger, type Page } from "./Ledger.ts"
import * as settings from "./settings.ts"
import type { Report } from "./wire.ts"

const { values } = parseArgs({ options: { verbose: { type: "boolean" }, outage: { type: "string" } } })
const outage = Number(values.outage ?? 15)
if (!(outage > 0)) throw new RangeError(`--outage takes a number of seconds above 0, not ${values.outage}`)

interface Run {
  readonly discord: FakeDiscord.FakeDiscord["Service"]
  readonly postgres: Postgres.Postgres["Service"]
  readonly ledger: Ledger
  readonly pages: Array<Page>
  readonly problems: Array<string>
  /** Who coordinates, as the members print it. */
  coordinator: number | undefined
  total: number
  readonly start: Effect.Effect<Child.Child, never, Scope.Scope>
  readonly reports: Array<Report>
  /** What connects each member with the database and with the others, by its number. */
  readonly network: Map<number, ReadonlyArray<Relay.Relay>>
}

const makeRun = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const postgres = yield* Postgres.Postgres
  const { password, ...database } = yield* Effect.orDie(postgres.makeDatabase)
  const ledger = new Ledger()
  let number = 0
  const run: Run = {
    discord,
    postgres,
    ledger,
    pages: [],
    problems: [],
    coordinator: undefined,
    total: settings.shards,
    reports: [],
    network: new Map(),
    start: Effect.gen(function* () {
      const listenPort = yield* freePort
      const mine = ++number
      const toDatabase = yield* Relay.make(database.port)
      const toMember = yield* Relay.make(listenPort)
      run.network.set(mine, [toDatabase, toMember])
      return yield* Child.start({
        number: mine,
        port: toMember.port,
        args: [
          `${listenPort}`,
          discord.apiUrl,
          Redacted.value(discord.token),
          JSON.stringify({ ...database, port: toDatabase.port, password: Redacted.value(password) })
        ],
        onReport: (report) => {
          if (report._tag === "Event") ledger.handled(report.guild, report.n)
          else run.reports.push(report)
        },
        onPrinted: (text) => {
          if (text.includes("coordinates the cluster")) run.coordinator = mine
          if (values.verbose === true) process.stderr.write(`${mine} ${text}\n`)
        }
      })
    })
  }
  return run
})

/** Everybody sends and clicks until the scope closes. */
const traffic = Effect.fnUntraced(function* ({ discord, ledger }: Run) {
  const guilds = yield* Effect.forEach(Array.from({ length: settings.guilds }), (_, shard) =>
    discord.addGuild(`guild ${shard}`, { shard, shardCount: settings.shards })
  )
  const events = (guild: FakeDiscord.Guild) => {
    let n = 0
    return Effect.forever(
      Effect.suspend(() => {
        ledger.sent(guild.id, n)
        return Effect.andThen(guild.update({ description: `${n++}` }), Effect.sleep(settings.eventInterval))
      })
    )
  }
  const use = (user: FakeDiscord.User, guild: FakeDiscord.Guild) =>
    Effect.gen(function* () {
      ledger.uses++
      const message = yield* user.slash("panel", {}, { guild })
      yield* message.content
      ledger.uses++
      const pressed = yield* message.click("press")
      yield* pressed.content
    }).pipe(
      Effect.timeout("6 seconds"),
      Effect.catchCause((cause) =>
        Effect.sync(() => {
          ledger.unanswered++
          if (values.verbose === true) process.stderr.write(`a use failed: ${String(cause)}\n`)
        })
      )
    )
  for (const guild of guilds) yield* Effect.forkScoped(events(guild))
  const alice = yield* discord.user("alice")
  let next = 0
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.suspend(() => {
        const guild = guilds[next++ % guilds.length]
        const used = guild === undefined ? Effect.void : Effect.forkScoped(use(alice, guild))
        return Effect.andThen(used, Effect.sleep(settings.useInterval))
      })
    )
  )
})

/** Waits until every shard of the total is connected, once. */
const untilConnected = Effect.fnUntraced(function* (run: Run, within: number) {
  const until = Date.now() + within
  while (true) {
    const sessions = yield* run.discord.sessions
    const connected = sessions.filter((each) => each.connected && each.shardCount === run.total)
    const ids = new Set(connected.map(({ shardId }) => shardId))
    if (ids.size === run.total && sessions.every(({ shardCount }) => shardCount === run.total)) return
    if (Date.now() > until) {
      run.problems.push(`only ${ids.size} of ${run.total} shards were connected after ${within} ms`)
      return
    }
    yield* Effect.sleep(25)
  }
})

interface Phase {
  readonly name: string
  /** What may be done to the bot, and what it must not lead to. */
  readonly identifies?: number
  /** Whether events of the last unwritten moment may come again. */
  readonly mayRepeat?: boolean
  /** Whether users may see no answer, because the process that had their message is gone. */
  readonly mayFail?: boolean
  /** The longest time that a shard may be away, in milliseconds. */
  readonly away: number
}

/** Does something, waits until the bot has recovered, and writes down what was seen. */
const phase = Effect.fnUntraced(function* <E, R>(run: Run, limits: Phase, act: Effect.Effect<void, E, R>) {
  const { ledger, pages, problems } = run
  const since = Date.now()
  const { unanswered, uses } = ledger
  yield* Console.log(`\n${limits.name} …`)
  ledger.troubleAt = 0
  yield* act
  yield* untilConnected(run, 60_000)
  yield* Effect.sleep("3 seconds")
  // Events that were sent in this moment are on their way.
  const until = Date.now()
  const isEven = ledger.evenUntil(until)
  for (let waited = 0; waited < 250 && !isEven(); waited++) yield* Effect.sleep(20)
  const page = ledger.page(limits.name, yield* run.discord.log, { since, until, unanswered, uses })
  pages.push(page)
  const check = (isBroken: boolean, what: string) => {
    if (isBroken) problems.push(`${limits.name}: ${what}`)
  }
  check(page.lost > 0, `${page.lost} events were lost`)
  check(page.repeated > 0 && limits.mayRepeat !== true, `${page.repeated} events came twice`)
  check(page.repeatedFor > settings.unwritten, `events were repeated that were ${page.repeatedFor} ms old`)
  check(page.identifies > (limits.identifies ?? 0), `${page.identifies} IDENTIFYs`)
  check(page.violations > 0, `${page.violations} violations of Discord's rules`)
  check(page.blind > limits.away, `a shard was resumed ${page.blind} ms after the trouble, more than ${limits.away}`)
  check(page.away > limits.away, `a shard was away for ${page.away} ms, more than ${limits.away}`)
  check(page.unanswered > 0 && limits.mayFail !== true, `${page.unanswered} uses had no answer`)
  yield* Console.log(line(page))
})

const columns = [
  ["phase", 46],
  ["seconds", 8],
  ["events", 8],
  ["lost", 6],
  ["repeated", 9],
  ["identifies", 11],
  ["resumes", 8],
  ["away", 7],
  ["blind", 7],
  ["uses", 6],
  ["unanswered", 11],
  ["violations", 11]
] as const

const line = (page: Page): string =>
  columns.map(([key, width]) => String(page[key])[key === "phase" ? "padEnd" : "padStart"](width)).join("")

const main = Effect.gen(function* () {
  const run = yield* makeRun
  const { postgres } = run
  let members: ReadonlyArray<Child.Child> = []
  const joined = (child: Child.Child) => Effect.timeout(child.joined, "60 seconds")
  const start = Effect.tap(run.start, joined)
  const stop = (child: Child.Child) =>
    Effect.gen(function* () {
      yield* child.signal("SIGTERM")
      const code = yield* Effect.timeoutOption(child.ended, "30 seconds")
      if (code._tag === "None") run.problems.push(`member ${child.number} did not stop`)
    })
  const trouble = (child: Child.Child | undefined, signal: NodeJS.Signals) =>
    Effect.suspend(() => {
      run.ledger.troubleAt = Date.now()
      return child?.signal(signal) ?? Effect.void
    })
  const coordinator = () => members.find(({ number }) => number === run.coordinator) ?? members[0]

  const frozen = (who: string, find: () => Child.Child | undefined) =>
    phase(
      run,
      {
        name: `SIGSTOP of ${who}, SIGCONT after 15 s`,
        mayRepeat: true,
        mayFail: true,
        away: settings.lease + settings.slack
      },
      Effect.gen(function* () {
        members = [...members, yield* start]
        yield* untilConnected(run, 60_000)
        const victim = find()
        yield* trouble(victim, "SIGSTOP")
        yield* Effect.sleep("15 seconds")
        yield* victim?.signal("SIGCONT") ?? Effect.void
        yield* Effect.sleep("5 seconds")
      })
    )

  yield* phase(
    run,
    { name: "start of three members", identifies: settings.shards, away: Infinity },
    Effect.gen(function* () {
      members = yield* Effect.all([start, start, start], { concurrency: "unbounded" })
      yield* untilConnected(run, 60_000)
      yield* traffic(run)
    })
  )
  yield* phase(
    run,
    { name: "rolling deploy of all three", away: settings.slack },
    Effect.gen(function* () {
      for (const old of members) {
        const young = yield* start
        yield* stop(old)
        members = [...members.filter((each) => each !== old), young]
      }
    })
  )
  yield* phase(
    run,
    { name: "a fourth member joins", away: settings.slack },
    Effect.map(start, (fourth) => void (members = [...members, fourth]))
  )
  yield* phase(
    run,
    { name: "it leaves", away: settings.slack },
    Effect.suspend(() => {
      const last = members[members.length - 1]
      members = members.slice(0, -1)
      return last === undefined ? Effect.void : stop(last)
    })
  )
  yield* phase(
    run,
    { name: "kill -9 of a member", mayRepeat: true, mayFail: true, away: settings.lease + settings.slack },
    Effect.suspend(() => {
      const victim = members.find((each) => each !== coordinator())
      members = members.filter((each) => each !== victim)
      return trouble(victim, "SIGKILL")
    })
  )
  yield* phase(
    run,
    { name: "kill -9 of the coordinator", mayRepeat: true, mayFail: true, away: settings.lease + settings.slack },
    Effect.gen(function* () {
      members = [...members, yield* start]
      const victim = coordinator()
      members = members.filter((each) => each !== victim)
      yield* trouble(victim, "SIGKILL")
    })
  )
  const cutOff = (who: string, find: () => Child.Child | undefined) =>
    phase(
      run,
      { name: `${who} cut off for 15 s`, mayRepeat: true, mayFail: true, away: settings.lease + settings.slack },
      Effect.gen(function* () {
        const network = run.network.get(find()?.number ?? 0) ?? []
        run.ledger.troubleAt = Date.now()
        for (const way of network) yield* way.cut
        yield* Effect.sleep("15 seconds")
        for (const way of network) yield* way.heal
        yield* Effect.sleep("5 seconds")
      })
    )

  yield* frozen("a member", () => members.find((each) => each !== coordinator()))
  yield* frozen("the coordinator", coordinator)
  yield* cutOff("a member", () => members.find((each) => each !== coordinator()))
  yield* cutOff("the coordinator", coordinator)
  yield* phase(
    run,
    { name: "PostgreSQL restarts", away: settings.slack },
    Effect.andThen(postgres.stop, Effect.orDie(postgres.start))
  )
  yield* phase(
    run,
    { name: `PostgreSQL is away for ${outage} s`, away: settings.lease + settings.slack },
    Effect.gen(function* () {
      yield* postgres.stop
      yield* Effect.sleep(`${outage} seconds`)
      yield* Effect.orDie(postgres.start)
    })
  )
  yield* phase(
    run,
    { name: `reshard to ${settings.shards * 2}`, identifies: settings.shards * 2, away: Infinity },
    Effect.gen(function* () {
      run.reports.length = 0
      run.total = settings.shards * 2
      members[0]?.order({ total: run.total })
      while (!run.reports.some(({ _tag }) => _tag === "Resharded")) yield* Effect.sleep(50)
      for (const report of run.reports) {
        if (report._tag === "Resharded" && report.outcome !== "complete")
          run.problems.push(`reshard: ${report.outcome}`)
      }
    })
  )
  yield* Console.log(`\n${columns.map(([key, width]) => key[key === "phase" ? "padEnd" : "padStart"](width)).join("")}`)
  for (const page of run.pages) yield* Console.log(line(page))
  yield* Effect.forEach(members, stop, { concurrency: "unbounded", discard: true })
  yield* Console.log(
    run.problems.length === 0
      ? "\nNothing was broken"
      : `\nBroken:\n${run.problems.map((each) => `- ${each}`).join("\n")}`
  )
  if (run.problems.length > 0) process.exitCode = 1
})

const discord = FakeDiscord.layerServer({
  shards: settings.shards,
  maxConcurrency: settings.maxConcurrency,
  identifyInterval: settings.identifyInterval,
  replayLimit: 100_000,
  logLimit: 1_000_000
})

await Effect.runPromise(Effect.scoped(main).pipe(Effect.provide(Layer.merge(discord, Postgres.layer))))
