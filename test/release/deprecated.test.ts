import { assert, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { wrongTags } from "../../scripts/release/deprecated.ts"

it("what is deprecated says since when, and what replaces it", () => {
  const problems = globSync("src/**/*.ts").flatMap((file) => wrongTags(file, readFileSync(file, "utf8")))
  assert.deepStrictEqual(problems, [])
})

it("a tag without a version or a replacement is found", () => {
  assert.deepStrictEqual(wrongTags("a.ts", "/** @deprecated since 0.3.0: use `Menu.ask` */"), [])
  assert.deepStrictEqual(wrongTags("a.ts", "/**\n * @deprecated use `Menu.ask`\n */"), [
    "a.ts:2: expected `@deprecated since 0.3.0: use …`, got `@deprecated use `Menu.ask``"
  ])
  assert.lengthOf(wrongTags("a.ts", "/** @deprecated since 0.3.0 */"), 1)
  assert.lengthOf(wrongTags("a.ts", " * @deprecated"), 1)
})
