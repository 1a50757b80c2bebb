/** The results as a Markdown table for the terminal. */
import type { Found, Peer, Row } from "./rounds.ts"

const number = (value: number | null): string => {
  if (value === null || Number.isNaN(value)) return "–"
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

const lineOf = (row: Row): ReadonlyArray<string> => [
  row.id,
  `${number(row.value)} ${row.unit}`,
  number(row.floor),
  row.ratio === null ? "–" : row.ratio.toFixed(2),
  `${number(row.spread[0])} to ${number(row.spread[1])}`,
  row.target ?? "",
  row.met === null ? "" : row.met ? "yes" : "no"
]

const peersOf = (row: Row, peers: ReadonlyArray<Peer>): string =>
  peers
    .filter(({ id }) => id === row.id)
    .toSorted((a, b) => (a.ratio ?? a.value) - (b.ratio ?? b.value))
    .map(
      ({ client, ratio, unit, value }) => `${client} ${ratio === null ? `${number(value)} ${unit}` : ratio.toFixed(2)}`
    )
    .join(", ")

const head = ["row", "fibercord", "floor", "ratio", "spread", "target", "met", "others"]
const last = head.length - 1

/** One line for each row, with the figures of the peers at its end. */
export const table = ({ peers, rows }: Found): string => {
  // If only peers were measured, their figures stand alone.
  const missing = [...new Set(peers.map(({ id }) => id))].filter((id) => !rows.some((row) => row.id === id))
  const lines = [
    head,
    ...rows.map((row) => [...lineOf(row), peersOf(row, peers)]),
    ...missing.map((id) => [id, "", "", "", "", "", "", peersOf({ id } as Row, peers)])
  ]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const format = (line: ReadonlyArray<string>) =>
    `| ${line.map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0))).join(" | ")} |`
  const [first, ...others] = lines.map(format)
  return [first, `|${widths.map((width, i) => "-".repeat(i === last ? 8 : width + 2)).join("|")}|`, ...others].join(
    "\n"
  )
}
