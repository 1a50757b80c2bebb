/** From INTERACTION_CREATE to the POST of the callback, with 64 in flight and with one. */
import { startClient } from "../lib/processes.ts"
import { all, type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

const one = async (bench: Bench, name: string): Promise<Sample> => {
  const { load } = bench
  await using client = await startClient(load, {
    ...clientOf(bench, name),
    mode: "answer",
    compression: undefined,
    shards: 1,
    maxConcurrency: 1,
    guilds: 4
  })
  const answer = async (inFlight: number, count: number, seconds: number) => {
    const before = await client.cpu()
    const figures = await load.ask({ op: "interactions", inFlight, count, seconds })
    const cpu = (await client.cpu()) - before
    return { ...figures, rate: figures.answered / figures.seconds, perCpu: (figures.answered / cpu) * 1e6 }
  }
  await answer(64, 20_000, 4)
  const many = await client.profiled(bench.profile(`interactions-${name}`), () => answer(64, 10_000, 4))
  const single = await answer(1, 2000, 2)
  return { rate: many.rate, perCpu: many.perCpu, p99: many.p99, single: single.p50 }
}

const clients = ["floor", "fibercord", "before", "discordjs-core", "discord.js", "eris", "oceanic.js", "discordeno"]
// Their own rate limits delay callbacks, so one round is enough.
const limited = ["floor", "dfx", "cloudstorm"]

/** Runs both. */
export const run = async (bench: Bench): Promise<Found> => {
  const samples = await sample(bench, "interactions", clients, (client) => one(bench, client))
  const slow = limited.some((client) => client !== "floor" && bench.wants(client))
    ? await sample(bench, "interactions, own limits", limited, (client) => one(bench, client), { rounds: 1 })
    : new Map()
  return all(
    found(samples, "rate", "interactions.64.rate", "/s", { of: "ratio", least: 0.8 }),
    found(samples, "perCpu", "interactions.64.per-cpu-second", "/s", { of: "ratio", least: 0.8 }),
    found(samples, "p99", "interactions.64.p99", "ms", { of: "ratio", most: 1.3 }),
    found(samples, "single", "interactions.1.p50", "ms", { of: "ratio", most: 1.3 }),
    found(slow, "rate", "interactions.64.rate", "/s", undefined)
  )
}
