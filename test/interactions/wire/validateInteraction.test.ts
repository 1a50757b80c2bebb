/** What is checked by hand of every interaction, beside what it stands for. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { isAnswerable, problemOf } from "../../../src/interactions/wire/validateInteraction.ts"

const snowflake = /^[0-9]{1,20}$/

const withIds = (id: unknown, application_id: unknown = "1") => ({ id, application_id, token: "t" })

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

describe("an id", () => {
  it("has nothing but the ten digits in it, whatever Unicode calls a digit", () => {
    const wrong: Array<number> = []
    for (let point = 0; point <= 0x10_ff_ff; point++) {
      const id = `1${String.fromCodePoint(point)}2`
      if (isAnswerable(withIds(id)) !== snowflake.test(id)) wrong.push(point)
    }
    assert.deepStrictEqual(wrong, [])
  })

  it.prop(
    "is what the expression says",
    { length: between(0, 23), at: between(0, 30), odd: Schema.Literals(["/", ":", " ", "١", "x", "-", "\n"]) },
    ({ at, length, odd }) => {
      const digits = "12345678901234567890123".slice(0, length)
      const id = at < length ? digits.slice(0, at) + odd + digits.slice(at + 1) : digits
      assert.strictEqual(isAnswerable(withIds(id)), snowflake.test(id))
      assert.strictEqual(isAnswerable(withIds("1", id)), snowflake.test(id))
    },
    { arbitrary: { runs: 500 } }
  )

  it("is a text", () => {
    for (const id of [1, 1n, null, undefined, ["1"], {}]) assert.isFalse(isAnswerable(withIds(id)))
  })
})

interface Option {
  readonly name?: unknown
  readonly type?: unknown
  readonly options?: unknown
}

const odd: Readonly<Record<string, Option>> = {
  nothing: {},
  name: { name: 5 },
  type: { type: "1" },
  half: { type: 1.5 },
  options: { options: null },
  object: { options: {} }
}

describe("the options of a command", () => {
  it.prop(
    "have names and types, on three levels at most",
    {
      levels: between(1, 5),
      oddAt: between(1, 5),
      what: Schema.Literals(["nothing", "name", "type", "half", "options", "object"])
    },
    ({ levels, oddAt, what }) => {
      let options: ReadonlyArray<Option> | undefined
      for (let level = levels; level >= 1; level--) {
        const whole = { name: "a", type: 1, ...(options === undefined ? {} : { options }) }
        options = [whole, level === oddAt ? { ...whole, ...odd[what] } : whole]
      }
      const user = { id: "1", username: "a" }
      const raw = { ...withIds("1"), type: 2, user, data: { name: "a", type: 1, options } }
      const isRight = levels <= 3 && (what === "nothing" || oddAt > levels)
      assert.strictEqual(problemOf(raw) === undefined, isRight)
    },
    { arbitrary: { runs: 300 } }
  )
})
