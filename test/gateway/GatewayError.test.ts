import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as GatewayError from "../../src/gateway/GatewayError.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const shard = ShardId.make(3)
const reasons: ReadonlyArray<GatewayError.Reason> = [
  new GatewayError.AuthenticationFailed(),
  new GatewayError.InvalidShard({ shard, total: 3 }),
  new GatewayError.ShardingRequired({ total: 1 }),
  new GatewayError.InvalidApiVersion(),
  new GatewayError.InvalidIntents({ intents: 1 << 30 }),
  new GatewayError.DisallowedIntents({ intents: (1 << 1) | (1 << 15) }),
  new GatewayError.SessionLimitExhausted({ remaining: 50, total: 1000, resetAt: 1_700_000_000_000 }),
  new GatewayError.GatewayUnavailable({ detail: "status 500" }),
  new GatewayError.InvalidOptions({ option: "shards", detail: "no" }),
  new GatewayError.ShardNotRunning({ shard }),
  new GatewayError.PayloadRejected({ op: 8, bytes: 5000, detail: "too long" }),
  new GatewayError.MissingIntents({ missing: [{ intents: ["GuildMembers"], by: "welcome" }] }),
  new GatewayError.RequestTimedOut({ detail: "the members of guild 1", limit: 1000 })
]

describe("GatewayError", () => {
  it("says what happened and what to do about it", () => {
    for (const reason of reasons) {
      const error = GatewayError.fromReason(reason)
      assert.strictEqual(error.message, reason.message)
      assert.isAbove(error.message.length, 15, reason._tag)
    }
    assert.match(reasons[5]?.message ?? "", /GuildMembers, MessageContent$/)
    assert.match(reasons[6]?.message ?? "", /50 of 1000.*2023-11-14T22:13:20/)
  })

  it.effect("can be caught by a single reason", () =>
    Effect.gen(function* () {
      const caught = yield* Effect.fail(GatewayError.fromReason(new GatewayError.ShardNotRunning({ shard }))).pipe(
        Effect.catchReason("GatewayError", "ShardNotRunning", (reason) => Effect.succeed(reason.shard))
      )
      assert.strictEqual(caught, shard)
    })
  )
})
