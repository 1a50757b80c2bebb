/** The sidebar names every page once. */
import { assert, it } from "@effect/vitest"
import { fileOf, nav, parts, sidebar, unwritten } from "../../docs/.vitepress/sidebar.ts"
import { documents } from "../../scripts/documents.ts"

const listed = parts.flatMap(({ folder, pages }) => pages.map(([page]) => fileOf(folder, page)))

/** Found by links of other pages: recipes by the cookbook's index, and rules by the page on conformance. */
const apart = /^docs\/(index\.md|cookbook\/|conformance\/)/

it("each page is listed once", () => {
  const pages = documents.filter((document) => document.startsWith("docs/"))
  assert.deepStrictEqual(
    pages.filter((page) => !apart.test(page) && !listed.includes(page)),
    []
  )
  assert.strictEqual(new Set(listed).size, listed.length)
})

it("each listed page is written", () => {
  assert.deepStrictEqual(unwritten, [])
})

it("each recipe is in the sidebar of the cookbook", () => {
  const recipes = documents.filter((document) => /^docs\/cookbook\/(?!index)/.test(document))
  const links = JSON.stringify(sidebar["/cookbook/"])
  assert.deepStrictEqual(
    recipes.filter((recipe) => !links.includes(`"/${recipe.slice("docs/".length, -".md".length)}"`)),
    []
  )
})

it("each section has an entry at the top", () => {
  const entries = nav.map((item) => ("text" in item ? item.text : ""))
  assert.includeMembers(entries, ["Start", "Guide", "Cookbook", "Operating", "More"])
})
