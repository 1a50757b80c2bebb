/** The table of the benchmark's results says what the committed run says. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { labels, type Report, resultsTable } from "../../scripts/benchmarks.ts"
import { tablesOf } from "../../scripts/markdownTables.ts"

const row = {
  id: "events.plain",
  value: 4.374,
  unit: "µs",
  ratio: 1.1216,
  spread: [1.067, 1.165] as const,
  target: "ratio <= 1.15",
  met: true
}
const rowsOf = (report: Report) => tablesOf(resultsTable(report))[0]?.rows ?? []

describe("resultsTable", () => {
  it("shows a ratio with its spread, its target, and the peers with the best first", () => {
    const peers = [
      { id: row.id, client: "eris", value: 8, unit: "µs", ratio: 1.87 },
      { id: row.id, client: "discordjs-ws", value: 5, unit: "µs", ratio: 1.12 },
      { id: "another", client: "floor", value: 1, unit: "µs", ratio: 1 }
    ]
    assert.deepStrictEqual(rowsOf({ rows: [row], peers }), [
      [labels[row.id] ?? "", "4.37 µs", "1.12 (1.07–1.17)", "≤ 1.15", "@discordjs/ws 1.12, eris 1.87"]
    ])
  })

  it("says that a target was not reached", () => {
    const [cells] = rowsOf({ rows: [{ ...row, met: false }], peers: [] })
    assert.strictEqual(cells?.[3], "≤ 1.15, **not reached**")
  })

  it("shows a value without a ratio, its target with the unit, and of rates the largest first", () => {
    const lives = { ...row, id: "runtime.life", value: 684_709.5, unit: "/s", ratio: null, target: "value >= 150000" }
    const peers = [1, 3, 2].map((value) => ({ id: lives.id, client: `c${value}`, value, unit: "/s", ratio: null }))
    assert.deepStrictEqual(rowsOf({ rows: [lives], peers })[0]?.slice(1), [
      "684,710 /s",
      "",
      "≥ 150,000 /s",
      "c3 3.00 /s, c2 2.00 /s, c1 1.00 /s"
    ])
  })

  it("leaves out what was not measured", () => {
    assert.isEmpty(rowsOf({ rows: [], peers: [] }))
  })
})

// These parts have tables of their own.
const elsewhere = /^(cache|members|forwarded|durable|inspector|playground)\./

it("every row of the committed run has a label, or a table elsewhere", () => {
  const { rows } = JSON.parse(readFileSync("bench/results/latest.json", "utf8")) as Report
  for (const { id } of rows) assert.isTrue(Object.hasOwn(labels, id) || elsewhere.test(id), id)
})
