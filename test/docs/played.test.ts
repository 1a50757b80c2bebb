/** Every block of TypeScript on a page is played by a test of test/docs that loads the page, or at least run as a module there. */
import { assert, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { blocksOf, documents, markdownOf, nameOf, root } from "../../scripts/documents.ts"

/** The pages whose programs run: those that a bot author copies from. */
const pages = documents.filter((file) => /^docs\/(start|guide|operating)\//.test(file))

const texts = globSync("test/docs/**/*.test.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"))

it.each(pages.map((page) => ({ page })))("the programs of $page are played", ({ page }) => {
  const test = texts.filter((text) => text.includes(`"${page}"`)).join("\n")
  const blocks = blocksOf(markdownOf(page))
  const isNamed = (name: string): boolean => test.includes(`"${name}"`)
  // What a played block imports is played with it.
  const imported = blocks.filter((block) => isNamed(nameOf(block))).flatMap(({ code }) => code.join("\n"))
  const isPlayed = (name: string): boolean => isNamed(name) || imported.some((code) => code.includes(`"./${name}"`))
  assert.deepStrictEqual(
    blocks.map(nameOf).filter((name) => !isPlayed(name)),
    [],
    `blocks without a name (\`// name.ts\` as the first line) or without a scenario in test/docs`
  )
})
