/** The heap of idle shards, and the cost of an event over one shard of many. */
import { startClient } from "../lib/processes.ts"
import type { Mode } from "../lib/protocol.ts"
import { all, type Bench, clientOf, type Found, found, sample, type Sample, toRow } from "../lib/rounds.ts"

const many = 64

const start = (bench: Bench, name: string, mode: Mode, shards: number) =>
  startClient(bench.load, {
    ...clientOf(bench, name),
    mode,
    compression: undefined,
    shards,
    // All shards at once, because this part does not measure the wait for IDENTIFY.
    maxConcurrency: shards,
    guilds: 0
  })

const heapOf = async (bench: Bench, name: string, shards: number): Promise<number> => {
  await using client = await start(bench, name, "idle", shards)
  return await client.heap()
}

const heap = async (bench: Bench): Promise<Found> => {
  // cloudstorm does not connect 64 shards in half a minute.
  const clients = ["discordjs-ws", "fibercord", "before", "floor", "discord.js", "discordeno", "eris", "dfx"]
  // The heap is the same every time.
  const rounds = Math.min(bench.rounds, 2)
  const one = async (client: string): Promise<Sample> => {
    const single = await heapOf(bench, client, 1)
    return { heap: ((await heapOf(bench, client, many)) - single) / (many - 1) / 1000, one: single / 1e6 }
  }
  const samples = await sample(bench, "heap per shard", clients, one, { rounds, floor: "discordjs-ws" })
  return found(samples, "heap", "heap.shard", "kB", { of: "ratio", most: 0.75 }, "discordjs-ws")
}

const perShard = 960
const single = perShard * many

const cpuOf = async (bench: Bench, name: string, shards: number): Promise<number> => {
  await using client = await start(bench, name, "events", shards)
  const run = async (events: number) => {
    const { counted } = await client.count(shards)
    await bench.load.ask({ op: "flood", count: events / shards })
    return counted
  }
  await run(20_480)
  return (await run(single)).cpu / single
}

const growth = async (bench: Bench): Promise<Found> => {
  const one = async (client: string): Promise<Sample> => {
    const few = await cpuOf(bench, client, 1)
    const lots = await cpuOf(bench, client, many)
    return { few, lots }
  }
  const samples = await sample(bench, "events over 1 and 64 shards", ["floor", "fibercord", "before"], one)
  const own = (samples.get("fibercord") ?? []).filter((each) => each !== undefined)
  const floor = (samples.get("floor") ?? []).filter((each) => each !== undefined)
  if (own.length === 0) return { rows: [], peers: [] }
  const pick = (from: ReadonlyArray<Sample>, name: string) => from.map((each) => each[name] ?? Number.NaN)
  const row = toRow("growth.shards", "µs", pick(own, "lots"), pick(own, "few"), { of: "ratio", most: 1.15 })
  const least = toRow("growth.shards", "µs", pick(floor, "lots"), pick(floor, "few"), undefined)
  return {
    rows: [row],
    peers: [{ id: row.id, client: "floor", value: least.value, unit: "µs", ratio: least.ratio, spread: least.spread }]
  }
}

/** Runs both. */
export const run = async (bench: Bench): Promise<Found> => all(await heap(bench), await growth(bench))
