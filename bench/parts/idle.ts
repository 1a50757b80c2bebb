/** The CPU of shards that only send heartbeats: per shard and second as at Discord, and with a heartbeat each second. */
import { setTimeout as sleep } from "node:timers/promises"
import { startClient, startLoad } from "../lib/processes.ts"
import { all, type Bench, clientOf, type Found, found, type Sample, sampleTogether } from "../lib/rounds.ts"

const shards = 64
const settled = 15

interface Beat {
  readonly id: string
  /** Milliseconds between heartbeats. */
  readonly interval: number
  /** How long is measured. */
  readonly seconds: number
}

const beats: ReadonlyArray<Beat> = [
  // Discord's own interval: each shard sends one, and most of the CPU is that of a process that was just woken up.
  { id: "idle.cpu", interval: 41_250, seconds: 41.25 },
  // The code of a heartbeat, with everything compiled and in the processor's caches.
  { id: "idle.heartbeats", interval: 1000, seconds: 20 }
]

const oneOf = async (bench: Bench, name: string, { interval, seconds }: Beat): Promise<Sample> => {
  await using load = await startLoad()
  await using client = await startClient(load, {
    ...clientOf(bench, name),
    mode: "idle",
    compression: undefined,
    shards,
    maxConcurrency: shards,
    guilds: 0,
    heartbeatInterval: interval
  })
  await sleep(settled * 1000)
  const before = await client.cpu()
  await sleep(seconds * 1000)
  return { cpu: ((await client.cpu()) - before) / shards / seconds }
}

const floor = "discordjs-ws"
const clients = [floor, "fibercord", "before", "floor", "eris", "discord.js"]

/** Measures all clients at the same time, each with its own load generator. */
export const run = async (bench: Bench): Promise<Found> => {
  let rows: Found = { rows: [], peers: [] }
  for (const beat of beats) {
    const one = (client: string) => oneOf(bench, client, beat)
    const samples = await sampleTogether(bench, beat.id, clients, one, { floor })
    rows = all(rows, found(samples, "cpu", beat.id, "µs/s", { of: "ratio", most: 1 }, floor))
  }
  return rows
}
