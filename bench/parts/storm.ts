/** 1,000 shards lose their connections at once: how long until the last has resumed, beside the floor's RESUMEs. */
import { startClient } from "../lib/processes.ts"
import { type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

const shards = 1000

const one = async (bench: Bench, name: string): Promise<Sample> => {
  await using client = await startClient(bench.load, {
    ...clientOf(bench, name),
    mode: "idle",
    compression: undefined,
    shards,
    maxConcurrency: shards,
    guilds: 0,
    patience: 60
  })
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const before = await client.cpu()
  const { identified, milliseconds, resumed } = await bench.load.ask({ op: "storm", seconds: 40 })
  const cpu = (await client.cpu()) - before
  if (milliseconds === undefined) throw new Error(`${resumed} of ${shards} resumed, ${identified} identified`)
  return { time: milliseconds, cpu: cpu / 1000, resumed }
}

/** Measures all clients, one after another. */
export const run = async (bench: Bench): Promise<Found> => {
  const clients = ["floor", "fibercord", "before", "discordjs-ws", "eris"]
  const samples = await sample(bench, "storm", clients, (client) => one(bench, client))
  return found(samples, "time", "storm.resumed", "ms", { of: "ratio", most: 1.2 })
}
