import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { acts } from "../../chaos/faults.ts"
import { compressions, fatalCodes, kinds } from "../../chaos/kinds.ts"
import * as Plan from "../../chaos/Plan.ts"
import * as CloseCode from "../../src/gateway/CloseCode.ts"

const options = { seed: "a seed", millis: 120_000, shards: 16 }

it.effect("the same seed leads to the same plan, and another seed to another", () =>
  Effect.gen(function* () {
    const plan = yield* Plan.make(options)
    assert.deepStrictEqual(plan, yield* Plan.make(options))
    assert.notDeepEqual(plan, yield* Plan.make({ ...options, seed: "another seed" }))
  })
)

it.effect("a plan of two minutes has every kind of fault, and every kind of end", () =>
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

it.effect("a plan of twenty minutes has every fatal code, and forty seeds have every compression", () =>
  Effect.gen(function* () {
    const plan = yield* Plan.make({ ...options, millis: 1_200_000 })
    const codes = plan.lives.flatMap(({ code, how }) => (how === "fatal close" ? [`${code}`] : []))
    assert.deepStrictEqual([...new Set(codes)].sort(), Object.keys(fatalCodes).sort())
    const plans = yield* Effect.forEach(Array.from({ length: 40 }), (_, n) => Plan.make({ ...options, seed: `${n}` }))
    assert.deepStrictEqual(new Set(plans.map(({ compression }) => compression)), new Set(compressions))
  })
)

it("the library gives up on every fatal code of the plan, for the same reason", () => {
  for (const [code, reason] of Object.entries(fatalCodes)) {
    assert.deepStrictEqual(CloseCode.decide(Number(code)), { _tag: "Fatal", reason })
  }
})
