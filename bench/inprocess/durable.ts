/**
 * Durable dialogues in a process of their own, on a file of SQLite: `fill <file> <count>` starts so many that wait for an
 * answer, and measures their heap; `ready <file>` says when a process is ready that has them; `answer <file>` how soon one of
 * them goes on after a click. Messages go to the URL in `BENCH_API`. Prints its figures as JSON.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { DatabaseSync } from "node:sqlite"
import { load, loadDurable } from "../lib/library.ts"
import * as Payloads from "../lib/payloads.ts"
import { quantile } from "../lib/stats.ts"

const library = process.env["BENCH_LIBRARY"] ?? ""
const { Button, DiscordConfig, DiscordRest, Interactions } = await load(library)
const { Dialogues, Durable } = await loadDurable(library)

const [what = "", filename = "", size = "0"] = process.argv[2]?.split(" ") ?? []
const userId = "1000"

/** Who waits for a dialogue to go on, by its id. */
const waiting = new Map<string, Deferred.Deferred<void>>()

const approval = Durable.make("approval", { version: 1, input: Schema.Finite }, (n, { id }) =>
  Effect.gen(function* () {
    yield* Durable.ask("verdict", {
      to: Durable.channel("4242"),
      content: `Is ${n} fine?`,
      components: [[Button.choice("yes"), Button.choice("no")]],
      by: "anyone",
      timeout: "7 days"
    })
    const deferred = waiting.get(id)
    if (deferred !== undefined) yield* Deferred.succeed(deferred, undefined)
  })
)

const bot = Interactions.layer({ interactions: [approval] }).pipe(
  Layer.provideMerge(Dialogues.layerSqlite({ filename })),
  Layer.provide(DiscordRest.layer({ globalRequestsPerSecond: 1_000_000 })),
  Layer.provide(
    Layer.succeed(DiscordConfig.DiscordConfig, {
      apiUrl: process.env["BENCH_API"] ?? "",
      token: Redacted.make("MTAw.bench.token")
    })
  )
)

const collected = Effect.gen(function* () {
  for (let n = 0; n < 3; n++) {
    yield* Effect.sleep("50 millis")
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
})

/** How many dialogues wait for their answers, as the file says. */
const asked = (): number => {
  const database = new DatabaseSync(filename, { readOnly: true })
  const row = database.prepare("SELECT count(*) AS n FROM fibercord_durable_questions WHERE place IS NOT NULL").get()
  database.close()
  return Number(row?.["n"] ?? 0)
}

const fill = Effect.gen(function* () {
  const count = Number(size)
  if (count === 0) return { heap: 0, rate: 0 }
  const begin = (n: number) => Durable.start(approval, n, { key: `${n}`, userId })
  // What the first ones load and compile is not theirs.
  for (let n = 0; n < 100; n++) yield* begin(n)
  while (asked() < 100) yield* Effect.sleep("50 millis")
  yield* Effect.sleep("12 seconds")
  const before = yield* collected
  const startedAt = performance.now()
  yield* Effect.forEach(
    Array.from({ length: count - 100 }, (_, n) => n + 100),
    begin,
    { concurrency: 32, discard: true }
  )
  while (asked() < count) yield* Effect.sleep("100 millis")
  const rate = (count - 100) / ((performance.now() - startedAt) / 1000)
  // The engine lets go of what has been idle for ten seconds.
  yield* Effect.sleep("15 seconds")
  return { heap: ((yield* collected) - before) / (count - 100), rate }
})

const rounds = 200

const click = (id: string, n: number): Parameters<(typeof Interactions.Interactions)["Service"]["handle"]>[0] =>
  ({
    ...JSON.parse(JSON.stringify(Payloads.interaction(String(900_000_000_000_000_000n + BigInt(n))))),
    type: 3,
    message: { id: "1", channel_id: "4242", components: [], attachments: [] },
    data: { component_type: 2, custom_id: `fc1i:fc.durable:${id}:0:verdict` }
  }) as never

const answer = Effect.gen(function* () {
  const interactions = yield* Interactions.Interactions
  const database = new DatabaseSync(filename, { readOnly: true })
  const open = database
    .prepare("SELECT id FROM fibercord_durable_questions WHERE closed IS NULL LIMIT ?")
    .all(rounds)
    .map((row) => String(row["id"]))
  database.close()
  const times: Array<number> = []
  for (const [n, id] of open.entries()) {
    const went = Deferred.makeUnsafe<void>()
    waiting.set(id, went)
    const startedAt = performance.now()
    interactions.handle(click(id, n), () => Effect.succeed(undefined as never))
    yield* Deferred.await(went)
    times.push(performance.now() - startedAt)
  }
  const [first] = times
  times.sort((a, b) => a - b)
  return { first, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
})

const modes = {
  fill,
  answer,
  // Since the process was started.
  ready: Effect.sync(() => ({ ready: performance.now() }))
}

const mode = modes[what as keyof typeof modes] as typeof fill
const figures = await Effect.runPromise(
  Effect.scoped(Effect.flatMap(Layer.build(bot), (context) => Effect.provide(mode, context))) as Effect.Effect<unknown>
)
console.log(JSON.stringify(figures))
process.exit(0)
