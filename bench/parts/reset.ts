/** How long a shard is gone when its TCP connection is reset: from the reset to its RESUME. */
import { startClient } from "../lib/processes.ts"
import { type Bench, clientOf, type Found, type Peer, type Row, sample, type Sample, toRow } from "../lib/rounds.ts"
import { median, spread } from "../lib/stats.ts"

const shards = 8

const one = async (bench: Bench, name: string): Promise<Sample> => {
  const { load } = bench
  await using _client = await startClient(load, {
    ...clientOf(bench, name),
    mode: "idle",
    compression: undefined,
    shards,
    maxConcurrency: shards,
    guilds: 0
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const times: Array<number> = []
  // Each shard is reset once, because some clients wait longer after a second reset within a minute.
  for (let shard = 0; shard < shards; shard++) {
    const { milliseconds } = await load.ask({ op: "reset", shard })
    times.push(milliseconds ?? Number.NaN)
  }
  return { milliseconds: median(times), longest: Math.max(...times) }
}

const clients = ["fibercord", "before", "discordjs-ws", "discord.js", "discordeno", "eris", "oceanic.js"]

/** Measures the median over the shards. */
export const run = async (bench: Bench): Promise<Found> => {
  const samples = await sample(bench, "reset", clients, (client) => one(bench, client), {
    rounds: Math.min(bench.rounds, 2)
  })
  const rows: Array<Row> = []
  const peers: Array<Peer> = []
  for (const [client, own] of samples) {
    const values = own.flatMap((each) => (each?.["milliseconds"] === undefined ? [] : [each["milliseconds"]]))
    if (values.length === 0) continue
    if (client === "fibercord") rows.push(toRow("reset.resumed", "ms", values, undefined, { of: "value", most: 50 }))
    else {
      const value = median(values)
      peers.push({ id: "reset.resumed", client, value, unit: "ms", ratio: null, spread: spread(values) })
    }
  }
  return { rows, peers }
}
