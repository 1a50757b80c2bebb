import { assert, describe, it } from "@effect/vitest"
import { validateMessage } from "../../../src/interactions/wire/validateMessage.ts"
import type { Json } from "../../mutate.ts"
import { display } from "./bodies.ts"
import * as Fake from "./fake.ts"

const x = (length: number): string => "x".repeat(length)

const embed = (fields: Json): Json => ({ embeds: [fields] })

const field = (fields: Json): Json => embed({ fields: [{ name: "a", value: "a", ...fields }] })

const v2 = 1 << 15

const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`)

const validate = (data: Json, files: ReadonlyArray<string> = []) =>
  validateMessage({ data, files: files.map((name) => ({ name })) }, true)

describe("validateMessage", () => {
  for (const [title, body, path, rule] of [
    ["a content has 2000 characters", { content: x(2001) }, "content", "at most 2000 characters"],
    ["ten embeds", { embeds: ids(11).map((title) => ({ title })) }, "embeds", "at most 10 entries"],
    ["a title has 256 characters", embed({ title: x(257) }), "embeds[0].title", "at most 256 characters"],
    [
      "a description has 4096 characters",
      embed({ description: x(4097) }),
      "embeds[0].description",
      "at most 4096 characters"
    ],
    [
      "a footer has 2048 characters",
      embed({ footer: { text: x(2049) } }),
      "embeds[0].footer.text",
      "at most 2048 characters"
    ],
    [
      "an author has 256 characters",
      embed({ author: { name: x(257) } }),
      "embeds[0].author.name",
      "at most 256 characters"
    ],
    [
      "25 fields",
      embed({ fields: ids(26).map((name) => ({ name, value: "a" })) }),
      "embeds[0].fields",
      "at most 25 entries"
    ],
    ["a field has a name", field({ name: " " }), "embeds[0].fields[0].name", "1 to 256 characters"],
    ["a field's name has 256 characters", field({ name: x(257) }), "embeds[0].fields[0].name", "1 to 256 characters"],
    ["a field has a value", field({ value: "" }), "embeds[0].fields[0].value", "1 to 1024 characters"],
    [
      "a field's value has 1024 characters",
      field({ value: x(1025) }),
      "embeds[0].fields[0].value",
      "1 to 1024 characters"
    ],
    [
      "6000 characters in all embeds",
      { embeds: [{ description: x(4000) }, { description: x(2000), title: "a" }] },
      "embeds",
      "at most 6000 characters in total"
    ],
    [
      "no content beside Components V2",
      { content: "a", components: [display()], flags: v2 },
      "content",
      "no content beside Components V2"
    ],
    [
      "no embeds beside Components V2",
      { embeds: [{ title: "a" }], components: [display()], flags: v2 },
      "embeds",
      "no embeds beside Components V2"
    ],
    [
      "users are parsed or named",
      { allowed_mentions: { parse: ["users"], users: ["1"] } },
      "allowed_mentions.users",
      "no ids beside `users` in `parse`"
    ],
    [
      "roles are parsed or named",
      { allowed_mentions: { parse: ["roles"], roles: ["1"] } },
      "allowed_mentions.roles",
      "no ids beside `roles` in `parse`"
    ],
    [
      "100 users are mentioned",
      { allowed_mentions: { users: ids(101) } },
      "allowed_mentions.users",
      "at most 100 entries"
    ]
  ] as ReadonlyArray<readonly [string, Json, string, string]>) {
    it(`${title}: ${path}: ${rule}`, () => {
      assert.deepStrictEqual(Fake.verdict(validate(body), Fake.message(body, [])), {
        broken: [[path, rule]],
        isTaken: false
      })
    })
  }

  it("ten files", () => {
    assert.deepStrictEqual(Fake.verdict(validate({}, ids(11)), Fake.message({}, ids(11))), {
      broken: [["files", "at most 10 entries"]],
      isTaken: false
    })
    assert.deepStrictEqual(validate({}, ids(10)), [])
  })

  it("white space around the texts of embeds does not count", () => {
    const body = embed({ title: ` ${x(256)} ` })
    assert.deepStrictEqual(validate(body), [])
    assert.isUndefined(Fake.message(body, []))
  })

  it("resetting what Components V2 exclude is allowed beside them", () => {
    assert.deepStrictEqual(validate({ content: null, embeds: [], components: [display()], flags: v2 }), [])
  })

  it("mentions of one kind are parsed beside ids of the other", () => {
    assert.deepStrictEqual(validate({ allowed_mentions: { parse: ["everyone", "roles"], users: ["1"] } }), [])
  })
})
