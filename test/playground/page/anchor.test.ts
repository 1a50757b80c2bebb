/** What keeps the place of the list of messages. */
import { assert, describe, it } from "@effect/vitest"
import { Anchor, keysOf } from "../../../src/playground/page/chat/anchor.ts"
import { parseMarkdown } from "../../../src/playground/page/message/markdown.ts"

const row = (key: string, start: number, end: number) => ({ key, start, end })

/** An anchor that has measured these rows. */
const measured = (...keys: ReadonlyArray<string>): Anchor => {
  const anchor = new Anchor()
  for (const key of keys) anchor.shifts(row(key, 0, 1), 0)
  return anchor
}

describe("the place of the list of messages", () => {
  const cases: ReadonlyArray<readonly [string, Parameters<Anchor["shifts"]>[0], boolean]> = [
    ["a row above the first line", row("a", 0, 100), true],
    ["a row that reaches into view, which grows downwards", row("a", 50, 150), false],
    ["a row in view", row("a", 100, 200), false],
    ["a row above that was only estimated", row("new", 0, 100), true],
    ["a row that comes from above and was only estimated", row("new", 50, 150), true],
    ["a row in view that was only estimated", row("new", 100, 200), false]
  ]
  for (const [title, changed, expected] of cases) {
    it(`${expected ? "moves with" : "does not move with"} ${title}`, () =>
      assert.strictEqual(measured("a").shifts(changed, 100), expected))
  }
  it("moves, once, with the row that was first and loses the name above it", () => {
    const anchor = measured("a", "b")
    anchor.replace([row("a", 0, 0)], [row("b", 0, 0), row("a", 0, 0)])
    assert.isTrue(anchor.shifts(row("a", 100, 200), 100))
    assert.isFalse(anchor.shifts(row("a", 100, 200), 100))
  })
  it("knows rows of a list by the keys of that list", () => {
    const before = keysOf([{ key: "a" }])
    keysOf([{ key: "b" }])
    assert.strictEqual(before(0), "a")
    assert.strictEqual(before(1), 1)
  })
})

describe("markdown that was read", () => {
  it("is kept for the next time, and not for ever", () => {
    const nodes = parseMarkdown("**kept**")
    assert.strictEqual(parseMarkdown("**kept**"), nodes)
    for (let index = 0; index < 1000; index++) parseMarkdown(`${index}`)
    assert.notStrictEqual(parseMarkdown("**kept**"), nodes)
  })
})
