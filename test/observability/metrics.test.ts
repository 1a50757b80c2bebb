/** The metrics in the code, in docs/operating/metrics.md and in the dashboard are the same ones. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (file: string) => readFileSync(join(root, file), "utf8")

const namesIn = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ""))].toSorted()

const comments = /^[ \t]*\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm

const inCode = namesIn(
  readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => read(join("src", file)).replace(comments, ""))
    .join("\n"),
  /"(fibercord_[a-z_]+)"/g
)

const kinds = { counter: "Counter", gauge: "Gauge", histogram: "Histogram" } as const

describe("the metrics", () => {
  it("of the code are those of docs/operating/metrics.md", () => {
    assert.isAbove(inCode.length, 25)
    assert.deepStrictEqual(namesIn(read("docs/operating/metrics.md"), /^\| `(fibercord_[a-z_]+)`/gm), inCode)
  })

  it("of docs/operating/metrics.md have a kind and a meaning each", () => {
    for (const row of read("docs/operating/metrics.md").matchAll(/^\| `fibercord_.*$/gm)) {
      const [, , kind = "", , meaning = ""] = row[0].split("|").map((cell) => cell.trim())
      assert.property(kinds, kind, row[0])
      assert.isAbove(meaning.length, 10, row[0])
    }
  })

  it("of the dashboard are those of the code, all of them, histograms by their buckets or counts", () => {
    const dashboard = JSON.parse(read("examples/grafana.json")) as {
      readonly panels: ReadonlyArray<{ readonly targets?: ReadonlyArray<{ readonly expr: string }> }>
    }
    const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n")
    const histograms = namesIn(read("docs/operating/metrics.md"), /^\| `(fibercord_[a-z_]+)`\s*\| histogram/gm)
    const expected = inCode.filter((name) => !histograms.includes(name))
    const used = namesIn(expressions, /\b(fibercord_[a-z_]+)/g)
    assert.deepStrictEqual(
      used.filter((name) => !/_(bucket|count)$/.test(name)),
      expected
    )
    assert.deepStrictEqual(
      [...new Set(used.filter((name) => /_(bucket|count)$/.test(name)).map((name) => name.replace(/_[a-z]+$/, "")))],
      histograms
    )
  })
})
