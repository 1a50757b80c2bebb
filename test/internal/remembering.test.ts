import { assert, it } from "@effect/vitest"
import { remembering } from "../../src/internal/remembering.ts"

it("makes each result once", () => {
  const made: Array<string> = []
  const find = remembering((text) => {
    made.push(text)
    return text === "none" ? null : { text }
  })
  assert.strictEqual(find("a"), find("a"))
  assert.isNull(find("none"))
  assert.isNull(find("none"))
  assert.deepStrictEqual(made, ["a", "none"])
})

it("asks again after an error", () => {
  let asked = 0
  const find = remembering((text) => {
    if (++asked === 1) throw new Error(text)
    return asked
  })
  assert.throws(() => find("a"), "a")
  assert.strictEqual(find("a"), 2)
})

it("keeps no more than a few, whatever it is asked for", () => {
  let made = 0
  const find = remembering(() => ++made)
  for (let n = 0; n < 1000; n++) find(`${n}`)
  const before = made
  for (let n = 0; n < 1000; n++) find(`${n}`)
  assert.isAbove(made - before, 900)
  assert.strictEqual(find("999"), find("999"))
})
