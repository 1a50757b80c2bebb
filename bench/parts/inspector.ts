/** What the inspector costs a bot: CPU per interaction and per event with it, beside the same bot without it. */
import { startClient } from "../lib/processes.ts"
import { all, type Bench, clientOf, type Found, sample, type Sample, toRow } from "../lib/rounds.ts"
import { one as oneOfEvents } from "./events.ts"

const inFlight = 64
const warmUp = 40_000
const count = 40_000
const seconds = 6

const interactions =
  (bench: Bench) =>
  async (name: string): Promise<Sample> => {
    const { load } = bench
    await using client = await startClient(load, {
      ...clientOf(bench, name),
      mode: "answer",
      compression: undefined,
      shards: 1,
      maxConcurrency: 1,
      guilds: 4
    })
    await load.ask({ op: "interactions", inFlight, count: warmUp, seconds })
    const measured = async () => {
      const before = await client.cpu()
      const { answered } = await load.ask({ op: "interactions", inFlight, count, seconds })
      return ((await client.cpu()) - before) / answered
    }
    const cpu = await client.profiled(bench.profile(`inspector-${name}`), measured)
    return { cpu }
  }

const on = ["fibercord-inspector", "fibercord-inspector-open"] as const

const rows = async (bench: Bench, what: string, one: (client: string) => Promise<Sample>): Promise<Found> => {
  const samples = await sample(bench, `inspector, ${what}`, ["fibercord", ...on], one)
  const off = samples.get("fibercord") ?? []
  return {
    peers: [],
    rows: on.map((client) => {
      const rounds = (samples.get(client) ?? []).flatMap((each, round) => {
        const [value, floor] = [each?.["cpu"], off[round]?.["cpu"]]
        return value === undefined || floor === undefined ? [] : [{ value, floor }]
      })
      const id = `inspector.${what}${client.endsWith("open") ? ".open" : ""}`
      const values = rounds.map(({ value }) => value)
      const floors = rounds.map(({ floor }) => floor)
      return toRow(id, "µs", values, floors, { of: "ratio", most: 1.03 })
    })
  }
}

/** Runs both. */
export const run = async (bench: Bench): Promise<Found> =>
  all(await rows(bench, "interactions", interactions(bench)), await rows(bench, "events", oneOfEvents(bench, "events")))
