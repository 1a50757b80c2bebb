/** Runtimes: the heap of idle ones, short lives per second of CPU, opening one beside a million, a million that expire. */
import { runFile } from "../lib/inprocess.ts"
import {
  all,
  type Bench,
  clientOf,
  type Found,
  found,
  sample,
  type Sample,
  type Samples,
  type Target,
  toRow
} from "../lib/rounds.ts"

const clients = ["fibercord", "before"]

const rowOf = (
  samples: Samples,
  id: string,
  unit: string,
  figure: string,
  target: Target | undefined,
  floor?: string
): Found => {
  const of = (client: string, name: string) =>
    (samples.get(client) ?? []).flatMap((each) => (each?.[name] === undefined ? [] : [each[name]]))
  const own = of("fibercord", figure)
  const before = of("before", figure)
  const row = (values: ReadonlyArray<number>, client: string) =>
    toRow(id, unit, values, floor === undefined ? undefined : of(client, floor), target)
  const old = before.length === 0 ? undefined : row(before, "before")
  return {
    rows: own.length === 0 ? [] : [row(own, "fibercord")],
    peers:
      old === undefined ? [] : [{ id, client: "before", value: old.value, unit, ratio: old.ratio, spread: old.spread }]
  }
}

const figure =
  (bench: Bench, what: string, scale: number) =>
  async (client: string): Promise<Sample> => ({
    [what]: ((await runFile("runtimes", what, clientOf(bench, client).library)) as number) * scale
  })

const inOneProcess =
  (bench: Bench, what: string) =>
  async (client: string): Promise<Sample> => {
    const { library } = clientOf(bench, client)
    return (await runFile("runtimes", what, library, ["--max-old-space-size=4096"])) as Sample
  }

/** Runs all of them. */
export const run = async (bench: Bench): Promise<Found> => {
  // The heap is the same each time.
  const once = Math.min(bench.rounds, 2)
  const idle = await sample(bench, "heap, idle Runtime", clients, figure(bench, "idle", 1e-3), { rounds: once })
  const button = await sample(bench, "heap, with a button", clients, figure(bench, "button", 1e-3), { rounds: once })
  const sent = await sample(bench, "heap, with a button on a message", clients, figure(bench, "message", 1e-3), {
    rounds: once
  })
  const life = await sample(bench, "open, handle, close", clients, figure(bench, "life", 1))
  const growth = await sample(bench, "open beside 1,000,000", clients, inOneProcess(bench, "growth"), {
    rounds: Math.min(bench.rounds, 3)
  })
  const pausesOf = { fibercord: inOneProcess(bench, "pauses"), floor: inOneProcess(bench, "pausesFloor") }
  const pauses = await sample(bench, "pauses, 1,000,000 expire", ["floor", ...clients], (client) =>
    pausesOf[client === "floor" ? client : "fibercord"](client)
  )
  return all(
    rowOf(idle, "heap.runtime", "kB", "idle", { of: "value", most: 0.35 }),
    rowOf(button, "heap.runtime.button", "kB", "button", undefined),
    rowOf(sent, "heap.runtime.button-on-message", "kB", "message", { of: "value", most: 1.2 }),
    rowOf(life, "runtime.life", "/s", "life", { of: "value", least: 150_000 }),
    rowOf(growth, "growth.runtimes", "ns", "many", { of: "ratio", most: 1.5 }, "few"),
    found(pauses, "p999", "runtimes.pause.p999", "ms", { of: "value", most: 50 }),
    found(pauses, "most", "runtimes.pause.longest", "ms", { of: "value", most: 50 })
  )
}
