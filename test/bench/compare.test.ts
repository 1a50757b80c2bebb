/** The short form of the benchmark fails on a ratio that is worse than the committed one, and on nothing else. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { compare, type Figure, wanted } from "../../bench/lib/compare.ts"

const figure = (id: string, ratio: number | null, unit = "µs"): Figure => ({ id, ratio, unit })
const passes = (was: Figure, is: Figure): boolean | undefined => compare([is.id], [was], [is])[0]?.passes

describe("compare", () => {
  it("lets a ratio be 15 % worse, and no more", () => {
    assert.isTrue(passes(figure("a", 1), figure("a", 1.149)))
    assert.isFalse(passes(figure("a", 1), figure("a", 1.151)))
    assert.isTrue(passes(figure("a", 0.4), figure("a", 0.459)))
    assert.isFalse(passes(figure("a", 0.4), figure("a", 0.461)))
  })

  it("lets a ratio be as much better as it likes", () => {
    assert.isTrue(passes(figure("a", 1), figure("a", 0.1)))
    assert.isTrue(passes(figure("a", 1, "/s"), figure("a", 3, "/s")))
  })

  it("takes more of a rate as better", () => {
    assert.isTrue(passes(figure("a", 1, "/s"), figure("a", 0.851, "/s")))
    assert.isFalse(passes(figure("a", 1, "/s"), figure("a", 0.849, "/s")))
  })

  it("passes a row that the committed table does not have, or has without a ratio", () => {
    assert.deepStrictEqual(compare(["b"], [figure("a", 1)], [figure("b", 9)]), [
      { id: "b", was: undefined, is: 9, passes: true }
    ])
    assert.isTrue(passes(figure("a", null), figure("a", 9)))
  })

  it("fails a row that was not measured", () => {
    assert.deepStrictEqual(compare(["a"], [figure("a", 1)], []), [{ id: "a", was: 1, is: undefined, passes: false }])
    assert.isFalse(passes(figure("a", 1), figure("a", Number.NaN)))
    assert.isFalse(passes(figure("a", 1), figure("a", null)))
  })

  it("judges only what it is asked for", () => {
    const verdicts = compare(["a"], [figure("a", 1), figure("b", 1)], [figure("a", 1), figure("b", 9)])
    assert.deepStrictEqual(
      verdicts.map(({ id }) => id),
      ["a"]
    )
  })

  it("reads the committed table", () => {
    const { rows } = JSON.parse(readFileSync("bench/results/latest.json", "utf8")) as {
      readonly rows: ReadonlyArray<Figure>
    }
    const [plain] = compare(["events.plain"], rows, rows)
    assert.isTrue(plain?.passes)
    assert.isAbove(plain?.was ?? 0, 0)
  })
})

it("every row that is compared for a change is in the committed table", () => {
  const { rows } = JSON.parse(readFileSync(new URL("../../bench/results/latest.json", import.meta.url), "utf8"))
  const committed = (rows as ReadonlyArray<Figure>).filter(({ ratio }) => ratio !== null).map(({ id }) => id)
  assert.includeMembers(
    committed,
    wanted.map(({ id }) => id)
  )
})
