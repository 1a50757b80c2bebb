import { assert, it } from "@effect/vitest"
import { unstableParts } from "../../scripts/release/stability.ts"
import { lowest, supported } from "../../scripts/release/supported.ts"
import { withTable } from "../../scripts/release/tables.ts"

it("the core, its testing and its voice use no unstable module of Effect", () => {
  const parts = unstableParts()
  for (const name of ["fibercord", "fibercord/testing", "fibercord/voice"]) assert.deepStrictEqual(parts.get(name), [])
  // Otherwise the reading of tags would be broken.
  assert.include(parts.get("fibercord/durable") ?? [], "effect/workflow/Workflow")
  assert.include(parts.get("fibercord/http") ?? [], "effect/http/HttpRouter")
})

it("the lowest version of a range is run", () => {
  assert.strictEqual(lowest("^4.1.0"), "4.1.0")
  assert.strictEqual(lowest(">=22.19"), "22.19.0")
  const [node] = supported
  assert.strictEqual(node.versions[0], "22.19.0")
})

it("a table is written in the place of the one after its heading", () => {
  const table = { heading: "B", columns: ["x"], rows: [["long cell"]] }
  const page = "# A\n\n| a |\n| - |\n\n## B\n\nText.\n\n| b |\n| - |\n| c |\n\nMore.\n"
  assert.strictEqual(
    withTable(page, table),
    "# A\n\n| a |\n| - |\n\n## B\n\nText.\n\n| x         |\n| --------- |\n| long cell |\n\nMore.\n"
  )
  assert.throws(() => withTable("## C\n", table), /no table after the heading "B"/)
})
