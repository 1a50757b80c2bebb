/** Which process a mark belongs to, also after it has ended. */
import { assert, it } from "@effect/vitest"
import * as Member from "../../src/cluster/internal/member.ts"

it("a member remembers the marks of those that live, and of the last ones that have ended", () => {
  const member = new Member.Member({ name: "a:1", weight: 1 })
  const living = { name: "a:1", mark: "living" }
  for (let i = 0; i < 10_000; i++) Member.rememberMarks(member, [living, { name: "b:1", mark: `${i}` }])
  assert.strictEqual(member.marks.size, 4096)
  assert.strictEqual(member.marks.get("living"), "a:1")
  assert.strictEqual(member.marks.get("9999"), "b:1")
  assert.strictEqual(member.marks.get(`${10_000 - 4095}`), "b:1")
  assert.isUndefined(member.marks.get("0"))
  const many = Array.from({ length: 5000 }, (_, i) => ({ name: `${i}:1`, mark: `many ${i}` }))
  Member.rememberMarks(member, many)
  assert.strictEqual(member.marks.size, 5000)
  assert.strictEqual(member.marks.get("many 0"), "0:1")
})
