/** 1,000 and 10,000 idle shards in one process: the heap of each, and how long they take to connect. */
import { startClient } from "../lib/processes.ts"
import {
  all,
  type Bench,
  clientOf,
  type Found,
  found,
  type Row,
  sample,
  type Sample,
  type Samples,
  type Target,
  toRow
} from "../lib/rounds.ts"

/** Sizes and `max_concurrency`: what Discord gives large bots, or more, so that the part does not take all day. */
const thousand = { shards: 1000, maxConcurrency: 250 } as const
const lots = { shards: 10_000, maxConcurrency: 1000 } as const

type Fleet = { readonly shards: number; readonly maxConcurrency: number }

/** Seconds that all of them take by Discord's rule: 15 and 45. */
const limitOf = ({ maxConcurrency, shards }: Fleet): number => (Math.ceil(shards / maxConcurrency) - 1) * 5

const fleetOf = async (bench: Bench, name: string, { maxConcurrency, shards }: Fleet) => {
  await using client = await startClient(bench.load, {
    ...clientOf(bench, name),
    mode: "idle",
    compression: undefined,
    shards,
    maxConcurrency,
    guilds: 0,
    patience: 180
  })
  const { violations } = await bench.load.ask({ op: "boot" })
  return { seconds: client.readyAfter / 1000, heap: await client.heap(), rss: await client.rss(), violations }
}

const one = async (bench: Bench, name: string): Promise<Sample> => {
  const single = await fleetOf(bench, name, { shards: 1, maxConcurrency: 1 })
  const some = await fleetOf(bench, name, thousand)
  const all = await fleetOf(bench, name, lots)
  return {
    thousand: (some.heap - single.heap) / (thousand.shards - 1) / 1000,
    further: (all.heap - some.heap) / (lots.shards - thousand.shards) / 1000,
    rss: (all.rss - single.rss) / (lots.shards - 1) / 1000,
    bootThousand: some.seconds,
    bootLots: all.seconds,
    violations: some.violations + all.violations
  }
}

const rowOf = (samples: Samples, id: string, unit: string, figure: string, floor: string | number, target: Target) => {
  const own = (samples.get("fibercord") ?? []).filter((each) => each !== undefined)
  const values = own.map((each) => each[figure] ?? Number.NaN)
  const floors = own.map((each) => (typeof floor === "number" ? floor : (each[floor] ?? Number.NaN)))
  return values.length === 0 ? [] : [toRow(id, unit, values, floors, target)]
}

/** Runs a few clients, one after another. The heap is the same every time. */
export const run = async (bench: Bench): Promise<Found> => {
  const clients = ["discordjs-ws", "fibercord", "before", "floor"]
  const samples = await sample(bench, "1,000 and 10,000 shards", clients, (client) => one(bench, client), {
    rounds: 1,
    floor: "discordjs-ws"
  })
  const heap = { of: "value", most: 16 } as const
  const isLinear: ReadonlyArray<Row> = rowOf(samples, "fleet.10000.growth", "kB", "further", "thousand", {
    of: "ratio",
    most: 1.1
  })
  const soon = { of: "ratio", most: 1.1 } as const
  return all(
    found(samples, "thousand", "fleet.1000.heap", "kB", heap, "discordjs-ws"),
    found(samples, "further", "fleet.10000.heap", "kB", heap, "discordjs-ws"),
    {
      rows: [
        ...isLinear,
        ...rowOf(samples, "fleet.1000.boot", "s", "bootThousand", limitOf(thousand), soon),
        ...rowOf(samples, "fleet.10000.boot", "s", "bootLots", limitOf(lots), soon)
      ],
      peers: []
    }
  )
}
