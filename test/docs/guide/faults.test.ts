/** The tests that docs/guide/faults.md shows, run as they are; and its table has every fault. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"
import { page } from "../support/page.ts"

const load = page("docs/guide/faults.md")
for (const file of ["connection.test.ts", "twice.test.ts", "refused.test.ts", "lost.test.ts", "slow.test.ts"])
  await load(file)

it.effect("its table has every fault", () =>
  Effect.gen(function* () {
    const { faults } = yield* FakeDiscord.make()
    const [, table = ""] = readFileSync(join(root, "docs/guide/faults.md"), "utf8").split("## All of them")
    const names = Object.keys(faults).filter((name) => name !== "clear")
    assert.deepStrictEqual(
      names.filter((name) => !table.includes(`\`${name}\``)),
      []
    )
  })
)
