/** Every block of TypeScript on a page is played by the test of that page, or at least run as a module there. */
import { assert, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { blocksOf, documents, markdownOf, nameOf, root } from "../../scripts/documents.ts"

/** Pages whose programs are compiled, and not played yet. */
const notYet = new Set(
  [
    "guide/durable-collect guide/durable guide/emojis guide/http guide/inspector guide/linked-roles guide/playground",
    "guide/testing guide/voice operating/cluster operating/failures operating/observability operating/platforms",
    "operating/proxy operating/sessions operating/shards operating/workers"
  ].flatMap((line) => line.split(" ").map((name) => `docs/${name}.md`))
)

/** The pages whose programs run: those that a bot author copies from. */
const pages = documents.filter((file) => /^docs\/(start|guide|operating)\//.test(file) && !notYet.has(file))

/** Where the programs of a page are played. */
const testOf = (page: string): string => page.replace(/^docs\//, "test/docs/").replace(/\.md$/, ".test.ts")

const textOf = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "")

it.each(pages.map((page) => ({ page })))("the programs of $page are played", ({ page }) => {
  const test = textOf(testOf(page))
  const blocks = blocksOf(markdownOf(page))
  const isNamed = (name: string): boolean => test.includes(`"${name}"`)
  // What a played block imports is played with it.
  const imported = blocks.filter((block) => isNamed(nameOf(block))).flatMap(({ code }) => code.join("\n"))
  const isPlayed = (name: string): boolean => isNamed(name) || imported.some((code) => code.includes(`"./${name}"`))
  assert.deepStrictEqual(
    blocks.map(nameOf).filter((name) => !isPlayed(name)),
    [],
    `blocks without a name (\`// name.ts\` as the first line) or without a scenario in ${testOf(page)}`
  )
})
