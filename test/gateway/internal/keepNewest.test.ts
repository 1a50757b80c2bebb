import { assert, describe, it } from "@effect/vitest"
import { keepNewest } from "../../../src/gateway/internal/keepNewest.ts"

describe("keepNewest", () => {
  it("makes something again when either text is another one, or when it threw", () => {
    const made: Array<string> = []
    const make = keepNewest((first: string, second?: string) => {
      made.push(`${first}/${second}`)
      if (first === "broken") throw new Error(first)
      return {}
    })
    const a = make("a", "x")
    assert.strictEqual(make("a", "x"), a)
    assert.notStrictEqual(make("a"), a)
    assert.notStrictEqual(make("a", "x"), a)
    assert.throws(() => make("broken"), "broken")
    assert.throws(() => make("broken"), "broken")
    assert.deepStrictEqual(made, ["a/x", "a/undefined", "a/x", "broken/undefined", "broken/undefined"])
  })
})
