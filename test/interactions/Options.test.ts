import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import type * as Discord from "../../src/discord/Discord.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import { decode as decodeOptions, toData } from "../../src/interactions/definitions/internal/optionParts.ts"

const fields = {
  text: Options.string("Text"),
  colour: Options.string("Colour", { choices: ["red", "green"] }),
  size: Options.integer("Size", {
    choices: [
      { value: 1, label: "Small" },
      { value: 3, label: "Large" }
    ]
  }).pipe(Options.optional),
  ratio: Options.number("Ratio", { min: 0, max: 1 }).pipe(Options.optional),
  loud: Options.optional(Options.boolean("Loud")),
  who: Options.user("Who").pipe(Options.optional),
  where: Options.channel("Where").pipe(Options.optional),
  as: Options.role("As").pipe(Options.optional)
}

const picked = (values: Record<string, string | number | boolean>) =>
  Object.entries(values).map(([name, value]) => ({ name, value, type: 3 })) as unknown as Parameters<
    typeof decodeOptions
  >[1]["picked"]

const decode = (values: Record<string, string | number | boolean>, resolved?: object) =>
  decodeOptions(fields, { name: "test", path: [], picked: picked(values), resolved: resolved as never })

describe("Options", () => {
  it("choices have literal types, and the values of optional options may be undefined", () => {
    type Values = Options.Values<typeof fields>
    expectTypeOf<Values["text"]>().toEqualTypeOf<string>()
    expectTypeOf<Values["colour"]>().toEqualTypeOf<"red" | "green">()
    expectTypeOf<Values["size"]>().toEqualTypeOf<1 | 3 | undefined>()
    expectTypeOf<Values["ratio"]>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Values["loud"]>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Values["who"]>().toEqualTypeOf<Options.ResolvedUser | undefined>()
    expectTypeOf<Values["where"]>().toEqualTypeOf<Discord.Channel | undefined>()
    expectTypeOf<Values["as"]>().toEqualTypeOf<Discord.Role | undefined>()
  })

  it("values arrive by name in any order, and options that were left out are undefined", () => {
    const values = decode({ colour: "red", text: "hi", size: 3 })
    assert.strictEqual(values.text, "hi")
    assert.strictEqual(values.colour, "red")
    assert.strictEqual(values.size, 3)
    assert.isUndefined(values.ratio)
  })

  it("users, channels and roles are resolved, and users come with their member data", () => {
    const values = decode(
      { colour: "red", text: "hi", who: "1", where: "2", as: "3" },
      {
        users: { 1: { id: "1", username: "ann" } },
        members: { 1: { nick: "Annie" } },
        channels: { 2: { id: "2", name: "general" } },
        roles: { 3: { id: "3", name: "admins" } }
      }
    )
    assert.strictEqual(values.who?.username, "ann")
    assert.strictEqual(values.who?.member?.nick, "Annie")
    assert.strictEqual(values.where?.name, "general")
    assert.strictEqual(values.as?.name, "admins")
  })

  for (const [what, values, message] of [
    ["a required option is missing", { colour: "red" }, /Option "text" of \/test.*got nothing/],
    ["a type is another", { colour: "red", text: 7 }, /Option "text"/],
    ["a choice is none of ours", { colour: "blue", text: "hi" }, /Option "colour"/],
    ["an id was not resolved", { colour: "red", text: "hi", who: "9" }, /Option "who"/],
    ["an id names a prototype", { colour: "red", text: "hi", who: "__proto__" }, /Option "who"/]
  ] as const) {
    it(`decoding fails with an error that names the option when ${what}`, () => {
      assert.throws(() => decode(values, { users: {} }), Options.InvalidOption, message)
    })
  }

  it("the JSON for Discord has required options first, Discord's choices, and no undefined fields", () => {
    const data = toData({
      b: Options.optional(Options.boolean("B")),
      a: Options.string("A", { choices: [{ value: "r", label: "Red", labelLocalizations: { de: "Rot" } }, "g"] })
    })
    assert.deepStrictEqual(data as unknown, [
      {
        name: "a",
        required: true,
        type: 3,
        description: "A",
        choices: [
          { name: "Red", name_localizations: { de: "Rot" }, value: "r" },
          { name: "g", value: "g" }
        ]
      },
      { name: "b", required: false, type: 5, description: "B" }
    ])
  })
})
