/**
 * Two members of a cluster in one process, against the load generator on a port. A click on a button whose Runtime is at
 * the first member is received by the first, and by the second, which forwards it. Prints the figures of both as JSON.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { load, loadCluster } from "../lib/library.ts"
import * as Payloads from "../lib/payloads.ts"
import { token } from "../lib/protocol.ts"
import { quantile } from "../lib/stats.ts"

const library = process.env["BENCH_LIBRARY"] ?? ""
const { Bot, Button, Command, DiscordConfig, Interactions, Reply } = await load(library)
const { Cluster, ClusterBot } = await loadCluster(library)

type Router = (typeof Interactions.Interactions)["Service"]
type Raw = Parameters<Router["handle"]>[0]

const inFlight = 64
const api = `http://127.0.0.1:${process.argv[2]}/api`

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** The custom ids of the buttons of open Runtimes. */
const buttons: Array<string> = []
let answered = (): void => undefined

const panel = Command.slash("ping", { description: "Shows a button" }, () =>
  Effect.gen(function* () {
    const press = yield* Button.bound({ label: "press" }, () =>
      Effect.andThen(
        Reply.update({ content: "pressed" }),
        Effect.sync(() => answered())
      )
    )
    yield* Reply.send({ content: "panel", components: [[press]] })
    buttons.push(press.custom_id)
  })
)

const member = (filename: string, port: number) =>
  ClusterBot.layer({
    interactions: [panel],
    commands: { sync: false },
    gateway: { shards: { index: 0, count: 2, total: 2 } },
    cluster: { host: "127.0.0.1", port, identify: { interval: "20 millis" } }
  }).pipe(
    Layer.provide(ClusterBot.layerSqlite({ filename })),
    Layer.provide(Bot.layerServices),
    Layer.provide(DiscordConfig.layer({ token: Redacted.make(token), apiUrl: api })),
    Layer.fresh,
    Layer.build
  )

let nextId = 800_000_000_000_000_000n

const slash = (): Raw => Payloads.interaction(String(nextId++)) as unknown as Raw

const click = (customId: string): Raw => {
  const id = String(nextId++)
  const message = { id: "900000000000000001", channel_id: "300000000000000000", type: 0, content: "panel", flags: 0 }
  return {
    ...Payloads.interaction(id),
    type: 3,
    data: { component_type: 2, custom_id: customId },
    message: { ...message, author: Payloads.self, embeds: [], attachments: [], mentions: [], components: [] }
  } as unknown as Raw
}

const cpu = (): number => {
  const { system, user } = process.cpuUsage()
  return system + user
}

/** So many clicks with so many in flight at most: each Runtime handles one after the other. */
const measure = Effect.fnUntraced(function* (router: Router, count: number, width: number) {
  const done = yield* Deferred.make<void>()
  const latencies: Array<number> = []
  const sentAt: Array<number> = []
  let sent = 0
  const issue = (button: number): void => {
    sent++
    sentAt.push(performance.now())
    router.handle(click(buttons[button] ?? ""))
  }
  answered = () => {
    // In the order of arrival: all ways are equally long.
    latencies.push(performance.now() - (sentAt.shift() ?? Number.NaN))
    if (latencies.length === count) Deferred.doneUnsafe(done, Effect.void)
    else if (sent < count) issue(sent % inFlight)
  }
  const before = cpu()
  const startedAt = performance.now()
  for (let n = 0; n < width; n++) issue(n)
  yield* Deferred.await(done).pipe(Effect.timeout("40 seconds"))
  const seconds = (performance.now() - startedAt) / 1000
  const used = cpu() - before
  latencies.sort((a, b) => a - b)
  return { cpu: used / count, rate: count / seconds, p50: quantile(latencies, 0.5) }
})

const main = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "fibercord-bench-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
  const [here, there] = yield* Effect.all(
    [yield* Effect.promise(freePort), yield* Effect.promise(freePort)].map((port) => member(`${folder}/members`, port)),
    { concurrency: "unbounded" }
  )
  if (here === undefined || there === undefined) return yield* Effect.die("no members")
  // Until both know each other.
  const cluster = Context.get(there, Cluster.Cluster)
  while ((yield* cluster.members).length < 2) yield* Effect.sleep("100 millis")
  yield* Effect.sleep("2 seconds")
  const owner = Context.get(here, Interactions.Interactions)
  const other = Context.get(there, Interactions.Interactions)
  for (let n = 0; n < inFlight; n++) owner.handle(slash())
  while (buttons.length < inFlight) yield* Effect.sleep("20 millis")
  const both = Effect.fnUntraced(function* (count: number, width: number) {
    return { direct: yield* measure(owner, count, width), forwarded: yield* measure(other, count, width) }
  })
  yield* both(4000, inFlight)
  const many = yield* both(6000, inFlight)
  const single = yield* both(1000, 1)
  return { many, single }
}).pipe(Effect.scoped)

process.stdout.write(`${JSON.stringify(await Effect.runPromise(main))}\n`)
process.exit()
