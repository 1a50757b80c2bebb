/**
 * Runtimes without Discord, in a process of their own: the heap of an idle one, the cost of a short life, and whether
 * opening one costs more while many are open, or a million of them stop the event loop. Prints its figure as JSON.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setImmediate } from "node:timers/promises"
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

const lifetime = 10_000
const batch = 100
const nextTurn = Effect.promise(() => setImmediate())

/**
 * Milliseconds for which the event loop stood still while 1,000,000 of something were opened, as fast as it lets them,
 * and expired after ten seconds. Between batches it turns, as between events of a gateway.
 */
const pausesOf = Effect.fnUntraced(function* (open: () => void, size: Effect.Effect<number>) {
  const flood = Effect.fnUntraced(function* (count: number) {
    for (let n = 0; n < count; n += batch) {
      for (let each = 0; each < batch; each++) open()
      yield* nextTurn
    }
    while ((yield* size) > 0) yield* Effect.sleep("100 millis")
  })
  yield* flood(100_000)
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  yield* flood(1_000_000)
  delays.disable()
  return { p999: delays.percentile(99.9) / 1e6, most: delays.max / 1e6 }
})

const pauses = Effect.flatMap(Runtimes.Runtimes, (runtimes) => {
  const expiration = Expiration.afterCreation(lifetime)
  return pausesOf(() => void runtimes.openUnsafe(expiration), runtimes.size)
})

/** The same for objects that hold a deadline and nothing else: what the machine and the garbage collector do anyway. */
const pausesFloor = Effect.suspend(() => {
  let open: Array<{ readonly deadline: number }> = []
  let first = 0
  const size = Effect.sync(() => {
    for (const now = performance.now(); (open[first]?.deadline ?? Infinity) <= now; first++);
    if (first === open.length) {
      open = []
      first = 0
    }
    return open.length
  })
  return pausesOf(() => void open.push({ deadline: performance.now() + lifetime }), size)
})

const programs = { idle, button: withButton, message: onMessage, life, growth, pauses, pausesFloor }

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
