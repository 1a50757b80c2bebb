import { assert, describe, it } from "@effect/vitest"
import { validateCommand, validateCounts } from "../../../src/interactions/wire/validateCommand.ts"
import type { Json } from "../../mutate.ts"
import * as Fake from "./fake.ts"

const x = (length: number): string => "x".repeat(length)

const slash = (fields: Json): Json => ({ name: "a", description: "a", ...fields })

const option = (fields: Json): Json => slash({ options: [{ type: 3, name: "o", description: "a", ...fields }] })

const leaf = (name: string, fields: Json = {}): Json => ({ type: 3, name, description: "a", ...fields })

const many = (count: number, make: (index: number) => Json): ReadonlyArray<Json> =>
  Array.from({ length: count }, (_, index) => make(index))

const choice = (index: number): Json => ({ name: `${index}`, value: `${index}` })

const large = (extra: string): Json =>
  slash({
    options: [
      // 3 × (1 + 100 + 25 × 100 + characters of one digit numbers) and the rest.
      ...many(3, (n) =>
        leaf(`${n}`, { description: x(100), choices: many(25, () => ({ name: x(50), value: x(50) })) })
      ),
      leaf("d", { description: x(100), choices: [{ name: x(90), value: extra }] })
    ]
  })

const largeSize = 2 + 3 * (1 + 100 + 2500) + 1 + 100 + 90

describe("validateCommand", () => {
  for (const [title, command, path, rule] of [
    ["a name is not empty", slash({ name: "" }), "name", "1 to 32 characters"],
    ["a name has 32 characters", slash({ name: x(33) }), "name", "1 to 32 characters"],
    ["a name has no spaces", slash({ name: "a b" }), "name", `only letters, digits, "-", "_" and "'"`],
    ["a name is in lower case", slash({ name: "Ä" }), "name", "lower case"],
    ["so is a translation", slash({ name_localizations: { de: "Ä" } }), "name_localizations.de", "lower case"],
    ["a description is not empty", slash({ description: "" }), "description", "1 to 100 characters"],
    ["a description has 100 characters", slash({ description: x(101) }), "description", "1 to 100 characters"],
    [
      "a translated description has 100 characters",
      slash({ description_localizations: { de: x(101) } }),
      "description_localizations.de",
      "1 to 100 characters"
    ],
    ["25 options", slash({ options: many(26, (n) => leaf(`${n}`)) }), "options", "at most 25 entries"],
    [
      "an option has a name of its own",
      slash({ options: [leaf("a"), leaf("a")] }),
      "options.a.name",
      "a name of its own among the options"
    ],
    [
      "required options come first",
      slash({ options: [leaf("a"), leaf("b", { required: true })] }),
      "options.b.required",
      "required options before optional ones"
    ],
    ["an option has a known type", option({ type: 12 }), "options.o.type", "1 to 11"],
    ["an option is named in lower case", option({ name: "O" }), "options.O.name", "lower case"],
    ["25 choices", option({ choices: many(26, choice) }), "options.o.choices", "at most 25 entries"],
    [
      "the name of a choice has 100 characters",
      option({ choices: [{ name: x(101), value: "a" }] }),
      "options.o.choices[0].name",
      "1 to 100 characters"
    ],
    [
      "so has its translation",
      option({ choices: [{ name: "a", value: "a", name_localizations: { de: x(101) } }] }),
      "options.o.choices[0].name_localizations.de",
      "1 to 100 characters"
    ],
    [
      "the value of a choice has 100 characters",
      option({ choices: [{ name: "a", value: x(101) }] }),
      "options.o.choices[0].value",
      "1 to 100 characters"
    ],
    [
      "a whole number as a choice",
      option({ type: 4, choices: [{ name: "a", value: 0.5 }] }),
      "options.o.choices[0].value",
      "a whole number"
    ],
    [
      "choices are for texts and numbers",
      option({ type: 6, choices: [{ name: "a", value: 1 }] }),
      "options.o.choices",
      "only for texts and numbers"
    ],
    [
      "choices or suggestions",
      option({ choices: [choice(1)], autocomplete: true }),
      "options.o.autocomplete",
      "either choices or suggestions"
    ],
    [
      "suggestions are for texts and numbers",
      option({ type: 6, autocomplete: true }),
      "options.o.autocomplete",
      "only for texts and numbers"
    ],
    ["a length below 0", option({ min_length: -1 }), "options.o.min_length", "at most 6000"],
    ["a length over 6000", option({ max_length: 6001 }), "options.o.max_length", "1 to 6000"],
    [
      "a length of at least 3 and at most 2",
      option({ min_length: 3, max_length: 2 }),
      "options.o.min_length",
      "no more than the maximum"
    ],
    [
      "a number of at least 3 and at most 2",
      option({ type: 4, min_value: 3, max_value: 2 }),
      "options.o.min_value",
      "no more than the maximum"
    ],
    ["a broken bound of a whole number", option({ type: 4, max_value: 2.5 }), "options.o.max_value", "a whole number"],
    [
      "a number over 2^53",
      option({ type: 10, max_value: 2 ** 53 + 2 }),
      "options.o.max_value",
      `${-(2 ** 53)} to ${2 ** 53}`
    ],
    [
      "an option beside a subcommand",
      slash({ options: [leaf("s", { type: 1 }), leaf("o")] }),
      "options.o",
      "no options beside subcommands"
    ],
    ["a group without subcommands", option({ type: 2, options: [] }), "options.o.options", "1 to 25 entries"],
    [
      "a group in a group",
      option({ type: 2, options: [leaf("g", { type: 2 })] }),
      "options.o.options.g.type",
      "only subcommands in a group"
    ],
    [
      "a subcommand in a subcommand",
      option({ type: 1, options: [leaf("s", { type: 1 })] }),
      "options.o.options.s.type",
      "no subcommand in a subcommand"
    ],
    [
      "the option of a subcommand in a group",
      option({ type: 2, options: [leaf("s", { type: 1, options: [leaf("l", { description: "" })] })] }),
      "options.o.options.s.options.l.description",
      "1 to 100 characters"
    ],
    ["8000 characters in total", large(x(8001 - largeSize)), "", "at most 8000 characters in total"],
    ["the name of a context menu command", { type: 2, name: "" }, "name", "1 to 32 characters"],
    [
      "a description in a context menu",
      { type: 3, name: "a", description: "a" },
      "description",
      "no description in a context menu"
    ],
    [
      "options in a context menu",
      { type: 3, name: "a", options: [leaf("o")] },
      "options",
      "no options in a context menu"
    ]
  ] as ReadonlyArray<readonly [string, Json, string, string]>) {
    it(`${title}: ${path === "" ? "the command" : path}: ${rule}`, () => {
      assert.deepStrictEqual(Fake.verdict(validateCommand(command), Fake.command(command)), {
        broken: [[path, rule]],
        isTaken: false
      })
    })
  }

  it("counts 8000 characters, and of each text the longest translation", () => {
    assert.deepStrictEqual(validateCommand(large(x(8000 - largeSize))), [])
    const translated = { ...large(x(8000 - largeSize)), name_localizations: { de: "ab", fr: "a" } }
    assert.deepStrictEqual(Fake.verdict(validateCommand(translated), Fake.command(translated)), {
      broken: [["", "at most 8000 characters in total"]],
      isTaken: false
    })
  })

  it("a name may have an apostrophe", () => {
    assert.deepStrictEqual(validateCommand(slash({ name: "l'eau" })), [])
    assert.isUndefined(Fake.command(slash({ name: "l'eau" })))
  })

  it("counts characters as Discord does, not units of UTF-16", () => {
    assert.deepStrictEqual(validateCommand(slash({ description: "👍".repeat(100) })), [])
    assert.strictEqual(validateCommand(slash({ description: "👍".repeat(101) }))[0]?.actual, "101 characters")
  })

  it("finds all problems at once", () => {
    const command = slash({ name: "A", description: "", options: [leaf("B")] })
    assert.deepStrictEqual(Fake.verdict(validateCommand(command), Fake.command(command)), {
      broken: [
        ["name", "lower case"],
        ["description", "1 to 100 characters"],
        ["options.B.name", "lower case"]
      ],
      isTaken: false
    })
  })

  it("a scope has 100 slash commands, and 15 commands in each context menu", () => {
    const commands = (counts: readonly [number, number, number]) =>
      counts.flatMap((count, index) => Array.from({ length: count }, () => ({ type: index + 1 })))
    assert.deepStrictEqual(validateCounts(commands([100, 15, 15])), [])
    assert.deepStrictEqual(
      validateCounts(commands([101, 16, 16])).map(({ rule }) => rule),
      [
        "at most 100 slash commands in total",
        "at most 15 commands in the context menu of users in total",
        "at most 15 commands in the context menu of messages in total"
      ]
    )
  })
})
