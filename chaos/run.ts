/** One run: the fake Discord, the ledger, the traffic, the plan, and one bot process after the other. */
import { Deferred, Effect, Fiber, Random, Redacted, type Scope, Stream } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Child from "./Child.ts"
import { strike, type Target } from "./faults.ts"
import { cuts, fatalCodes } from "./kinds.ts"
import { type End, Ledger } from "./ledger/Ledger.ts"
import * as Plan from "./Plan.ts"
import * as settings from "./settings.ts"
import * as Traffic from "./traffic.ts"
import type { Report } from "./wire.ts"

/** Options of {@link run}. */
export interface Options {
  readonly seed: string
  readonly seconds: number
  readonly shards: number
  /** Told of everything that happens, and that the bot prints. */
  readonly onLine?: ((line: string) => void) | undefined
}

/** What a run leaves behind. */
export interface Outcome {
  readonly options: Options
  readonly compression: Plan.Plan["compression"]
  readonly ledger: Ledger
  readonly faults: ReadonlyMap<string, number>
  readonly lives: number
  readonly heap: { readonly start: number | undefined; readonly end: number | undefined }
}

const { bounds } = settings
const users = 6
const eventsPerSecond = 15
// Longest time for the end of a run: the last shards come back, the last events and answers arrive.
const settleLimit = 90_000

const now = (): number => Date.now()

const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "fibercord-chaos-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const blockedLoop = (ledger: Ledger) =>
  Effect.gen(function* () {
    const interval = 50
    let before = performance.now()
    while (true) {
      yield* Effect.sleep(interval)
      const after = performance.now()
      ledger.lag(now(), after - before - interval)
      before = after
    }
  })

/** Runs it. Succeeds also with violations: they are in the ledger. */
export const run = Effect.fnUntraced(function* (options: Options) {
  const { seconds, seed, shards } = options
  const plan = yield* Plan.make({ seed, shards, millis: seconds * 1_000 })
  const ledger = new Ledger()
  ledger.book.onLine = options.onLine
  const faults = new Map<string, number>()
  const discord = yield* FakeDiscord.make({
    ...settings.discord,
    shards,
    logLimit: 20_000
  })
  yield* Effect.forkScoped(
    Stream.runForEach(discord.changes, (entry) => Effect.sync(() => ledger.fact(entry))),
    { startImmediately: true }
  )
  const guilds = yield* Effect.forEach(
    Array.from({ length: shards }, (_, shard) => shard),
    (shard) => (shard === 0 ? Effect.succeed(discord.guild) : discord.addGuild(`guild ${shard}`, { shard }))
  )
  const path = yield* directory

  let child: Child.Child | undefined
  /** Lives that end, or have ended. */
  const ending = new Set<number>()
  let heapStart: number | undefined
  let heapEnd: number | undefined
  let lives = 0
  let booted = Deferred.makeUnsafe<boolean>()
  let sampled = Deferred.makeUnsafe<Extract<Report, { readonly _tag: "Sample" }>>()

  const startLife = Effect.suspend(() => {
    const life = ++lives
    booted = Deferred.makeUnsafe()
    const mine = booted
    return Effect.tap(
      Child.start({
        life,
        directory: path,
        shards,
        compression: plan.compression,
        env: { DISCORD_API_URL: discord.apiUrl, DISCORD_TOKEN: Redacted.value(discord.token) },
        onReport: (report) => {
          ledger.report(life, report)
          if (report._tag === "Booted") Deferred.doneUnsafe(mine, Effect.succeed(true))
          if (report._tag === "BootFailed") Deferred.doneUnsafe(mine, Effect.succeed(false))
          if (report._tag === "Sample") Deferred.doneUnsafe(sampled, Effect.succeed(report))
        },
        onPrinted: (line) => {
          ledger.printed(now(), line)
          options.onLine?.(line)
        }
      }),
      (started) =>
        Effect.sync(() => {
          child = started
        })
    )
  })

  const numbers = Traffic.numbers(discord, guilds)
  let requests = 0
  const target: Target = {
    compression: plan.compression,
    discord,
    ledger,
    guilds,
    now,
    burst: numbers.burst,
    order: (order) => child?.order(order),
    members: (shard, trouble) => {
      const guild = guilds[shard]
      // One that still boots takes orders when it has.
      if (child === undefined || guild === undefined || ending.has(child.life)) return
      const id = ++requests
      ledger.requests.asked(id, child.life, shard, now(), trouble)
      child.order({ _tag: "Members", id, shard, guild: guild.id })
    }
  }

  const count = (kind: string) => faults.set(kind, (faults.get(kind) ?? 0) + 1)

  const inject = (step: Plan.Step) =>
    Effect.suspend(() => {
      count(step.kind)
      ledger.book.remember(now(), `FAULT ${step.kind}`, step.shard)
      if (cuts(step.kind)) ledger.recoveries.wounded(step.kind, step.shard, now(), bounds.recovery)
      return strike(target, step)
    })

  /** Waits for the end of a process that is to end by itself. */
  const awaitEnd = (life: Child.Child, wanted: End, why?: string) =>
    Effect.gen(function* () {
      const code = yield* Effect.timeoutOption(life.ended, bounds.exit)
      ledger.exited(life.life, now(), wanted, code._tag === "Some" ? code.value : undefined, why)
      if (code._tag === "None") life.kill()
      yield* life.ended
    })

  // A shard without a connection cannot be closed: the next one is, for some seconds.
  const closeFatally = ({ code, shard }: Plan.Life) =>
    Effect.firstSuccessOf([0, 1, 2].map((n) => discord.faults.close((shard + n) % shards, code)))

  const endLife = (life: Child.Child, how: Plan.Life["how"], step?: Plan.Life) =>
    Effect.gen(function* () {
      ending.add(life.life)
      let wanted: End = how === "kill" ? "killed" : how === "stop" ? "stopped" : "fatal"
      if (step !== undefined && wanted === "fatal") {
        const closed = yield* Effect.result(closeFatally(step))
        if (closed._tag === "Failure") wanted = "killed"
      }
      const why = wanted === "fatal" && step !== undefined ? fatalCodes[step.code] : undefined
      count(`process: ${why === undefined ? wanted : `${step?.code} ${why}`}`)
      ledger.death(life.life, now(), wanted)
      if (wanted === "killed") life.kill()
      if (wanted === "stopped") life.order({ _tag: "Stop" })
      const ended = awaitEnd(life, wanted, why)
      // A close does not reach a shard whose connection another fault holds: it, or the next one, is told again.
      yield* step !== undefined && wanted === "fatal"
        ? Effect.raceFirst(
            ended,
            Effect.forever(Effect.andThen(Effect.sleep("3 seconds"), Effect.ignore(closeFatally(step))))
          )
        : ended
    })

  // A process that ends unasked is judged, and replaced.
  const guard = Effect.gen(function* () {
    while (true) {
      const current = child
      if (current === undefined || ending.has(current.life)) {
        yield* Effect.sleep("50 millis")
        continue
      }
      const code = yield* current.ended
      if (ending.has(current.life)) continue
      ending.add(current.life)
      ledger.death(current.life, now(), "fatal")
      ledger.exited(current.life, now(), undefined, code)
      yield* Effect.sleep("500 millis")
      yield* startLife
    }
  })

  const wait = (at: number, start: number) => Effect.sleep(Math.max(0, start + at - now()))

  // A process that would not start is replaced meanwhile.
  const connected = Effect.gen(function* () {
    const limit = now() + bounds.recovery
    while (now() < limit) {
      const isBooted = yield* Effect.timeoutOption(Deferred.await(booted), Math.max(1, limit - now()))
      if (isBooted._tag === "Some" && isBooted.value) return
      yield* Effect.sleep("50 millis")
    }
  })

  // One process after the other, as planned.
  const supervise = (start: number) =>
    Effect.gen(function* () {
      for (const life of plan.lives) {
        yield* wait(life.at, start)
        yield* connected
        const current = child
        if (current === undefined || ending.has(current.life) || !current.isRunning()) continue
        yield* endLife(current, life.how, life)
        for (let shard = 0; shard < shards; shard++) {
          ledger.recoveries.wounded(`process: ${life.how}`, shard, now(), bounds.recovery)
        }
        yield* Effect.sleep(life.pause)
        yield* startLife
      }
    })

  const sample = Effect.gen(function* () {
    sampled = Deferred.makeUnsafe()
    child?.order({ _tag: "Sample" })
    const report = yield* Effect.timeoutOption(Deferred.await(sampled), "10 seconds")
    return report._tag === "Some" ? report.value : undefined
  })

  const until = (holds: () => boolean) =>
    Effect.gen(function* () {
      const limit = now() + settleLimit
      while (!holds() && now() < limit) yield* Effect.sleep(100)
    })

  yield* Effect.forkScoped(blockedLoop(ledger))
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.andThen(
        Effect.sleep(250),
        Effect.sync(() => ledger.sweep(now()))
      )
    )
  )
  yield* startLife
  yield* Effect.forkScoped(guard)
  yield* connected

  const start = now()
  const traffic = yield* Effect.forkScoped(
    Effect.all(
      [
        Traffic.stream(numbers, shards, eventsPerSecond * shards),
        ...Array.from({ length: users }, (_, n) =>
          Random.withSeed(Traffic.user(discord, `user ${n}`, guilds), `${seed} ${n}`)
        )
      ],
      { concurrency: "unbounded", discard: true }
    )
  )
  const steps = yield* Effect.forkScoped(
    Effect.forEach(plan.steps, (step) => Effect.andThen(wait(step.at, start), Effect.forkScoped(inject(step))), {
      discard: true
    })
  )
  yield* supervise(start)
  // The steady phase: what a process needs at first has been allocated.
  yield* connected
  yield* Effect.sleep(Math.max(0, (start + seconds * 1_000 - now()) * 0.3))
  heapStart = (yield* sample)?.heap
  if (heapStart !== undefined) ledger.heap(now(), heapStart)
  yield* Fiber.join(steps)
  yield* wait(seconds * 1_000, start)

  // Nothing goes wrong any more; what was promised must now come true.
  yield* discord.faults.clear
  target.order({ _tag: "Store", mode: "works" })
  target.order({ _tag: "Handlers", mode: "works", count: 0 })
  yield* until(() => !ledger.recoveries.pending)
  yield* Fiber.interrupt(traffic)
  yield* Effect.forEach(guilds, (_, shard) => numbers.send(shard), { discard: true })
  yield* until(() => ledger.dispatches.waiting === 0)
  yield* Effect.sleep(settings.discord.interactionDeadline)
  // Runtimes close by themselves, also those whose handlers hang.
  let last = yield* sample
  const limit = now() + settings.bot.lifetime + settings.bot.hang + settings.bot.answerLimit
  while (last !== undefined && last.runtimes > 0 && now() < limit) {
    yield* Effect.sleep("500 millis")
    last = yield* sample
  }
  heapEnd = last?.heap
  if (last === undefined) ledger.book.violate(now(), "no sample", "the bot did not answer")
  else {
    ledger.heap(now(), last.heap)
    if (last.runtimes > 0) ledger.book.violate(now(), "outlived", `${last.runtimes} Runtimes are open at the end`)
  }
  if (child !== undefined) yield* endLife(child, "stop")
  yield* Effect.sleep(200)
  ledger.finish(now())
  return {
    options,
    compression: plan.compression,
    ledger,
    faults,
    lives,
    heap: { start: heapStart, end: heapEnd }
  } satisfies Outcome
})
