/** The fields of modals, and selects. */
import { assert, describe, it } from "@effect/vitest"
import { choicesOf, defaultsOf, search, toggle, type Select } from "../../../src/playground/page/message/choices.ts"
import { emptyDirectory, type Directory } from "../../../src/playground/page/message/Directory.ts"
import {
  initialValue,
  modalParts,
  submitted,
  validateField,
  type Field,
  type FieldValue
} from "../../../src/playground/page/modal/fields.ts"
import { modal } from "./support/standIn.ts"

type Data = Parameters<typeof modalParts>[0]
const field = (component: object) => component as Field
const options = [
  { value: "a", label: "A" },
  { value: "b", label: "B", default: true }
]
const file = { filename: "a", data: "" }

describe("a modal", () => {
  const parts = modalParts(modal as unknown as Data)

  it("has all its fields, texts, and what is not known", () => {
    const kinds = parts.map((part) => (part.kind === "field" ? `${part.label}:${part.field.type}` : part.kind))
    assert.deepStrictEqual(kinds, [
      "text",
      "Name:4",
      "Story:4",
      "Colours:3",
      "Who:5",
      "Evidence:19",
      "Size:21",
      "Extras:22",
      "I agree:23",
      "unknown"
    ])
  })
  it("has fields in action rows, too", () => {
    const old = modalParts({
      custom_id: "x",
      title: "",
      components: [{ type: 1, components: [{ type: 4, custom_id: "t", style: 1, label: "T" }] }]
    } as unknown as Data)
    assert.deepStrictEqual(
      old.map((part) => part.kind === "field" && part.label),
      ["T"]
    )
  })
  it("submits what stands in its fields, and no radio group without a choice", () => {
    assert.deepStrictEqual(submitted(parts, new Map<string, FieldValue>([["name", "Ada"]])), {
      name: "Ada",
      story: "",
      colours: ["blue"],
      who: [],
      files: [],
      extras: ["b"],
      agree: false
    })
    assert.strictEqual(submitted(parts, new Map([["size", "l"]]))["size"], "l")
  })

  const cases: ReadonlyArray<readonly [object, FieldValue, string | undefined]> = [
    [{ type: 4 }, "", "This field is required"],
    [{ type: 4, required: false }, "", undefined],
    [{ type: 4, min_length: 3 }, "ab", "Must be 3 or more in length"],
    [{ type: 4, min_length: 3, required: false }, "", undefined],
    [{ type: 4, max_length: 1 }, "ab", "Must be 1 or fewer in length"],
    [{ type: 4 }, "x".repeat(4001), "Must be 4000 or fewer in length"],
    [{ type: 3, options }, [], "This field is required"],
    [{ type: 3, options, required: false }, [], undefined],
    [{ type: 3, options, min_values: 2, max_values: 2 }, ["a"], "Choose at least 2"],
    [{ type: 5 }, ["1", "2"], "Choose at most 1"],
    [{ type: 5, min_values: 0 }, [], undefined],
    [{ type: 19 }, [], "This field is required"],
    [{ type: 19, max_values: 1 }, [file, file], "Choose at most 1"],
    [{ type: 21, options }, "", "This field is required"],
    [{ type: 21, options, required: false }, "", undefined],
    [{ type: 22, options }, ["a", "b"], undefined],
    [{ type: 22, options, max_values: 1 }, ["a", "b"], "Choose at most 1"],
    [{ type: 23 }, false, undefined]
  ]
  for (const [component, value, expected] of cases) {
    it(`finds ${expected ?? "nothing"} wrong with ${JSON.stringify(component).slice(0, 60)} and ${JSON.stringify(value).slice(0, 30)}`, () =>
      assert.strictEqual(validateField(field(component), value), expected))
  }
  it("begins with the defaults", () => {
    assert.deepStrictEqual(
      [
        { type: 4, value: "x" },
        { type: 3, options },
        { type: 19 },
        { type: 21, options },
        { type: 22, options },
        { type: 23, default: true }
      ].map((each) => initialValue(field(each))),
      ["x", ["b"], [], "b", ["b"], true]
    )
  })
})

describe("selects", () => {
  const directory = {
    ...emptyDirectory,
    people: () => [{ user: { id: "1", username: "alice" }, name: "Al" }],
    roles: () => [{ id: "2", name: "@everyone" }],
    channels: () => [
      { id: "3", name: "general", type: 0 },
      { id: "4", name: "voice", type: 2 }
    ]
  } as unknown as Directory
  const select = (type: number, more: object = {}) => ({ type, custom_id: "x", options, ...more }) as unknown as Select
  const values = (it: Select) => choicesOf(it, directory).map(({ value }) => value)

  it("offer what their type says", () =>
    assert.deepStrictEqual(
      [3, 5, 6, 7, 8].map((type) => values(select(type))),
      [["a", "b"], ["1"], ["2"], ["1", "2"], ["3", "4"]]
    ))
  it("of channels offer the types that they name", () =>
    assert.deepStrictEqual(values(select(8, { channel_types: [2] })), ["4"]))
  it("begin with their defaults", () => {
    assert.deepStrictEqual(defaultsOf(select(3)), ["b"])
    assert.deepStrictEqual(defaultsOf(select(7, { default_values: [{ id: "2", type: "role" }] })), ["2"])
  })
  it("take no more than allowed, and replace a single choice", () => {
    assert.deepStrictEqual(toggle(["a"], "b", 1), ["b"])
    assert.deepStrictEqual(toggle(["a"], "a", 1), [])
    assert.deepStrictEqual(toggle(["a", "b"], "c", 2), ["a", "b"])
    assert.deepStrictEqual(toggle(["a"], "c", 2), ["a", "c"])
  })
  it("are searched by the beginning of labels first", () => {
    const choices = ["banana", "apple", "pineapple"].map((label) => ({ label, value: label, kind: "option" as const }))
    assert.deepStrictEqual(
      search(choices, "APP").map(({ label }) => label),
      ["apple", "pineapple"]
    )
  })
})
