/**
 * Runtimes: the heap of idle ones, short lives per second of CPU, opening one beside a million others, and the pauses of
 * a million that open and expire.
 */
import { runFile } from "../lib/inprocess.ts"
import {
  all,
  type Bench,
  clientOf,
  type Found,
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

const million =
  (bench: Bench, what: string) =>
  async (client: string): Promise<Sample> => {
    const { library } = clientOf(bench, client)
    return (await runFile("runtimes", what, library, ["--max-old-space-size=4096"])) as Sample
  }

/** Runs all of them. */
export const run = async (bench: Bench): Promise<Found> => {
  // The heap is the same each time.
  const once = Math.min(bench.rounds, 2)
  const idle = await sample(bench, "heap, idle Runtime", clients, figure(bench, "idle", 1e-3), once)
  const button = await sample(bench, "heap, with a button", clients, figure(bench, "button", 1e-3), once)
  const sent = await sample(bench, "heap, with a button on a message", clients, figure(bench, "message", 1e-3), once)
  const life = await sample(bench, "open, handle, close", clients, figure(bench, "life", 1))
  const growth = await sample(
    bench,
    "open beside 1,000,000",
    clients,
    million(bench, "growth"),
    Math.min(bench.rounds, 3)
  )
  const pauses = await sample(bench, "a million, opened and expired", clients, million(bench, "pauses"), once)
  return all(
    rowOf(idle, "heap.runtime", "kB", "idle", { of: "value", most: 0.35 }),
    rowOf(button, "heap.runtime.button", "kB", "button", { of: "value", most: 1 }),
    rowOf(sent, "heap.runtime.button-on-message", "kB", "message", { of: "value", most: 1.2 }),
    rowOf(life, "runtime.life", "/s", "life", { of: "value", least: 150_000 }),
    rowOf(growth, "growth.runtimes", "ns", "many", { of: "ratio", most: 1.5 }, "few"),
    rowOf(pauses, "pauses.runtimes", "ms", "late", { of: "value", most: 50 }, "quiet"),
    rowOf(pauses, "pauses.runtimes.cpu", "ms", "busy", { of: "value", most: 50 })
  )
}
