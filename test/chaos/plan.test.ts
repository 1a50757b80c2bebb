import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { acts } from "../../chaos/faults.ts"
import { compressions, fatalCodes, kinds } from "../../chaos/kinds.ts"
import * as Plan from "../../chaos/Plan.ts"
import * as CloseCode from "../../src/gateway/CloseCode.ts"

const options = { seed: "a seed", millis: 120_000, shards: 16 }

it.effect("the same seed gives the same plan, another seed another", () =>
  Effect.gen(function* () {
    const plan = yield* Plan.make(options)
    assert.deepStrictEqual(plan, yield* Plan.make(options))
    assert.notDeepEqual(plan, yield* Plan.make({ ...options, seed: "another seed" }))
  })
)

it.effect("two minutes have every kind of fault, and every way for the process to end", () =>
  Effect.gen(function* () {
    const plan = yield* Plan.make(options)
    const planned = new Set(plan.steps.map(({ kind }) => kind))
    assert.deepStrictEqual(
      kinds.filter((kind) => !planned.has(kind)),
      []
    )
    assert.deepStrictEqual(Object.keys(acts).sort(), [...kinds].sort())
    assert.deepStrictEqual(new Set(plan.lives.map(({ how }) => how)), new Set(["stop", "kill", "fatal close"]))
  })
)

it.effect("twenty minutes have every fatal code, and seeds every compression", () =>
  Effect.gen(function* () {
    const plan = yield* Plan.make({ ...options, millis: 1_200_000 })
    const codes = plan.lives.flatMap(({ code, how }) => (how === "fatal close" ? [`${code}`] : []))
    assert.deepStrictEqual([...new Set(codes)].sort(), Object.keys(fatalCodes).sort())
    const plans = yield* Effect.forEach(Array.from({ length: 40 }), (_, n) => Plan.make({ ...options, seed: `${n}` }))
    assert.deepStrictEqual(new Set(plans.map(({ compression }) => compression)), new Set(compressions))
  })
)

it("a fatal code is one that the library gives up on, for that reason", () => {
  for (const [code, reason] of Object.entries(fatalCodes)) {
    assert.deepStrictEqual(CloseCode.decide(Number(code)), { _tag: "Fatal", reason })
  }
})
