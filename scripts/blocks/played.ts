/** Which blocks of TypeScript tests play: those that a test of `test/docs` loads by their names, with what they import. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { blocksOf, markdownOf, nameOf, root } from "../documents.ts"

const textsOf = (pattern: string): ReadonlyArray<string> =>
  globSync(pattern, { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"))

let pages: ReadonlyArray<string> | undefined
let recipes: string | undefined

// A page of the cookbook is written from its recipe, and tests import that.
const isPlayedRecipe = (file: string): boolean => {
  recipes ??= textsOf("test/cookbook/*.test.ts").join("\n")
  return recipes.includes(file.replace("docs/cookbook/", "examples/cookbook/").replace(/md$/, "ts"))
}

/** The names of a document's blocks that tests play. */
export const playedOf = (file: string): ReadonlyArray<string> => {
  const blocks = blocksOf(markdownOf(file))
  if (file.startsWith("docs/cookbook/")) return isPlayedRecipe(file) ? blocks.map(nameOf) : []
  pages ??= textsOf("test/docs/**/*.test.ts")
  const test = pages.filter((text) => text.includes(`"${file}"`)).join("\n")
  const isNamed = (name: string): boolean => test.includes(`"${name}"`)
  // What a played block imports is played with it.
  const imported = blocks.filter((block) => isNamed(nameOf(block))).flatMap(({ code }) => code.join("\n"))
  return blocks.map(nameOf).filter((name) => isNamed(name) || imported.some((code) => code.includes(`"./${name}"`)))
}
