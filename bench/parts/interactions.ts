/** From INTERACTION_CREATE to the POST of the callback: with 64 in flight, with one, and beside a handler that computes. */
import { startClient } from "../lib/processes.ts"
import { all, type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

/** The figures of one client. */
export const one = async (bench: Bench, name: string): Promise<Sample> => {
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
    return { ...figures, rate: figures.answered / figures.seconds, cpu: cpu / figures.answered }
  }
  await answer(64, 20_000, 4)
  const many = await client.profiled(bench.profile(`interactions-${name}`), () => answer(64, 10_000, 4))
  const single = await answer(1, 2000, 2)
  return { rate: many.rate, cpu: many.cpu, p99: many.p99, single: single.p50 }
}

const clients = ["floor", "fibercord", "before", "discordjs-core", "discord.js", "eris", "oceanic.js", "discordeno"]
// Their own rate limits delay callbacks, so one round is enough.
const limited = ["floor", "dfx", "cloudstorm"]

// 20 ms of each 100 are taken. Interactions arrive evenly, however many have not been answered.
const busyOf = async (bench: Bench, name: string): Promise<Sample> => {
  const { load } = bench
  await using _client = await startClient(load, {
    ...clientOf(bench, name),
    mode: "busy",
    compression: undefined,
    shards: 1,
    maxConcurrency: 1,
    guilds: 4
  })
  const paced = { op: "paced", perSecond: 500 } as const
  await load.ask({ ...paced, seconds: 5 })
  const { answered, p50, p99 } = await load.ask({ ...paced, seconds: 5 })
  return { p50, p99, answered }
}

const busy = async (bench: Bench): Promise<Found> => {
  const clients = ["floor", "fibercord", "before", "discordjs-core"]
  const samples = await sample(bench, "interactions, busy", clients, (client) => busyOf(bench, client))
  return all(
    found(samples, "p50", "interactions.busy.p50", "ms", { of: "ratio", most: 1.05 }),
    found(samples, "p99", "interactions.busy.p99", "ms", { of: "ratio", most: 1.05 })
  )
}

/** Runs all of them. */
export const run = async (bench: Bench): Promise<Found> => {
  const samples = await sample(bench, "interactions, in flight", clients, (client) => one(bench, client))
  const slow = limited.some((client) => client !== "floor" && bench.wants(client))
    ? await sample(bench, "interactions, own limits", limited, (client) => one(bench, client), { rounds: 1 })
    : new Map()
  return all(
    found(samples, "rate", "interactions.64.rate", "/s", { of: "ratio", least: 1 }),
    found(samples, "cpu", "interactions.64.cpu", "µs", { of: "ratio", most: 1.05 }),
    found(samples, "p99", "interactions.64.p99", "ms", { of: "ratio", most: 0.75 }),
    found(samples, "single", "interactions.1.p50", "ms", { of: "ratio", most: 1.05 }),
    found(slow, "rate", "interactions.64.rate", "/s", undefined),
    await busy(bench)
  )
}
