/** A run: the fake Discord, the ledger, the traffic, the plan, and one bot process after the other. */
import { Effect, Fiber, Random, type Scope, Stream } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { strike, type Target } from "./faults.ts"
import { cuts } from "./kinds.ts"
import { Ledger } from "./ledger/Ledger.ts"
import * as Lives from "./lives.ts"
import * as Plan from "./Plan.ts"
import * as settings from "./settings.ts"
import * as Traffic from "./traffic.ts"

/** Options of {@link run}. */
export interface Options {
  readonly seed: string
  readonly seconds: number
  readonly shards: number
  /** Called with a line for everything that happens and that the bot prints. */
  readonly onLine?: ((line: string) => void) | undefined
}

/** The result of a run. */
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
// Longest time until the last shards are back, and the last events and answers have arrived.
const settleLimit = 90_000

const now = (): number => Date.now()

const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "fibercord-chaos-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A run in progress. */
interface Run {
  readonly options: Options
  readonly plan: Plan.Plan
  readonly discord: FakeDiscord.FakeDiscord["Service"]
  readonly guilds: ReadonlyArray<FakeDiscord.Guild>
  readonly numbers: Traffic.Numbers
  readonly ledger: Ledger
  readonly lives: Lives.Lives
  /** How often each kind of fault has struck. */
  readonly faults: Map<string, number>
}

const count = ({ faults }: Pick<Run, "faults">, kind: string): void =>
  void faults.set(kind, (faults.get(kind) ?? 0) + 1)

const prepare = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Run, never, Scope.Scope> {
  const { onLine, seconds, seed, shards } = options
  const plan = yield* Plan.make({ seed, shards, millis: seconds * 1_000 })
  const ledger = new Ledger()
  ledger.book.onLine = onLine
  const discord = yield* FakeDiscord.make({ ...settings.discord, shards, logLimit: 20_000 })
  yield* Effect.forkScoped(
    Stream.runForEach(discord.changes, (entry) => Effect.sync(() => ledger.fact(entry))),
    { startImmediately: true }
  )
  const guilds = yield* Effect.forEach(
    Array.from({ length: shards }, (_, shard) => shard),
    (shard) => (shard === 0 ? Effect.succeed(discord.guild) : discord.addGuild(`guild ${shard}`, { shard }))
  )
  const faults = new Map<string, number>()
  const lives = Lives.make({
    shards,
    compression: plan.compression,
    directory: yield* directory,
    discord,
    ledger,
    count: (kind) => count({ faults }, kind),
    onLine
  })
  return { options, plan, discord, guilds, numbers: Traffic.numbers(discord, guilds), ledger, lives, faults }
})

const targetOf = ({ discord, guilds, ledger, lives, numbers, plan }: Run): Target => {
  let requests = 0
  return {
    compression: plan.compression,
    discord,
    ledger,
    guilds,
    now,
    burst: numbers.burst,
    order: (order) => Lives.order(lives, order),
    members: (shard, trouble) => {
      const guild = guilds[shard]
      // A process that is still booting carries out its orders afterwards.
      const child = Lives.living(lives)
      if (child === undefined || guild === undefined) return
      const id = ++requests
      ledger.requests.asked(id, child.life, shard, now(), trouble)
      child.order({ _tag: "Members", id, shard, guild: guild.id })
    }
  }
}

const watchLoop = (ledger: Ledger): Effect.Effect<never> =>
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

const sweep = (ledger: Ledger): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      Effect.sleep(250),
      Effect.sync(() => ledger.sweep(now()))
    )
  )

const traffic = ({ discord, guilds, numbers, options: { seed, shards } }: Run): Effect.Effect<void> =>
  Effect.all(
    [
      Traffic.stream(numbers, shards, eventsPerSecond * shards),
      ...Array.from({ length: users }, (_, n) =>
        Random.withSeed(Traffic.user(discord, `user ${n}`, guilds), `${seed} ${n}`)
      )
    ],
    { concurrency: "unbounded", discard: true }
  )

const inject = (run: Run, target: Target, step: Plan.Step): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { ledger } = run
    count(run, step.kind)
    ledger.book.remember(now(), `FAULT ${step.kind}`, step.shard)
    if (cuts(step.kind)) ledger.recoveries.wounded(step.kind, step.shard, now(), bounds.recovery)
    return strike(target, step)
  })

/** Does what the plan says. Returns the heap at the start of the steady phase. */
const follow = Effect.fnUntraced(function* (run: Run, target: Target) {
  const { ledger, lives, options, plan } = run
  const start = now()
  const end = start + options.seconds * 1_000
  const until = (at: number) => Effect.sleep(Math.max(0, start + at - now()))
  const steps = yield* Effect.forkScoped(
    Effect.forEach(plan.steps, (step) => Effect.andThen(until(step.at), Effect.forkScoped(inject(run, target, step))), {
      discard: true
    })
  )
  yield* Lives.supervise(lives, plan.lives, until)
  // The steady phase begins when the last process has allocated what it needs at first.
  yield* Lives.connected(lives)
  yield* Effect.sleep(Math.max(0, (end - now()) * 0.3))
  const heap = (yield* Lives.sample(lives))?.heap
  if (heap !== undefined) ledger.heap(now(), heap)
  yield* Fiber.join(steps)
  yield* until(options.seconds * 1_000)
  return heap
})

const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    const limit = now() + settleLimit
    while (!holds() && now() < limit) yield* Effect.sleep(100)
  })

/** Ends all faults and the traffic, and waits until everything that was promised has come true. */
const settle = Effect.fnUntraced(function* (run: Run, target: Target, traffic: Fiber.Fiber<void>) {
  const { discord, guilds, ledger, numbers } = run
  yield* discord.faults.clear
  target.order({ _tag: "Store", mode: "works" })
  target.order({ _tag: "Handlers", mode: "works", count: 0 })
  yield* until(() => !ledger.recoveries.pending)
  yield* Fiber.interrupt(traffic)
  yield* Effect.forEach(guilds, (_, shard) => numbers.send(shard), { discard: true })
  yield* until(() => ledger.dispatches.waiting === 0)
  yield* Effect.sleep(settings.discord.interactionDeadline)
})

/** Waits until all Runtimes have closed by themselves, including those whose handlers hang. Returns the heap. */
const drain = Effect.fnUntraced(function* ({ ledger, lives }: Run) {
  let last = yield* Lives.sample(lives)
  const limit = now() + settings.bot.lifetime + settings.bot.hang + settings.bot.answerLimit
  while (last !== undefined && last.runtimes > 0 && now() < limit) {
    yield* Effect.sleep("500 millis")
    last = yield* Lives.sample(lives)
  }
  if (last === undefined) ledger.book.violate(now(), "no sample", "the bot did not answer")
  else {
    ledger.heap(now(), last.heap)
    if (last.runtimes > 0) ledger.book.violate(now(), "outlived", `${last.runtimes} Runtimes are open at the end`)
  }
  return last?.heap
})

/** Runs it. Violations do not make it fail: they are in the ledger. */
export const run = Effect.fnUntraced(function* (options: Options) {
  const run = yield* prepare(options)
  const { faults, ledger, lives, plan } = run
  const target = targetOf(run)
  yield* Effect.forkScoped(watchLoop(ledger))
  yield* Effect.forkScoped(sweep(ledger))
  yield* Lives.start(lives)
  yield* Effect.forkScoped(Lives.guard(lives))
  yield* Lives.connected(lives)
  const running = yield* Effect.forkScoped(traffic(run))
  const start = yield* follow(run, target)
  yield* settle(run, target, running)
  const end = yield* drain(run)
  yield* Lives.stop(lives)
  yield* Effect.sleep(200)
  ledger.finish(now())
  return {
    options,
    compression: plan.compression,
    ledger,
    faults,
    lives: lives.started,
    heap: { start, end }
  } satisfies Outcome
})
