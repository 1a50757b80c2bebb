import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { acts } from "../../chaos/faults.ts"
import { kinds } from "../../chaos/kinds.ts"
import * as Plan from "../../chaos/Plan.ts"

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
