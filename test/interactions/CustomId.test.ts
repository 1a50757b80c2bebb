import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { InvalidPayload, maxLength } from "../../src/interactions/wire/CustomId.ts"
import * as CustomId from "../../src/interactions/wire/customIdCodec.ts"

const Name = Schema.String.check(Schema.isPattern(/^[\w.-]{1,32}$/))
const Bound = Schema.TaggedStruct("Bound", {
  runtime: Schema.String.check(Schema.isPattern(/^[0-9a-z]{7,16}$/)),
  handler: Schema.String.check(Schema.isPattern(/^[0-9a-z]{1,6}$/))
})
const Independent = Schema.TaggedStruct("Independent", { name: Name, payload: Schema.String })

describe("CustomId", () => {
  it.prop("decode is the inverse of encode", { id: Schema.Union([Bound, Independent]) }, ({ id }) => {
    assert.deepStrictEqual(CustomId.decode(CustomId.encode(id)), id)
  })

  it.prop("copies of an id are different and mean the same", { id: Schema.Union([Bound, Independent]) }, ({ id }) => {
    const first = CustomId.encode(id)
    const copies = [first, ...[1, 2, 99].map((n) => CustomId.copy(first, n)), CustomId.copy(CustomId.copy(first, 1), 7)]
    assert.strictEqual(new Set(copies).size, copies.length)
    for (const copy of copies) assert.deepStrictEqual(CustomId.decode(copy), id)
  })

  it.prop("bound ids never exceed the limit of Discord", { id: Bound }, ({ id }) => {
    assert.isAtMost(CustomId.encode(id).length, maxLength)
  })

  it.prop("decode never throws, and accepts only what encode returns", { text: Schema.String }, ({ text }) => {
    const id = CustomId.decode(text)
    if (id !== undefined) assert.strictEqual(CustomId.encode(id), text.replace(/~\d{1,2}:/, ":"))
  })

  it.prop(
    "a payload is decoded to the value that was encoded",
    { role: Schema.String.check(Schema.isMaxLength(6), Schema.isPattern(/^[ -~]*$/)), open: Schema.Boolean },
    (payload) => {
      const codec = CustomId.payloadCodec("x", Schema.Struct({ role: Schema.String, open: Schema.Boolean }))
      assert.deepStrictEqual(codec.decode(codec.encode(payload)), payload)
    }
  )

  it("custom ids of other libraries are not decoded", () => {
    for (const text of ["", ":", "fc1b:", "fc1b::", "fc1b:a", "jdac.1.2", "fc9b:a:b", "fc1b~100:a:b", "__proto__"]) {
      assert.isUndefined(CustomId.decode(text))
    }
  })

  it("the error for a payload that is too long names the definition and the length", () => {
    const codec = CustomId.payloadCodec("note", Schema.String)
    assert.throws(() => codec.encode("x".repeat(200)), /"note" would be 212 characters long/)
  })

  it("every id leaves room for the number of a copy", () => {
    const codec = CustomId.payloadCodec("note", Schema.String)
    const longest = maxLength - CustomId.encode({ _tag: "Independent", name: "note", payload: '""' }).length - 3
    const id = codec.encode("x".repeat(longest))
    assert.strictEqual(CustomId.copy(id, 99).length, maxLength)
    assert.throws(() => codec.encode("x".repeat(longest + 1)), /"note"/)
  })

  it("a payload of another version names the definition and what is wrong", () => {
    const codec = CustomId.payloadCodec("join", Schema.Struct({ role: Schema.String }))
    assert.throws(() => codec.decode("fc1i:join:{}"), InvalidPayload, /"join".*role/s)
    assert.throws(() => codec.decode("fc1i:join:not json"), InvalidPayload)
  })
})
