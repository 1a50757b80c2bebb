/** What docs/guide/limits.md shows, run. */
import { assert, it } from "@effect/vitest"
import { page } from "../support/page.ts"

const load = page("docs/guide/limits.md")

it("its definitions are valid", async () => {
  const { interactions } = await load<{ interactions: ReadonlyArray<unknown> }>("validate.ts")
  assert.lengthOf(interactions, 1)
})
