import { assert, describe, it } from "@effect/vitest"
import * as ShardId from "../../src/gateway/ShardId.ts"

describe("ShardId", () => {
  it("is an integer of 0 or more", () => {
    assert.strictEqual(ShardId.make(7), 7)
    assert.throws(() => ShardId.make(-1))
    assert.throws(() => ShardId.make(1.5))
  })

  it("is (guild_id >> 22) % total for a guild, also for ids that a double cannot hold", () => {
    assert.strictEqual(ShardId.fromGuildId("197038439483310086", 1), 0)
    assert.strictEqual(ShardId.fromGuildId("197038439483310086", 16), Number((197038439483310086n >> 22n) % 16n))
    assert.strictEqual(ShardId.fromGuildId(((5n << 22n) | 4194303n).toString(), 4), 1)
  })

  it("has ranges of consecutive ids", () => {
    assert.deepStrictEqual(ShardId.range(2, 3), [2, 3, 4].map(ShardId.make))
  })
})
