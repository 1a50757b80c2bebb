/** What is checked by hand of every interaction, beside what it stands for. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { isAnswerable, problemOf } from "../../../src/interactions/wire/validateInteraction.ts"

const snowflake = /^[0-9]{1,20}$/

const withIds = (id: unknown, application_id: unknown = "1") => ({ id, application_id, token: "t" })

describe("an id", () => {
  it("has nothing but the ten digits in it, whatever Unicode calls a digit", () => {
    for (let point = 0; point <= 0x10_ff_ff; point++) {
      const character = String.fromCodePoint(point)
      const id = `1${character}2`
      if (isAnswerable(withIds(id)) !== snowflake.test(id)) assert.fail(`U+${point.toString(16)}`)
    }
  })

  it.prop(
    "is what the expression says",
    {
      id: Schema.Union([
        Schema.Array(Schema.Literals(["0", "1", "9", "/", ":", " ", "١", "x"])).check(Schema.isMaxLength(24)),
        Schema.Array(Schema.Literals(["0", "1", "9"])).check(Schema.isMaxLength(24))
      ])
    },
    ({ id: characters }) => {
      const id = characters.join("")
      assert.strictEqual(isAnswerable(withIds(id)), snowflake.test(id))
      assert.strictEqual(isAnswerable(withIds("1", id)), snowflake.test(id))
    },
    { arbitrary: { runs: 500 } }
  )

  it("is a text", () => {
    for (const id of [1, 1n, null, undefined, ["1"], new String("1"), {}]) assert.isFalse(isAnswerable(withIds(id)))
  })
})

const Node: Schema.Codec<{ readonly name: unknown; readonly type: unknown; readonly options?: unknown }> =
  Schema.Struct({
    name: Schema.Union([Schema.Literals(["a"]), Schema.Null, Schema.Number]),
    type: Schema.Union([Schema.Literals([1, 2, 3, 1.5]), Schema.Literals(["1"])]),
    options: Schema.optionalKey(
      Schema.Union([
        Schema.Null,
        Schema.Array(Schema.suspend((): Schema.Codec<unknown> => Node)).check(Schema.isMaxLength(2))
      ])
    )
  }) as never

interface Node {
  readonly name: unknown
  readonly type: unknown
  readonly options?: unknown
}

/** Discord nests no deeper than a group, its subcommand, and the options of that. */
const isOption = (option: unknown, level: number): boolean => {
  const { name, options, type } = option as Node
  if (level > 3 || typeof name !== "string" || !Number.isInteger(type)) return false
  if (options === undefined) return true
  return Array.isArray(options) && level < 3 && options.every((one) => isOption(one, level + 1))
}

describe("the options of a command", () => {
  it.prop(
    "have names and types on three levels at most",
    { options: Schema.Array(Node).check(Schema.isMaxLength(2)) },
    ({ options }) => {
      const user = { id: "1", username: "a" }
      const raw = { ...withIds("1"), type: 2, user, data: { name: "a", type: 1, options } }
      const isRight = options.every((option) => isOption(option, 1))
      assert.strictEqual(problemOf(raw) === undefined, isRight, JSON.stringify(options))
    },
    { arbitrary: { runs: 500 } }
  )
})
