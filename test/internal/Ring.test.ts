import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Link, Ring, unlink } from "../../src/internal/Ring.ts"

interface Member extends Link {
  readonly name: number
}

const member = (name: number): Member => ({ name, previous: undefined, next: undefined })

const membersOf = (ring: Ring<Member>): ReadonlyArray<number> => {
  const names: Array<number> = []
  for (let at = ring.next; at !== ring; at = at.next as Link) {
    assert.strictEqual(at.next?.previous, at)
    names.push((at as Member).name)
  }
  return names
}

describe("a ring", () => {
  it.effect.prop(
    "has the members of a list to which the same was done",
    { steps: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -15, maximum: 30 }))) },
    ({ steps }) =>
      Effect.sync(() => {
        const ring = new Ring<Member>()
        const all: Array<Member> = []
        let list: Array<Member> = []
        for (const step of steps) {
          if (step < 0) {
            const added = member(all.length)
            all.push(added)
            list.push(added)
            ring.add(added)
          } else if (step % 3 === 0) {
            assert.strictEqual(ring.take(), list.shift())
          } else {
            // One that has left is taken out again without any effect.
            const out = all[step % Math.max(1, all.length)]
            if (out !== undefined) unlink(out)
            list = list.filter((one) => one !== out)
            assert.isUndefined(out?.next)
            assert.isUndefined(out?.previous)
          }
          assert.strictEqual(ring.first, list[0])
          assert.deepStrictEqual(
            membersOf(ring),
            list.map(({ name }) => name)
          )
        }
      })
  )
})
