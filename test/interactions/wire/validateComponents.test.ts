import { assert, describe, it } from "@effect/vitest"
import { validateMenu } from "../../../src/interactions/wire/validateComponents.ts"
import { validateMessage } from "../../../src/interactions/wire/validateMessage.ts"
import type { Json } from "../../mutate.ts"
import { button, display, row, stringSelect } from "./bodies.ts"
import * as Fake from "./fake.ts"

const x = (length: number): string => "x".repeat(length)

const rows = (...components: ReadonlyArray<Json>): Json => ({ components })

const v2 = (...components: ReadonlyArray<Json>): Json => ({ components, flags: 1 << 15 })

const one = (fields: Json): Json => rows(row({ ...button("1"), ...fields }))

const link = (url: string): Json => rows(row({ type: 2, style: 5, label: "a", url }))

const select = (fields: Json): Json => rows(row(stringSelect("1", fields)))

const choices = (count: number) => Array.from({ length: count }, (_, n) => ({ label: `${n}`, value: `${n}` }))

const section = (fields: Json): Json => v2({ type: 9, components: [display()], accessory: button("1"), ...fields })

const gallery = (...items: ReadonlyArray<Json>): Json => v2({ type: 12, items })

const media = (url: string, fields: Json = {}): Json => ({ media: { url }, ...fields })

const buttons = (count: number) => Array.from({ length: count }, (_, n) => button(`${n}`))

const file = (url: string): Json => v2({ type: 13, file: { url } })

const at = "components[0].components[0]"

describe("validateComponents", () => {
  for (const [title, body, path, rule] of [
    ["a label has 80 characters", one({ label: x(81) }), `${at}.label`, "at most 80 characters"],
    ["a button has a label or an emoji", one({ label: "" }), at, "a label or an emoji"],
    ["a button has a custom id", one({ custom_id: "" }), `${at}.custom_id`, "1 to 100 characters"],
    ["a custom id has 100 characters", one({ custom_id: x(101) }), `${at}.custom_id`, "1 to 100 characters"],
    ["a button has a known style", one({ style: 7 }), `${at}.style`, "1 to 6"],
    ["a button with a custom id has no URL", one({ url: "https://x.y" }), `${at}.url`, "no URL beside a custom id"],
    [
      "custom ids differ",
      rows(row(button("1")), row(button("1"))),
      "components[1].components[0].custom_id",
      "a custom id of its own"
    ],
    ["a link has a URL", link(""), `${at}.url`, "1 to 512 characters"],
    ["a URL has 512 characters", link(`https://${x(505)}`), `${at}.url`, "1 to 512 characters"],
    ["a URL is one of the web", link("steam://x"), `${at}.url`, "a URL with http, https or discord"],
    ["a premium button has an SKU", rows(row({ type: 2, style: 6 })), `${at}.sku_id`, "1 to 20 characters"],
    [
      "Discord decides how a premium button looks",
      rows(row({ type: 2, style: 6, sku_id: "1", label: "a" })),
      at,
      "neither a label nor an emoji on a premium button"
    ],
    [
      "a placeholder has 150 characters",
      select({ placeholder: x(151) }),
      `${at}.placeholder`,
      "at most 150 characters"
    ],
    ["a menu has options", select({ options: [] }), `${at}.options`, "1 to 25 entries"],
    ["a menu has 25 options", select({ options: choices(26) }), `${at}.options`, "1 to 25 entries"],
    [
      "an option has a label",
      select({ options: [{ label: "", value: "a" }] }),
      `${at}.options[0].label`,
      "1 to 100 characters"
    ],
    [
      "a value has 100 characters",
      select({ options: [{ label: "a", value: x(101) }] }),
      `${at}.options[0].value`,
      "1 to 100 characters"
    ],
    [
      "a description has 100 characters",
      select({ options: [{ label: "a", value: "a", description: x(101) }] }),
      `${at}.options[0].description`,
      "at most 100 characters"
    ],
    [
      "values differ",
      select({ options: [...choices(2), { label: "again", value: "0" }] }),
      `${at}.options[2].value`,
      "a value of its own among the options"
    ],
    ["no more than there are", select({ max_values: 3 }), `${at}.max_values`, "at most the 2 options"],
    [
      "at least 2 and at most 1",
      select({ min_values: 2, max_values: 1 }),
      `${at}.min_values`,
      "no more than the maximum"
    ],
    ["the maximum is 1 by default", select({ min_values: 2 }), `${at}.min_values`, "no more than the maximum"],
    [
      "no more defaults than can be selected",
      rows(row({ type: 6, custom_id: "1", default_values: [{ id: "1" }, { id: "2" }] })),
      `${at}.default_values`,
      "as many as can be selected"
    ],
    ["a row has five buttons", rows(row(...buttons(6))), "components[0].components", "1 to 5 entries"],
    ["a row is not empty", rows(row()), "components[0].components", "1 to 5 entries"],
    [
      "a row has one menu and nothing else",
      rows(row(stringSelect("1"), button("2"))),
      "components[0].components",
      "one select menu and nothing else"
    ],
    ["a row has no texts", rows(row(display())), `${at}.type`, "a component that Discord allows in a row"],
    ["five rows", rows(...buttons(6).map((each) => row(each))), "components", "at most 5 entries"],
    [
      "40 components",
      v2(...Array.from({ length: 41 }, () => display())),
      "components",
      "at most 40 components in total"
    ],
    ["a text is not empty", v2(display("")), "components[0].content", "1 to 4000 characters"],
    [
      "4000 characters in all texts, nested ones included",
      v2(display(x(2000)), { type: 17, components: [display(x(2001))] }),
      "components",
      "at most 4000 characters in total"
    ],
    ["a section has texts", section({ components: [] }), "components[0].components", "1 to 3 entries"],
    [
      "a section has three texts",
      section({ components: [display(), display(), display(), display()] }),
      "components[0].components",
      "1 to 3 entries"
    ],
    [
      "a section has something at its side",
      section({ accessory: null }),
      "components[0].accessory",
      "a button or a thumbnail"
    ],
    [
      "what that is: a button or a thumbnail",
      section({ accessory: display() }),
      "components[0].accessory.type",
      "a component that Discord allows beside a section"
    ],
    [
      "the description of a thumbnail has 1024 characters",
      section({ accessory: media("https://x.y", { type: 11, description: x(1025) }) }),
      "components[0].accessory.description",
      "at most 1024 characters"
    ],
    ["a gallery is not empty", gallery(), "components[0].items", "1 to 10 entries"],
    [
      "a gallery has ten pictures",
      gallery(...Array.from({ length: 11 }, () => media("https://x.y"))),
      "components[0].items",
      "1 to 10 entries"
    ],
    [
      "a picture is on the web or in a file",
      gallery(media("ftp://x.y")),
      "components[0].items[0].media.url",
      "a URL with http or https, or attachment:// and the name of a file"
    ],
    [
      "a picture comes with its file",
      gallery(media("attachment://b.png")),
      "components[0].items[0].media.url",
      "the name of a file that the message has"
    ],
    [
      "a file is one of the message",
      file("https://x.y"),
      "components[0].file.url",
      "attachment:// and the name of a file"
    ],
    [
      "a file comes with its upload",
      file("attachment://b.png"),
      "components[0].file.url",
      "the name of a file that the message has"
    ],
    [
      "a container is not empty",
      v2({ type: 17, components: [] }),
      "components[0].components",
      "something in a container"
    ],
    [
      "a container is not in a container",
      v2({ type: 17, components: [{ type: 17, components: [display()] }] }),
      `${at}.type`,
      "a component that Discord allows here"
    ]
  ] as ReadonlyArray<readonly [string, Json, string, string]>) {
    it(`${title}: ${path}: ${rule}`, () => {
      const problems = validateMessage({ data: body, files: [{ name: "a.png" }] }, true)
      assert.deepStrictEqual(Fake.verdict(problems.slice(0, 1), Fake.message(body, ["a.png"])), {
        broken: [[path, rule]],
        isTaken: false
      })
    })
  }

  it("an edit may show files that the message has already", () => {
    const data = file("attachment://b.png")
    assert.deepStrictEqual(validateMessage({ data, files: undefined }, false), [])
    assert.strictEqual(validateMessage({ data, files: undefined }, true).length, 1)
  })

  it("a component that Discord adds one day is not refused, and counts", () => {
    const unknown = { type: 99 }
    const body = v2(unknown, { type: 17, components: [unknown] })
    assert.deepStrictEqual(validateMessage({ data: body, files: undefined }, true), [])
    const many = validateMessage({ data: v2(...Array.from({ length: 41 }, () => unknown)), files: undefined }, true)
    assert.strictEqual(many.length, 1)
  })

  it("an edit may give back a file as Discord has sent it", () => {
    assert.deepStrictEqual(validateMessage({ data: file("https://cdn.x.y/a.txt"), files: undefined }, false), [])
  })

  it("the name of a file is compared as Discord writes it", () => {
    assert.deepStrictEqual(
      validateMessage({ data: file("attachment://my_file.png"), files: [{ name: "my file.png" }] }, true),
      []
    )
  })

  it("checks a menu before it has a custom id", () => {
    assert.deepStrictEqual(validateMenu({ type: 5 }), [])
    assert.deepStrictEqual(
      validateMenu({ type: 5, placeholder: x(151) }).map(({ path }) => path),
      ["placeholder"]
    )
  })
})
