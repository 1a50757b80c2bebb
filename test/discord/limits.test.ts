import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as limits from "../../src/discord/limits.ts"

const page = readFileSync(fileURLToPath(new URL("../../docs/guide/limits.md", import.meta.url)), "utf8")

it("docs/guide/limits.md has the number of each limit, and no other", () => {
  const documented = [...page.matchAll(/^\| `(\w+\.\w+)` +\| (-?\d+) +\| (-?\d+) +\|/gm)].map(([, name, min, max]) => [
    name,
    Number(min),
    Number(max)
  ])
  const actual = Object.entries({ ...limits }).flatMap(([group, ranges]) =>
    Object.entries<limits.Range>(ranges).map(([name, { max, min }]) => [`${group}.${name}`, min, max])
  )
  assert.sameDeepMembers(documented, actual)
})
