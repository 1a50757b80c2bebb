/** The tests that docs/start/first-test.md shows, run as they are. */
import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { blocksOf, nameOf, root } from "../../../scripts/documents.ts"
import { page } from "../support/page.ts"

const load = page("docs/start/first-test.md")
await load("round.test.ts")
await load("late.test.ts")
await load("broken.test.ts")

const roundOf = (document: string) =>
  blocksOf(readFileSync(join(root, document), "utf8")).find((block) => nameOf(block) === "round.ts")?.code

it("shows the bot of the page before it", () => {
  assert.isDefined(roundOf("docs/start/first-bot.md"))
  assert.deepStrictEqual(roundOf("docs/start/first-test.md"), roundOf("docs/start/first-bot.md"))
})
