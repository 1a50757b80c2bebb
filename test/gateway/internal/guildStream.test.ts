import { assert, describe, it } from "@effect/vitest"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import { GuildStream } from "../../../src/gateway/internal/guildStream.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"

const [first, second] = [ShardId.make(0), ShardId.make(1)]
const event = (t: string, d: unknown) => ({ op: 0, s: 1, t, d }) as unknown as GatewayDispatchPayload
const ready = (...ids: ReadonlyArray<string>) =>
  event("READY", { guilds: ids.map((id) => ({ id, unavailable: true })) })

describe("GuildStream", () => {
  it("is complete when each shard has had READY and every guild that it names", () => {
    const stream = new GuildStream(true)
    const isComplete = () => stream.isComplete([first, second])
    assert.isFalse(isComplete())
    stream.take(first, ready("1", "2"), 0)
    stream.take(second, ready(), 1)
    assert.isFalse(isComplete())
    assert.isTrue(stream.take(first, event("GUILD_CREATE", { id: "1" }), 2))
    assert.isFalse(isComplete())
    // One that Discord cannot load.
    assert.isTrue(stream.take(first, event("GUILD_DELETE", { id: "2", unavailable: true }), 3))
    assert.isTrue(isComplete())
    assert.strictEqual(stream.lastAt, 3)
  })

  it.each([null, 5, "2", [], {}, { id: null }, { id: 2 }, { id: "" }, { id: "two" }])(
    "does not wait for %j",
    (other) => {
      const stream = new GuildStream(true)
      stream.take(first, event("READY", { guilds: [other, { id: "1" }] }), 0)
      assert.isTrue(stream.take(first, event("GUILD_CREATE", { id: "1" }), 1))
      assert.isTrue(stream.isComplete([first]))
    }
  )

  it("takes each guild of the beginning once: what comes later is news", () => {
    const stream = new GuildStream(true)
    stream.take(first, ready("1"), 0)
    assert.isFalse(stream.take(first, event("GUILD_CREATE", { id: "9" }), 1))
    assert.isTrue(stream.take(first, event("GUILD_CREATE", { id: "1" }), 1))
    assert.isFalse(stream.take(first, event("GUILD_CREATE", { id: "1" }), 2))
    assert.isFalse(stream.take(first, event("MESSAGE_CREATE", { id: "1" }), 2))
  })

  it("waits for no guild without the intent, nor for those that were given up", () => {
    const without = new GuildStream(false)
    without.take(first, ready("1"), 0)
    assert.isTrue(without.isComplete([first]))
    const stream = new GuildStream(true)
    stream.take(first, ready("1"), 0)
    stream.giveUp()
    assert.isTrue(stream.isComplete([first]))
    // It is news when it comes after all.
    assert.isFalse(stream.take(first, event("GUILD_CREATE", { id: "1" }), 2))
  })
})
