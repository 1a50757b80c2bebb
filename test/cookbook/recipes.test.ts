/** What every recipe of the cookbook is. `npm run cookbook -- --check` says whether the pages show them. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../scripts/documents.ts"
import { groups } from "../../scripts/recipes.ts"

const recipes = groups.flatMap(({ recipes }) => recipes)
const read = (name: string) => readFileSync(join(root, "examples/cookbook", `${name}.ts`), "utf8")
const codeOf = (name: string) => read(name).split("\n */\n").slice(1).join("\n */\n")

describe("a recipe", () => {
  it("is listed once", () => {
    assert.deepStrictEqual([...new Set(recipes)], recipes)
  })

  it.each(recipes)("%s has 15 to 60 lines of code, imports fibercord and effect only, and claims no types", (name) => {
    const code = codeOf(name)
    const lines = code.split("\n").filter((line) => line.trim() !== "" && !/^\s*(\/\*\*|\/\/|\*)/.test(line))
    assert.isAtLeast(code.split("\n").length, 15)
    assert.isAtMost(lines.length, 60)
    const sources = [...code.matchAll(/\bfrom "([^"]+)"/g)].map(([, source = ""]) => source)
    assert.isNotEmpty(sources)
    for (const source of sources) assert.match(source, /^(effect|fibercord)(\/|$)/)
    assert.notMatch(code.replaceAll(/"[^"]*"|`[^`]*`|\/\*\*.*|\/\/.*/g, ""), / as |\bany\b|\bdeclare\b|[\w)\]]!/)
    assert.match(code, /^export /m)
  })

  it.each(recipes)("%s says what it is for, and what to watch out for", (name) => {
    const [comment = ""] = read(name).split("\n */\n")
    assert.match(comment, /^\/\*\*\n \* # \S.*\n \*\n \* \S/)
    assert.include(comment, "\n * ## What to watch out for\n *\n * - ")
  })
})
