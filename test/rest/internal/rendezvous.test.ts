import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { ownerOf } from "../../../src/rest/internal/rendezvous.ts"

const names = Schema.UniqueArray(Schema.String).check(Schema.isMinLength(1), Schema.isMaxLength(6))

const keys = Array.from({ length: 6000 }, (_, n) => `/channels/${1_000_000_000_000_000_000n + BigInt(n) * 4_194_304n}`)

const sharesOf = (members: ReadonlyArray<string>) => {
  const shares = new Map(members.map((member) => [member, 0]))
  for (const key of keys) {
    const owner = ownerOf(key, members) ?? ""
    shares.set(owner, (shares.get(owner) ?? 0) + 1)
  }
  return [...shares.values()]
}

describe("the owner of a key", () => {
  it.prop("is one of the members, whatever their order", { members: names, key: Schema.String }, ({ key, members }) => {
    const owner = ownerOf(key, members)
    assert.include(members, owner)
    assert.strictEqual(ownerOf(key, members.toReversed()), owner)
  })

  it.prop(
    "changes only to a member that comes, and only from one that goes",
    { members: names, other: Schema.String, key: Schema.String },
    ({ key, members, other }) => {
      const before = members.filter((name) => name !== other)
      const [owner, owner2] = [ownerOf(key, before), ownerOf(key, [...before, other])]
      assert.isTrue(owner === owner2 || owner2 === other)
    }
  )

  it("is nobody without members", () => assert.isUndefined(ownerOf("a", [])))

  it.each([2, 3, 8, 30])("is each of %s members about as often", (count) => {
    const ideal = keys.length / count
    for (const form of [(n: number) => `${n}`, (n: number) => `bot-${n}.cluster.local:34431`]) {
      const shares = sharesOf(Array.from({ length: count }, (_, n) => form(n)))
      assert.isAbove(Math.min(...shares), ideal * 0.7)
      assert.isBelow(Math.max(...shares), ideal * 1.3)
    }
  })
})
