/**
 * Every table of README.md, docs/start, docs/guide and docs/operating is on a list that says what holds it true: a script
 * that writes it, a check of its names against the code, or why it is prose.
 */
import { assert, describe, it } from "@effect/vitest"
import { documents, markdownOf } from "../../scripts/documents.ts"
import { tablesOf } from "../../scripts/markdownTables.ts"
import { differences, namesIn } from "./tables/entry.ts"
import { membersOf } from "./tables/facts.ts"
import { guide } from "./tables/guide.ts"
import { operating } from "./tables/operating.ts"
import { start } from "./tables/start.ts"

const inventory = { ...start, ...guide, ...operating }

const pages = documents.filter((file) => /^README\.md$|^docs\/(start|guide|operating)\//.test(file))

it("each table is on the list, in its place", () => {
  const columns = Object.fromEntries(
    pages.flatMap((file) => {
      const found = tablesOf(markdownOf(file)).map(({ columns: [first = ""] }) => first)
      return found.length === 0 ? [] : [[file, found]]
    })
  )
  const listed = Object.fromEntries(
    Object.entries(inventory).map(([file, entries]) => [file, entries.map(({ column }) => column)])
  )
  assert.deepStrictEqual(columns, listed, "add the table to test/docs/tables, with what holds it true")
})

it.each(Object.keys(inventory).map((file) => ({ file })))("the tables of $file say what the code says", ({ file }) => {
  const page = markdownOf(file)
  const tables = tablesOf(page)
  const problems = (inventory[file as keyof typeof inventory] ?? []).flatMap((entry, index) => {
    const table = tables[index]
    if (table === undefined) return []
    return entry.problems(table, page, file).map((problem) => `line ${table.line}: ${problem}`)
  })
  assert.deepStrictEqual(problems, [])
})

it("each row of a table has as many cells as its head", () => {
  const problems = documents.flatMap((file) =>
    tablesOf(markdownOf(file)).flatMap(({ columns, line, rows }) =>
      rows.flatMap((row, index) =>
        row.length === columns.length
          ? []
          : [`${file}:${line + index + 2} has ${row.length} cells, not ${columns.length}`]
      )
    )
  )
  assert.deepStrictEqual(problems, [])
})

it("docs/guide/testing.md lists each option of the fake", () => {
  const [, list = ""] = /^`FakeDiscord\.layer\(options\)`: ([^.]*)\./m.exec(markdownOf("docs/guide/testing.md")) ?? []
  const expected = () => membersOf("src/testing/Options.ts", "Options")
  assert.deepStrictEqual(differences(namesIn(list), { expected }), [])
})

describe("the check of names", () => {
  it("reads the names that code in a cell begins with", () => {
    assert.deepStrictEqual(
      namesIn('`Reply.send(message)`, `.leave`, `message.click("+1")`, `--port <port>`, `"guild"`', "Reply"),
      ["send", "leave", "message.click", "--port"]
    )
  })

  it("finds what is missing, what does not exist, and exceptions that are none", () => {
    const expected = () => ["send", "update", "edit"]
    assert.deepStrictEqual(differences(["send", "update", "edit"], { expected }), [])
    assert.deepStrictEqual(differences(["send", "upsert", "edit"], { expected }), [
      "lacks update",
      "has upsert, which the code has not"
    ])
    assert.deepStrictEqual(
      differences(["send", "update"], { expected, without: { edit: "README.md", update: "twice", gone: "gone" } }),
      [
        "leaves edit to README.md, which does not have it",
        "has update, which is on the list of what is left out",
        "the code has no gone, which is on the list of what is left out"
      ]
    )
    assert.deepStrictEqual(differences(["send"], { expected: () => [] }), [
      "the code has no such names",
      "has send, which the code has not"
    ])
  })
})
