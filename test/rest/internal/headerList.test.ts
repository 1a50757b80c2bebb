/** A list of headers is read as `Headers` are. */
import { assert, describe, it } from "@effect/vitest"
import { HeaderList } from "../../../src/rest/internal/headerList.ts"

const entries: ReadonlyArray<[string, string]> = [
  ["Retry-After", "1.5"],
  ["X-RateLimit-Scope", "user"],
  ["Vary", "a"],
  ["vary", "b"]
]

describe("a list of headers", () => {
  for (const name of ["retry-after", "Retry-After", "VARY", "x-ratelimit-scope", "x-ratelimit-global"]) {
    it(`says what Headers say of ${name}`, () => {
      const list = new HeaderList(entries)
      const headers = new Headers([...entries])
      assert.deepStrictEqual([list.get(name), list.has(name)], [headers.get(name), headers.has(name)])
    })
  }

  it("has them all, and what is set afterwards", () => {
    const list = new HeaderList(entries)
    list.set("VARY", "c")
    const expected = [
      ["retry-after", "1.5"],
      ["x-ratelimit-scope", "user"],
      ["vary", "c"]
    ]
    assert.deepStrictEqual([...list], expected as Array<[string, string]>)
    assert.deepStrictEqual([...new HeaderList(list)], expected as Array<[string, string]>)
  })
})
