import { assert, describe, it } from "@effect/vitest"
import * as CloseCode from "../../../src/gateway/CloseCode.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as Errors from "../../../src/gateway/internal/errors.ts"

describe("the error of a fatal close code", () => {
  const context = { shard: ShardId.make(3), total: 4, intents: 1 << 15 }

  it("has the reason of the code, and says what to do", () => {
    for (const code of [4004, 4010, 4011, 4012, 4013, 4014]) {
      const decision = CloseCode.decide(code)
      assert(decision._tag === "Fatal")
      const error = Errors.fatal(decision.reason, context)
      assert.strictEqual(error.reason._tag, decision.reason)
      assert.isAbove(error.message.length, 20)
    }
  })

  it("names the privileged intents that were not granted", () => {
    assert.match(Errors.fatal("DisallowedIntents", context).message, /MessageContent$/)
  })
})
