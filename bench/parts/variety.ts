/** CPU per event of other traffic, and from servers that write otherwise: nothing may be tuned to the usual flood. */
import type { Mode, Style } from "../lib/protocol.ts"
import { all, type Bench, type Found, found, sample } from "../lib/rounds.ts"
import { one } from "./events.ts"

interface Way {
  readonly id: string
  readonly mode: Mode
  readonly style: Style
  /** The goal of the same row with the usual flood. */
  readonly most: number
}

const ways: ReadonlyArray<Way> = [
  { id: "variety.mix", mode: "events", style: { mix: "other" }, most: 1 },
  { id: "variety.op-first", mode: "events", style: { mix: "other", keys: "op-first" }, most: 1 },
  { id: "variety.op-first.some", mode: "some", style: { mix: "other", keys: "op-first" }, most: 0.6 },
  { id: "variety.frames", mode: "events", style: { writes: "frames" }, most: 1 },
  { id: "variety.pieces", mode: "events", style: { writes: "pieces" }, most: 1 },
  { id: "variety.fragments", mode: "events", style: { writes: "fragments" }, most: 1 }
]

// cloudstorm fails on fragments.
const clients = ["floor", "fibercord", "before", "discordjs-ws"]

/** Runs all of them. */
export const run = async (bench: Bench): Promise<Found> => {
  let rows: Found = { rows: [], peers: [] }
  for (const { id, mode, most, style } of ways) {
    const samples = await sample(bench, id, clients, one(bench, mode, undefined, style))
    rows = all(rows, found(samples, "cpu", id, "µs", { of: "ratio", most }))
  }
  return rows
}
