/**
 * The manager under everything that may be asked of it at once: random sequences of its operations, two and three at the
 * same time, a quarter of them interrupted, while connections break, sessions end and new connections are refused.
 *
 * `npm run model -- --minutes 10 --seed 7` runs it for longer. A failure names the seed of its sequence, which repeats it.
 */
import { assert, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import type * as ShardManager from "../../src/gateway/ShardManager.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import { longestPause } from "../support/paused.ts"
import { makeRandom } from "../mutate.ts"
import * as Gateway from "./harness.ts"

const { is } = FakeDiscord
type Discord = FakeDiscord.FakeDiscord["Service"]
type Random = (below: number) => number

/** How long the run takes, and where its seeds begin. Set by `scripts/model.ts`. */
const seconds = Number(process.env["MODEL_SECONDS"] ?? "12")
const firstSeed = Number(process.env["MODEL_SEED"] ?? "1")

const settings: Gateway.BotOptions = {
  shards: { index: 0, count: 2, total: 2 },
  intents: ["Guilds"],
  gatewayInfo: GatewayInfo.layer({ timeToLive: "50 millis", retry: Schedule.spaced("10 millis") }),
  closeTimeout: "200 millis",
  handshakeTimeout: "200 millis",
  // Everything runs in one process, whose event loop may be busy for a while: far more than what the server checks.
  identifyInterval: "80 millis",
  helloTimeout: "200 millis",
  invalidSessionWait: ["5 millis", "10 millis"],
  readyTimeout: "300 millis",
  resumedTimeout: "200 millis",
  reshardOverlap: "40 millis",
  shutdownTimeout: "2 seconds",
  quiet: true
}
/** Nothing that is asked of a manager takes longer, once what goes wrong meanwhile is over. */
const patience = "1 minute"

const assignments: ReadonlyArray<ShardManager.Assignment | "auto"> = [
  { index: 0, count: 1, total: 1 },
  { index: 0, count: 2, total: 2 },
  { index: 1, count: 1, total: 2 },
  { index: 0, count: 3, total: 3 },
  { ids: [2, 0], total: 3 },
  { ids: [1], total: 2 },
  { ids: [], total: 2 },
  "auto"
]

interface Operation {
  readonly name: string
  readonly run: Effect.Effect<unknown, unknown>
}

const operation = (manager: Gateway.Manager, random: Random): Operation => {
  const pick = <A>(from: ReadonlyArray<A>): A => from[random(from.length)] as A
  const id = ShardId.make(random(3))
  const shards = pick(assignments)
  const resumable = random(2) === 0
  const code = pick([1000, 4200, 4999])
  const session = pick(["resume", "new"] as const)
  // Some of them do not exist in the total that there is.
  const ids = [0, 1, 2].filter(() => random(2) === 0)
  return pick<Operation>([
    { name: "initialize", run: manager.initialize },
    { name: "initialize", run: manager.initialize },
    { name: "setShards", run: manager.setShards(shards) },
    { name: "reshard", run: manager.reshard(shards) },
    { name: "reshard", run: manager.reshard(shards) },
    { name: "reshard", run: manager.reshard(shards) },
    { name: `assign ${ids.join()}`, run: manager.assign(ids) },
    { name: `assign ${ids.join()}`, run: manager.assign(ids) },
    { name: `assign ${ids.join()}`, run: manager.assign(ids) },
    { name: "restart", run: manager.restart(id, { session }) },
    { name: "restart", run: manager.restart(id, { session }) },
    { name: "shutdown", run: manager.shutdown(id, code) },
    { name: "shutdownAll", run: manager.shutdownAll({ resumable }) },
    { name: "shardFor", run: manager.shardFor("1") }
  ])
}

const trouble = ({ faults }: Discord, random: Random): Operation => {
  const id = random(3)
  const brief = (fault: Effect.Effect<FakeDiscord.Fault>) =>
    Effect.flatMap(fault, ({ clear }) => Effect.delay(clear, random(60)))
  const all: ReadonlyArray<Operation> = [
    { name: "drop", run: faults.dropConnection(id) },
    { name: "drop", run: faults.dropConnection(id) },
    { name: "reset", run: faults.reset(id) },
    { name: "op 7", run: faults.reconnect(id) },
    { name: "op 9 true", run: faults.invalidSession(id, true) },
    { name: "op 9 false", run: faults.invalidSession(id, false) },
    { name: "4009", run: faults.close(id, 4009) },
    { name: "events lost", run: Effect.andThen(faults.loseEvents(id), faults.dropConnection(id)) },
    { name: "refuse", run: brief(faults.refuseConnections()) },
    { name: "503", run: brief(faults.upgradeStatus(503, { times: 3 })) },
    { name: "no HELLO", run: brief(faults.helloNever({ times: 2 })) },
    { name: "no READY", run: brief(faults.readyNever({ times: 1 })) },
    { name: "late RESUMED", run: brief(faults.resumedDelay("60 millis")) },
    { name: "close on RESUME", run: brief(faults.closeOnResume(undefined, { times: 3 })) },
    { name: "REST down", run: brief(faults.gatewayBotStatus(503, { times: 5 })) }
  ]
  return all[random(all.length)] as Operation
}

/** Numbered events of all guilds, and which sessions each of them was for. */
const flood = Effect.fnUntraced(function* (discord: Discord, random: Random) {
  const guilds = [discord.guild]
  for (const shard of [1, 2, 3, 4, 5]) guilds.push(yield* discord.addGuild(`g${shard}`, { shard, shardCount: 6 }))
  const sent: Array<{ readonly at: number; readonly name: string; readonly sessions: ReadonlySet<string> }> = []
  const send = Effect.gen(function* () {
    const guild = guilds[random(guilds.length)] ?? discord.guild
    const owners = Effect.map(discord.sessions, (sessions) =>
      sessions.filter(({ shardCount, shardId }) => ShardId.fromGuildId(guild.id, shardCount) === shardId)
    )
    const before = yield* owners
    const name = `n${sent.length}`
    yield* guild.channel(name)
    const after = new Set((yield* owners).map(({ id }) => id))
    sent.push({ at: Date.now(), name, sessions: new Set(before.map(({ id }) => id).filter((id) => after.has(id))) })
  })
  return { send, sent }
})

/** What happened around the first event that was not handled once. */
const tell = (
  log: ReadonlyArray<FakeDiscord.Entry>,
  sent: ReadonlyArray<{ readonly at: number; readonly name: string; readonly sessions: ReadonlySet<string> }>,
  got: ReadonlyArray<{ readonly name: string; readonly text: string }>,
  [name]: ReadonlyArray<string>
): string => {
  const event = sent.find((each) => each.name === name)
  if (event === undefined) return ""
  const near = log.filter(
    ({ _tag, at }) =>
      ["Opened", "Identify", "Ready", "Resume", "Resumed", "Closed", "SessionEnded"].includes(_tag) &&
      Math.abs(at - event.at) < 700
  )
  return [
    `${event.at} ${name} sent to ${[...event.sessions].join(", ")}`,
    ...got.filter((each) => each.name === name).map(({ text }) => text),
    ...near.map((entry) => `${entry.at} ${FakeDiscord.format(entry)}`)
  ].join("\n")
}

/** At no time did a shard of one total have two connections. */
const connectionsOf = (log: ReadonlyArray<FakeDiscord.Entry>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const open = new Map<number, string>()
  const sessions = new Map<string, string>()
  const shards = new Map<number, string>()
  const enter = (connection: number, shard: string | undefined) => {
    if (shard === undefined) return
    for (const [other, its] of open) {
      if (other !== connection && its === shard) problems.push(`${shard} has connections ${other} and ${connection}`)
    }
    open.set(connection, shard)
  }
  for (const entry of log) {
    if (entry._tag === "Identify" && entry.accepted) {
      shards.set(entry.connection, `${entry.shardId} of ${entry.shardCount}`)
      enter(entry.connection, shards.get(entry.connection))
    }
    if (entry._tag === "Ready") sessions.set(entry.session, shards.get(entry.connection) ?? "")
    if (entry._tag === "Resume" && entry.accepted) enter(entry.connection, sessions.get(entry.session))
    if (entry._tag === "Closed") open.delete(entry.connection)
  }
  return problems
}

const isExpected = (exit: Exit.Exit<unknown, unknown>, isInterrupted: boolean): boolean =>
  Exit.isSuccess(exit) ||
  (!Cause.hasDies(exit.cause) && (isInterrupted || !Cause.hasInterrupts(exit.cause)) && !isTimeout(exit.cause))
const isTimeout = (cause: Cause.Cause<unknown>) => Cause.pretty(cause).includes("TimeoutError")

const counts = {
  sequences: 0,
  operations: 0,
  interrupted: 0,
  overtaken: 0,
  failed: 0,
  troubles: 0,
  events: 0,
  checked: 0
}

const sequence = (seed: number) =>
  Effect.gen(function* () {
    const random = makeRandom(seed)
    const paused = yield* longestPause
    const discord = yield* FakeDiscord.FakeDiscord
    const got: Array<{ readonly name: string; readonly text: string }> = []
    const bot = yield* Gateway.make(settings)
    const { manager } = bot
    yield* bot.events.listen("CHANNEL_CREATE", ({ name }, { id, total }) => {
      got.push({ name: String(name), text: `${Date.now()} ${String(name)} handled from shard ${id} of ${total}` })
    })
    const steps: Array<string> = []
    const fail = (problem: string) => assert.fail(`seed ${seed}: ${problem}\n${steps.join("\n")}`)

    const { send, sent } = yield* flood(discord, random)
    const flooding = yield* Effect.forkChild(Effect.forever(Effect.andThen(send, Effect.sleep("3 millis"))))
    yield* manager.initialize

    const perform = Effect.fnUntraced(function* ({ name, run }: Operation) {
      counts.operations++
      const isInterrupted = random(4) === 0
      const wait = random(80)
      const fiber = yield* Effect.forkChild(Effect.timeout(run, patience), { startImmediately: true })
      if (isInterrupted) {
        counts.interrupted++
        yield* Effect.sleep(wait)
        yield* Effect.timeoutOrElse(Fiber.interrupt(fiber), {
          duration: patience,
          orElse: () => Effect.sync(() => fail(`${name} does not let itself be interrupted`))
        })
      }
      const exit = yield* Fiber.await(fiber)
      const text = Exit.isSuccess(exit) ? "done" : Cause.pretty(exit.cause).split("\n")[0]
      steps.push(`  ${name}${isInterrupted ? " (interrupted)" : ""}: ${text}`)
      if (Exit.isFailure(exit)) counts.failed++
      if (text?.includes("was overtaken")) counts.overtaken++
      if (!isExpected(exit, isInterrupted)) fail(`${name} ended with ${text}`)
    })
    for (let round = 0; round < 6; round++) {
      const operations = Array.from({ length: 1 + random(3) }, () => operation(manager, random))
      const troubles = Array.from({ length: random(4) }, () => trouble(discord, random))
      counts.troubles += troubles.length
      steps.push(`round ${round}: ${[...operations, ...troubles].map(({ name }) => name).join(", ")}`)
      yield* Effect.all(
        [
          ...operations.map((each) => Effect.delay(perform(each), random(30))),
          ...troubles.map(({ run }) => Effect.ignore(Effect.delay(run, random(120))))
        ],
        { concurrency: "unbounded", discard: true }
      )
      const running = yield* manager.shardsInstantiated
      const waiting = yield* Effect.forkChild(manager.awaitShutdown, { startImmediately: true })
      const isOver = waiting.pollUnsafe() !== undefined
      if (running.length > 0 && isOver) fail(`awaitShutdown has completed, but ${running.join()} run`)
      yield* Fiber.interrupt(waiting)
    }

    // When nothing goes wrong any more, everything is as it should be.
    yield* discord.faults.clear
    yield* Effect.orDie(Effect.timeout(manager.initialize, patience))
    yield* Effect.orDie(Effect.timeout(manager.awaitReady, patience))
    const chosen = (yield* manager.shardsInstantiated).filter(() => random(3) > 0)
    yield* Effect.orDie(Effect.timeout(manager.assign(chosen), patience))
    yield* Effect.orDie(Effect.timeout(manager.awaitReady, patience))
    assert.deepStrictEqual(yield* manager.shardsInstantiated, chosen, `seed ${seed}`)
    yield* Effect.sleep("100 millis")
    yield* Fiber.interrupt(flooding)
    yield* Effect.sleep("30 millis")
    const living = new Set((yield* discord.sessions).filter((each) => each.connected).map(({ id }) => id))
    const shards = yield* manager.shardsInstantiated
    if (living.size !== shards.length) fail(`${shards.length} shards run, and ${living.size} sessions are connected`)
    const times = new Map<string, number>()
    for (const { name } of got) times.set(name, (times.get(name) ?? 0) + 1)
    const owed = sent.filter(({ sessions }) => [...sessions].some((id) => living.has(id)))
    const lost = owed.filter(({ name }) => !times.has(name)).map(({ name }) => name)
    const twice = [...times].filter(([, count]) => count > 1).map(([name]) => name)
    counts.events += sent.length
    counts.checked += owed.length
    const story = Effect.map(discord.log, (log) => tell(log, sent, got, [...lost, ...twice]))
    if (lost.length + twice.length > 0) steps.push(yield* story)
    if (lost.length > 0) fail(`${lost.length} of ${owed.length} events are lost: ${lost.slice(0, 9).join()}`)
    if (twice.length > 0) fail(`events were handled more than once: ${twice.slice(0, 9).join()}`)

    yield* Effect.orDie(Effect.timeout(manager.shutdownAll(), patience))
    yield* Effect.timeout(Effect.exit(manager.awaitShutdown), patience)
    assert.deepStrictEqual(yield* manager.shardsInstantiated, [], `seed ${seed}`)
    const log = yield* discord.log
    // Discord sees them closer to each other than they were sent if the process stands still in between.
    const isPaused = (yield* paused) > 50
    const violations = (yield* discord.violations).filter(({ rule }) => !isPaused || rule !== "identify-spacing")
    const problems = [...connectionsOf(log), ...violations.map(({ detail, rule }) => `${rule}: ${detail}`)]
    if (problems.length > 0) fail(problems.join("\n"))
    if ((yield* discord.sessions).some((each) => each.connected)) fail("a session is left connected")
    if (chosen.length > 0) assert.isNotEmpty(log.filter(is("Ready")))
    counts.sequences++
  }).pipe(
    Effect.scoped,
    Effect.provide(
      FakeDiscord.layerServer({
        identifyInterval: "10 millis",
        logLimit: 100_000,
        maxConcurrency: 2,
        patience: "60 millis",
        sessionStartLimit: { total: 1_000_000 },
        shards: 2
      })
    )
  )

it.live(
  "whatever is asked of a manager at once, it ends, leaves what it says, and hands out each event once",
  () =>
    Effect.gen(function* () {
      const until = Date.now() + seconds * 1000
      // On a busy machine there are few sequences, and an operation is not overtaken in each.
      const isEnough = () => Date.now() >= until && (counts.overtaken > 0 || counts.sequences >= 200)
      for (let seed = firstSeed; !isEnough(); seed += 2) {
        yield* Effect.all([sequence(seed), sequence(seed + 1)], { concurrency: 2, discard: true })
      }
      yield* Effect.log(`${JSON.stringify(counts)} from seed ${firstSeed} on`)
      assert.isAbove(counts.overtaken, 0)
      assert.isAbove(counts.checked, 0)
    }),
  seconds * 1000 + 240_000
)
