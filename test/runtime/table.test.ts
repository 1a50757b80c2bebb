import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import type { Entry } from "../../src/runtime/internal/entry.ts"
import { Table } from "../../src/runtime/internal/table.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 70 }))

const Step = Schema.Union([
  Schema.TaggedStruct("open", { many: Count }),
  // One of those that are open, or nothing.
  Schema.TaggedStruct("close", { place: Count, many: Count })
])

describe("the table of Runtimes", () => {
  it.prop(
    "is a Map by number, whatever is opened and closed",
    [Arbitrary.array(Arbitrary.schema(Step), { minLength: 5, maxLength: 40 })],
    ([steps]) => {
      const table = new Table()
      const model = new Map<number, Entry>()
      let opened = 0
      const close = (entry: Entry | undefined) => {
        if (entry === undefined) return
        table.delete(entry)
        model.delete(entry.number)
      }
      for (const step of steps) {
        if (step._tag === "open") {
          for (let n = 0; n < step.many; n++) {
            const entry = { number: opened++ } as Entry
            table.add(entry)
            model.set(entry.number, entry)
          }
        } else {
          for (const entry of [...model.values()].slice(step.place, step.place + step.many)) close(entry)
        }
        assert.strictEqual(table.size, model.size)
        assert.deepStrictEqual(table.oldest(Infinity), [...model.values()])
        assert.deepStrictEqual(table.oldest(3), [...model.values()].slice(0, 3))
      }
      for (let number = 0; number <= opened; number++) assert.strictEqual(table.get(number), model.get(number))
      const limit = opened
      const met: Array<number> = []
      const known = [...model.keys()].filter((number) => number % 3 !== 1)
      for (const entry of model.values()) if (entry.number % 3 === 1) close(entry)
      for (const { number } of table.before(limit)) {
        met.push(number)
        close(model.get(number))
        const later = { number: opened++ } as Entry
        table.add(later)
        model.set(later.number, later)
      }
      assert.deepStrictEqual(met, known)
      // Like Map's: what is removed meanwhile is not met any more.
      table.forEach((entry) => {
        close(entry)
        close(table.get(entry.number + 1))
      })
      assert.strictEqual(table.size, 0)
      assert.deepStrictEqual(table.oldest(Infinity), [])
    },
    { arbitrary: { runs: 60 } }
  )
})
