/** Every block of TypeScript on a page is played by a test of test/docs that loads the page, or at least run as a module there. */
import { assert, it } from "@effect/vitest"
import { playedOf } from "../../scripts/blocks/played.ts"
import { blocksOf, documents, markdownOf, nameOf } from "../../scripts/documents.ts"

/** The pages whose programs run: those that a bot author copies from. */
const pages = documents.filter((file) => /^docs\/(start|guide|operating|cookbook)\//.test(file))

it.each(pages.map((page) => ({ page })))("the programs of $page are played", ({ page }) => {
  const played = new Set(playedOf(page))
  assert.deepStrictEqual(
    blocksOf(markdownOf(page))
      .map(nameOf)
      .filter((name) => !played.has(name)),
    [],
    `blocks without a name (\`// name.ts\` as the first line) or without a scenario in test/docs`
  )
})
