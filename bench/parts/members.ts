/** A bot in worker threads: events per second with two members beside one, and what an interaction on its way costs. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runFile } from "../lib/inprocess.ts"
import { startClient } from "../lib/processes.ts"
import { all, type Bench, clientOf, type Found, type Row, sample, type Sample, toRow } from "../lib/rounds.ts"

const shards = 8
/** Steps of work for each event, and how many events each shard gets. */
const handlers = [
  { name: "idle", work: 0, count: 20_000 },
  { name: "working", work: 5000, count: 4000 }
] as const

/** Events per second from the first that a handler saw to the last, and per second of the bot's CPU. */
const rateOf = async (bench: Bench, count: number, work: number, events: number): Promise<Sample> => {
  const folder = await mkdtemp(join(tmpdir(), "fibercord-bench-"))
  try {
    await using client = await startClient(bench.load, {
      client: "fibercord-members",
      library: clientOf(bench, "fibercord").library,
      mode: "events",
      compression: undefined,
      members: { count, work, folder },
      shards,
      maxConcurrency: shards,
      guilds: 0
    })
    const run = async () => {
      const { counted } = await client.count(shards)
      const flood = await bench.load.ask({ op: "flood", count: events, withoutInteractions: true })
      return { ...(await counted), load: flood.cpu }
    }
    await run()
    const { cpu, load, seconds } = await run()
    const total = events * shards
    return {
      rate: total / seconds,
      perCore: total / (cpu / 1e6),
      cores: cpu / 1e6 / seconds,
      // What the load generator takes of the same cores.
      load: load / 1e6 / seconds
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const threadsOf = async (bench: Bench, count: number): Promise<Sample> =>
  (await runFile("cores", String(count), clientOf(bench, "fibercord").library)) as Sample

interface Way {
  readonly cpu: number
  readonly rate: number
  readonly p50: number
}

interface Forwarding {
  readonly many: { readonly direct: Way; readonly forwarded: Way }
  readonly single: { readonly direct: Way; readonly forwarded: Way }
}

const forwardingOf = async (bench: Bench): Promise<Sample> => {
  await bench.load.ask({ op: "configure", compression: undefined, guilds: 1, maxConcurrency: 2, shards: 2 })
  const { library } = clientOf(bench, "fibercord")
  const found = (await runFile("forwarding", `${bench.load.port}`, library)) as Forwarding
  const { many, single } = found
  return {
    cpu: many.forwarded.cpu,
    directCpu: many.direct.cpu,
    rate: many.forwarded.rate,
    directRate: many.direct.rate,
    p50: single.forwarded.p50,
    directP50: single.direct.p50
  }
}

/** The rounds in which both were measured. */
const pairs = (
  own: ReadonlyArray<Sample | undefined> = [],
  others: ReadonlyArray<Sample | undefined> = own,
  figure = "",
  other = figure
) =>
  own.flatMap((each, round) => {
    const [value, floor] = [each?.[figure], others[round]?.[other]]
    return value === undefined || floor === undefined ? [] : [{ value, floor }]
  })

const rowOf = (
  id: string,
  unit: string,
  found: ReturnType<typeof pairs>,
  target: Parameters<typeof toRow>[4]
): ReadonlyArray<Row> => {
  const values = found.map(({ value }) => value)
  const floors = found.map(({ floor }) => floor)
  return values.length === 0 ? [] : [toRow(id, unit, values, floors, target)]
}

/** Runs all of them. */
export const run = async (bench: Bench): Promise<Found> => {
  const wanted = { ...bench, wants: () => true }
  const rows: Array<Row> = []
  for (const { count, name, work } of handlers) {
    const title = `members, ${name} handler`
    const members = (client: string) => Number(client.slice("fibercord, ".length))
    const samples = await sample(wanted, title, ["fibercord, 1", "fibercord, 2"], (client) =>
      rateOf(bench, members(client), work, count)
    )
    const [one, two] = [samples.get("fibercord, 1"), samples.get("fibercord, 2")]
    rows.push(...rowOf(`members.${name}.rate`, "/s", pairs(two, one, "rate"), { of: "ratio", least: 1.8 }))
    // Other processes take cores away, so that the rate says less than what the bot did with those that it got.
    rows.push(...rowOf(`members.${name}.per-core`, "/s", pairs(two, one, "perCore"), { of: "ratio", least: 0.9 }))
    rows.push(...rowOf(`members.${name}.cores`, "", pairs(two, one, "cores"), undefined))
    rows.push(...rowOf(`members.${name}.load`, "cores", pairs(two, one, "load"), undefined))
  }
  // What the machine makes of a second core, for a program that shares nothing: cores may be two halves of one.
  const machine = await sample(wanted, "members, threads alone", ["floor, 1 thread", "floor, 2 threads"], (client) =>
    threadsOf(bench, client === "floor, 1 thread" ? 1 : 2)
  )
  const [one, two] = [machine.get("floor, 1 thread"), machine.get("floor, 2 threads")]
  rows.push(...rowOf("members.machine.rate", "/s", pairs(two, one, "rate"), undefined))
  rows.push(...rowOf("members.machine.per-core", "/s", pairs(two, one, "perCore"), undefined))
  const samples = await sample(wanted, "forwarded interactions", ["fibercord"], () => forwardingOf(bench))
  const own = samples.get("fibercord")
  rows.push(...rowOf("forwarded.cpu", "µs", pairs(own, own, "cpu", "directCpu"), undefined))
  rows.push(...rowOf("forwarded.64.rate", "/s", pairs(own, own, "rate", "directRate"), undefined))
  rows.push(...rowOf("forwarded.1.p50", "ms", pairs(own, own, "p50", "directP50"), undefined))
  return all({ rows, peers: [] })
}
