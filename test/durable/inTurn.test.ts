/** How often a call of a dialogue is made that Discord does not answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inTurn } from "../../src/durable/internal/inTurn.ts"
import { fromRest } from "../../src/interactions/replies/MessageError.ts"
import { DiscordRestError, Timeout } from "../../src/rest/DiscordRestError.ts"

const limit = 60_000
const unanswered = fromRest("Messages.send", new DiscordRestError({ reason: new Timeout({ limit }) }))

describe("a call of a dialogue without an answer", () => {
  it.effect("is made ten times, which takes ten minutes", () =>
    Effect.gen(function* () {
      let calls = 0
      const call = Effect.suspend(() => {
        calls++
        return Effect.fail(unanswered)
      })
      assert.strictEqual(yield* Effect.flip(inTurn(call)), unanswered)
      assert.strictEqual(calls, 10)
    })
  )

  it.effect("is made once if a second one might do it twice", () =>
    Effect.gen(function* () {
      let calls = 0
      const call = Effect.suspend(() => {
        calls++
        return Effect.fail(unanswered)
      })
      yield* Effect.flip(inTurn(call, { isSafe: false }))
      assert.strictEqual(calls, 1)
    })
  )
})
