/**
 * Runtimes without Discord, in a process of their own: the heap of an idle one, the cost of a short life, whether
 * opening one costs more while many are open, and how long a million of them hold up everything else. Prints its figure
 * as JSON.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { once } from "node:events"
import { createHistogram, monitorEventLoopDelay } from "node:perf_hooks"
import { Worker } from "node:worker_threads"
import { load } from "../lib/library.ts"
import * as Payloads from "../lib/payloads.ts"

const { Button, Command, DiscordRest, Expiration, Interactions, Reply, Runtimes } = await load(
  process.env["BENCH_LIBRARY"] ?? ""
)

type Registry = (typeof Runtimes.Runtimes)["Service"]

const count = 100_000
const what = process.argv[2]

const collected = Effect.gen(function* () {
  for (let n = 0; n < 3; n++) {
    yield* Effect.sleep("50 millis")
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
})

const cpu = (): number => {
  const { system, user } = process.cpuUsage()
  return system + user
}

const open = (runtimes: Registry) => Effect.map(runtimes.open(), Option.getOrThrow)

const perRuntime = <E, R>(each: (index: number) => Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    for (let n = 0; n < 1000; n++) yield* each(n)
    const before = yield* collected
    for (let n = 0; n < count; n++) yield* each(n)
    return ((yield* collected) - before) / count
  })

/** Bytes of heap per open Runtime. */
const idle = Effect.flatMap(Runtimes.Runtimes, (runtimes) => perRuntime(() => runtimes.open()))

const button = (index: number) => {
  let clicks = index
  return Button.bound({ label: "+1" }, () => Effect.sync(() => ++clicks))
}

/** The same for a Runtime with a bound button. */
const withButton = perRuntime((index) => Runtimes.start(button(index)))

const counter = Command.slash("ping", { description: "Counts" }, () =>
  Effect.gen(function* () {
    const more = yield* button(0)
    yield* Reply.send({ content: "0", components: [[more]] })
  })
)

/** The same for the Runtime of a command whose response is a message with the button. */
const onMessage = Effect.flatMap(Interactions.Interactions, (interactions) =>
  perRuntime((index) =>
    Effect.sync(() => {
      const id = String(700_000_000_000_000_000n + BigInt(index))
      // Parsed, like an interaction from the gateway.
      const raw = JSON.parse(JSON.stringify(Payloads.interaction(id))) as never
      interactions.handle(raw, () => Effect.sync(() => JSON.parse(Payloads.callbackResponse(id)).resource.message))
    })
  )
)

const task = { run: Effect.void, refuse: () => Effect.void }

/** Lives per second of CPU: a Runtime is opened, handles one event, and is closed. */
const life = Effect.gen(function* () {
  const runtimes = yield* Runtimes.Runtimes
  const live = Effect.gen(function* () {
    for (let n = 0; n < count; n++) {
      const runtime = yield* open(runtimes)
      runtime.offer(task)
      yield* runtime.close("Closed")
    }
  })
  yield* live
  const before = cpu()
  for (let n = 0; n < 3; n++) yield* live
  return (3 * count) / ((cpu() - before) / 1e6)
})

/** Nanoseconds to open one of 100,000 Runtimes: beside 1,000 open ones, and up to 1,000,000 open ones. */
const growth = Effect.gen(function* () {
  const runtimes = yield* Runtimes.Runtimes
  const fill = Effect.fnUntraced(function* (size: number) {
    while ((yield* runtimes.size) < size) yield* open(runtimes)
  })
  const cost = Effect.gen(function* () {
    yield* collected
    // Until what that has left to sweep is swept, in threads whose CPU counts too.
    yield* Effect.sleep("2 seconds")
    const before = cpu()
    for (let n = 0; n < count; n++) yield* open(runtimes)
    return ((cpu() - before) / count) * 1000
  })
  yield* fill(count)
  yield* runtimes.closeAll
  yield* fill(1000)
  const few = yield* cost
  yield* fill(1_000_000 - count)
  return { few, many: yield* cost }
})

const million = 1_000_000

// Its event loop has nothing to do: by how much it is late says how busy the machine is.
const nothing = `
  const { monitorEventLoopDelay } = require("node:perf_hooks")
  const { parentPort } = require("node:worker_threads")
  const delay = monitorEventLoopDelay()
  delay.enable()
  parentPort.once("message", () => parentPort.postMessage(delay.percentile(99.9) / 1e6))
`

/**
 * By how many milliseconds the event loop is late, at the 99.9th percentile and at most, while a million Runtimes are
 * opened at a steady rate within 20 seconds, and each expires after 20 quiet ones; by how many that of a thread is late
 * at the same time which does nothing; and what the main thread had computed, in CPU time, whenever its timers came.
 */
const pauses = Effect.gen(function* () {
  const runtimes = yield* Runtimes.Runtimes
  const expiration = Expiration.inactivity("20 seconds")
  const idle = new Worker(nothing, { eval: true })
  const delay = monitorEventLoopDelay()
  delay.enable()
  const busy = createHistogram()
  let before = process.threadCpuUsage()
  const rest = (span: Duration.Input) =>
    Effect.map(Effect.sleep(span), () => {
      const now = process.threadCpuUsage()
      busy.record(Math.max(1, Math.round(now.user - before.user + now.system - before.system)))
      before = now
    })
  const began = performance.now()
  for (let opened = 0; opened < million;) {
    const due = Math.min(million, Math.floor((performance.now() - began) * (million / 20_000)))
    // After a pause it catches up in steps, each of which is no pause itself.
    for (let n = 0; opened < due && n < 2000; n++, opened++) runtimes.openUnsafe(expiration)
    yield* rest("4 millis")
  }
  while ((yield* runtimes.size) > 0) yield* rest("4 millis")
  const answer = once(idle, "message")
  idle.postMessage("")
  const [quiet] = yield* Effect.promise(() => answer)
  return {
    late: delay.percentile(99.9) / 1e6,
    most: delay.max / 1e6,
    quiet: Number(quiet),
    busy: busy.percentile(99.9) / 1e3,
    busiest: busy.max / 1e3
  }
})

const programs = { idle, button: withButton, message: onMessage, life, growth, pauses }

const services = Interactions.layer({ interactions: [counter] }).pipe(
  Layer.provide(
    Layer.succeed(DiscordRest.DiscordRest, {
      use: () => Effect.never,
      request: () => Effect.never,
      respond: () => Effect.never
    })
  )
)
const program: Effect.Effect<unknown, unknown, Layer.Success<typeof services>> = programs[what as keyof typeof programs]
// The process exits without closing the scope of the registry, which would close all Runtimes.
const printed = Effect.map(program, (figure) => {
  console.log(JSON.stringify(figure))
  process.exit()
})
await Effect.runPromise(Effect.provide(printed, services))
