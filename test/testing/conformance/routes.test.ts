/** Which of the routes that Discord documents the fake has, and that `docs/fake-routes.md` says so. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { documentedRoutes } from "../../../src/testing/internal/documentedRoutes.ts"
import { routes } from "../../../src/testing/internal/routes.ts"

const fits = (pattern: string, documented: string): boolean => {
  const [own, wanted] = [pattern.split("/"), documented.split("/")]
  return own.length === wanted.length && own.every((part, at) => part === wanted[at] || part.startsWith(":"))
}

const has = (method: string, documented: string): boolean =>
  routes.some((route) => route.method === method && fits(route.pattern, documented))

const missing = documentedRoutes.filter(([method, documented]) => !has(method, documented))
const text = readFileSync(join(import.meta.dirname, "../../../docs/fake-routes.md"), "utf8")

describe("the routes of the fake", () => {
  it("are as many of Discord's as their page says", () => {
    const all = documentedRoutes.length
    assert.include(text, `**${all - missing.length} of the ${all} routes**`)
  })

  it("lack those that their page names", () => {
    const named = [...text.matchAll(/^- `(\w+) ([^`]+)`/gm)].map((match) => `${match[1]} ${match[2]}`)
    assert.deepStrictEqual(named, missing.map((route) => route.join(" ")).toSorted())
  })

  it("are each documented by Discord, but for the exchange of tokens, which OAuth2 documents", () => {
    const own = routes.filter(
      (route) => !documentedRoutes.some(([method, path]) => method === route.method && fits(route.pattern, path))
    )
    assert.deepStrictEqual(
      own.map(({ method, pattern }) => `${method} ${pattern}`),
      ["POST /oauth2/token"]
    )
  })
})
