/** The table of Discord's changes: every row says what is done, and names tests that exist, or a reason. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = new URL("../../", import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, root), "utf8")
const page = "docs/discord-changes.md"

interface Row {
  readonly date: string
  readonly change: string
  readonly done: string
  readonly heldBy: string
}

const rowsOf = (markdown: string): ReadonlyArray<Row> =>
  markdown
    .split("\n")
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const [, date = "", change = "", done = "", heldBy = "", end] = line.split("|").map((cell) => cell.trim())
      assert.strictEqual(end, "", `not four columns: ${line}`)
      return { date, change, done, heldBy }
    })

const source =
  /\]\(https:\/\/(?:docs\.discord\.com\/developers\/change-log#\S+|github\.com\/discord\/discord-api-docs\/pull\/\d+)\)/

/** The tests that a row names: a file, and titles in it. */
const testsOf = (heldBy: string): ReadonlyArray<readonly [file: string, title: string]> =>
  heldBy.split(/;\s*(?=`)/).flatMap((part) => {
    const [, file = "", titles = ""] = /^`([^`]+)`: (.*)$/.exec(part) ?? []
    return [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => [file, title] as const)
  })

const problemsOf = ({ change, date, done, heldBy }: Row): ReadonlyArray<string> => {
  const problems: Array<string> = []
  if (!/^202[56]-\d\d-\d\d$/.test(date)) problems.push(`${date} is no day of 2025 or 2026`)
  if (!source.test(change)) problems.push("names no source")
  if (done === "") problems.push("does not say what is done")
  if (/^Nothing to hold: \S.{10,}\.$/.test(heldBy)) return problems
  const tests = testsOf(heldBy)
  if (tests.length === 0) problems.push("names neither a test nor a reason")
  for (const [file, title] of tests) {
    const exists = existsSync(fileURLToPath(new URL(file, root)))
    if (!exists || !read(file).includes(`"${title}"`)) problems.push(`${file} has no test "${title}"`)
  }
  return problems
}

describe("docs/discord-changes.md", () => {
  const rows = rowsOf(read(page))

  it("has rows that say what is done, with a source, and with tests that exist or a reason", () => {
    assert.isAbove(rows.length, 40)
    const problems = rows.flatMap((row) => problemsOf(row).map((problem) => `${row.date} ${row.change}: ${problem}`))
    assert.deepStrictEqual(problems, [])
  })

  it("has the newest change first", () => {
    const dates = rows.map(({ date }) => date)
    assert.deepStrictEqual(dates, dates.toSorted().toReversed())
  })

  it("would be told of a test that is gone, of a missing source and of a missing reason", () => {
    const good = rows[0] as Row
    const broken: ReadonlyArray<Row> = [
      { ...good, heldBy: '`test/interactions/menus.test.ts`: "there is no such test"' },
      { ...good, heldBy: '`test/gone.test.ts`: "there is no such file"' },
      { ...good, change: "File types" },
      { ...good, heldBy: "Nothing to hold." }
    ]
    for (const row of broken) assert.lengthOf(problemsOf(row), 1)
  })
})
