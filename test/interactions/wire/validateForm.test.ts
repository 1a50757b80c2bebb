import { assert, describe, it } from "@effect/vitest"
import { validateForm } from "../../../src/interactions/wire/validateForm.ts"
import type { Json } from "../../mutate.ts"
import { stringSelect } from "./bodies.ts"
import * as Fake from "./fake.ts"

const x = (length: number): string => "x".repeat(length)

const label = (component: Json, fields: Json = {}): Json => ({ type: 18, label: "a", component, ...fields })

const form = (...components: ReadonlyArray<Json>): Json => ({ title: "a", custom_id: "form", components })

const input = (fields: Json = {}): Json => ({ type: 4, custom_id: "a", style: 1, ...fields })

const text = (fields: Json): Json => form(label(input(fields)))

const choices = (count: number) => Array.from({ length: count }, (_, n) => ({ label: `${n}`, value: `${n}` }))

const radio = (fields: Json): Json => form(label({ type: 21, custom_id: "a", options: choices(2), ...fields }))

const checkboxes = (fields: Json): Json => form(label({ type: 22, custom_id: "a", options: choices(2), ...fields }))

const files = (fields: Json): Json => form(label({ type: 19, custom_id: "a", ...fields }))

const at = "components[0].component"

describe("validateForm", () => {
  for (const [title, body, path, rule] of [
    ["a form has a title", { ...text({}), title: "" }, "title", "1 to 45 characters"],
    ["a title has 45 characters", { ...text({}), title: x(46) }, "title", "1 to 45 characters"],
    ["a form has fields", form(), "components", "1 to 5 entries"],
    [
      "a form has five fields",
      form(...Array.from({ length: 6 }, (_, n) => label(input({ custom_id: `${n}` })))),
      "components",
      "1 to 5 entries"
    ],
    ["a field has a label", form(label(input(), { label: "" })), "components[0].label", "1 to 45 characters"],
    ["a label has 45 characters", form(label(input(), { label: x(46) })), "components[0].label", "1 to 45 characters"],
    [
      "a description has 100 characters",
      form(label(input(), { description: x(101) })),
      "components[0].description",
      "at most 100 characters"
    ],
    [
      "fields have names of their own",
      form(label(input()), label(input())),
      "components[1].component.custom_id",
      "a custom id of its own"
    ],
    ["a name has 100 characters", text({ custom_id: x(101) }), `${at}.custom_id`, "1 to 100 characters"],
    ["a length below 0", text({ min_length: -1 }), `${at}.min_length`, "at most 4000"],
    ["a length over 4000", text({ max_length: 4001 }), `${at}.max_length`, "1 to 4000"],
    [
      "a length of at least 3 and at most 2",
      text({ min_length: 3, max_length: 2 }),
      `${at}.min_length`,
      "no more than the maximum"
    ],
    ["a value has 4000 characters", text({ value: x(4001) }), `${at}.value`, "at most 4000 characters"],
    [
      "a value is as long as the field allows",
      text({ value: x(3), max_length: 2 }),
      `${at}.value`,
      "0 to 2 characters, as the field demands"
    ],
    [
      "a value is as long as the field demands",
      text({ value: "a", min_length: 2 }),
      `${at}.value`,
      "2 to 4000 characters, as the field demands"
    ],
    ["a placeholder has 100 characters", text({ placeholder: x(101) }), `${at}.placeholder`, "at most 100 characters"],
    ["radio buttons are two or more", radio({ options: choices(1) }), `${at}.options`, "2 to 10 entries"],
    ["radio buttons are ten or fewer", radio({ options: choices(11) }), `${at}.options`, "2 to 10 entries"],
    [
      "one radio button is selected",
      radio({ options: choices(2).map((each) => ({ ...each, default: true })) }),
      `${at}.options`,
      "at most one choice selected from the start"
    ],
    ["checkboxes are ten or fewer", checkboxes({ options: choices(11) }), `${at}.options`, "1 to 10 entries"],
    ["no more checkboxes than there are", checkboxes({ max_values: 3 }), `${at}.max_values`, "at most the 2 options"],
    ["at least 3 of 2 checkboxes", checkboxes({ min_values: 3 }), `${at}.min_values`, "no more than the maximum"],
    [
      "what is required has at least one value",
      checkboxes({ min_values: 0 }),
      `${at}.min_values`,
      "at least 1, unless `required` is false"
    ],
    [
      "so has a menu",
      form(label(stringSelect("a", { min_values: 0 }))),
      `${at}.min_values`,
      "at least 1, unless `required` is false"
    ],
    [
      "nothing is disabled",
      form(label(stringSelect("a", { disabled: true }))),
      `${at}.disabled`,
      "nothing disabled in a form"
    ],
    ["ten files", files({ max_values: 11 }), `${at}.max_values`, "1 to 10"],
    ["at least 2 files and at most 1", files({ min_values: 2 }), `${at}.min_values`, "no more than the maximum"],
    [
      "no button under a label",
      form(label({ type: 2, style: 1, label: "a", custom_id: "a" })),
      `${at}.type`,
      "a component that Discord allows under a label"
    ],
    [
      "text between fields is not empty",
      form({ type: 10, content: "" }),
      "components[0].content",
      "1 to 4000 characters"
    ],
    [
      "no container in a form",
      form({ type: 17, components: [] }),
      "components[0].type",
      "a component that Discord allows in a form"
    ]
  ] as ReadonlyArray<readonly [string, Json, string, string]>) {
    it(`${title}: ${path}: ${rule}`, () => {
      assert.deepStrictEqual(Fake.verdict(validateForm(body), Fake.form(body)), {
        broken: [[path, rule]],
        isTaken: false
      })
    })
  }
})
