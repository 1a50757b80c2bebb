/** CPU per event in a flood: every event to a handler, some kinds of events, interactions only, and both compressions. */
import { startClient } from "../lib/processes.ts"
import type { Compression, Mode, Style } from "../lib/protocol.ts"
import { all, type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

// Enough events that V8 has compiled everything before the measurement, because a bot runs for months. Fewer if the
// load generator has to compress them first.
const sizes = { plain: { warmUp: 120_000, count: 60_000 }, compressed: { warmUp: 60_000, count: 30_000 } } as const

/** One flood of one client: CPU per event, and memory. */
export const one =
  (bench: Bench, mode: Mode, compression?: Compression, style: Style = {}) =>
  async (name: string): Promise<Sample> => {
    const { load } = bench
    await using client = await startClient(load, {
      ...clientOf(bench, name),
      mode,
      compression,
      shards: 1,
      maxConcurrency: 1,
      guilds: 4,
      style
    })
    const { count, warmUp } = compression === undefined ? sizes.plain : sizes.compressed
    const run = async (events: number) => {
      const { counted } = await client.count(1)
      await load.ask({ op: "flood", count: events })
      return counted
    }
    await run(warmUp)
    const kind = [mode, compression, ...Object.values(style)].filter((each) => each !== undefined).join("-")
    const { cpu, rss } = await client.profiled(bench.profile(`events-${kind}-${name}`), () => run(count))
    return { cpu: cpu / count, rss: rss / 1e6 }
  }

const ours = ["floor", "fibercord", "before"]

const plain = async (bench: Bench): Promise<Found> => {
  const clients = [
    "discordjs-ws",
    "discordjs-core",
    "cloudstorm",
    "discordeno",
    "eris",
    "oceanic.js",
    "discord.js",
    "dfx"
  ]
  const samples = await sample(bench, "events, plain", [...ours, ...clients], one(bench, "events"))
  return found(samples, "cpu", "events.plain", "µs", { of: "ratio", most: 1 })
}

const interactionsOnly = async (bench: Bench): Promise<Found> => {
  const clients = [...ours, "floor-head"]
  const samples = await sample(bench, "events, interactions only", clients, one(bench, "interactions-only"))
  return found(samples, "cpu", "events.interactions-only", "µs", { of: "ratio", most: 0.25 })
}

// Of the other mix, which has twelve kinds of events. Three of them are 22 % of the events, and 18 % of the bytes.
const some = async (bench: Bench): Promise<Found> => {
  const clients = [...ours, "discordjs-ws", "cloudstorm"]
  const samples = await sample(bench, "events, three kinds", clients, one(bench, "some", undefined, { mix: "other" }))
  return found(samples, "cpu", "events.some", "µs", { of: "ratio", most: 0.6 })
}

const zlib = async (bench: Bench): Promise<Found> => {
  const clients = [...ours, "cloudstorm", "discordjs-ws", "discordeno"]
  const samples = await sample(bench, "events, zlib-stream", clients, one(bench, "events", "zlib-stream"))
  return found(samples, "cpu", "events.zlib", "µs", { of: "ratio", most: 1 })
}

const zstd = async (bench: Bench): Promise<Found> => {
  const clients = [...ours, "oceanic.js"]
  const samples = await sample(bench, "events, zstd-stream", clients, one(bench, "events", "zstd-stream"))
  return found(samples, "cpu", "events.zstd", "µs", { of: "ratio", most: 1.05 })
}

/** Runs all five. */
export const run = async (bench: Bench): Promise<Found> =>
  all(await plain(bench), await interactionsOnly(bench), await some(bench), await zlib(bench), await zstd(bench))
