import { assert, describe, it } from "@effect/vitest"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Schema from "effect/Schema"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as Deduplication from "../../../src/gateway/internal/deduplication.ts"

const shard = { id: ShardId.make(0), total: 1 }
const event = (t: string, d: unknown) => ({ op: 0, s: 1, t, d }) as unknown as GatewayDispatchPayload

const settle = 5000

/** Lets events reach both sessions, each at its own time, and returns what was published. */
const run = (
  events: ReadonlyArray<{
    readonly at: number
    readonly content: number
    readonly lag: number
    readonly newFirst: boolean
  }>
) => {
  const got: Array<string> = []
  const publish = (_: unknown, payload: GatewayDispatchPayload) => got.push(JSON.stringify(payload.d))
  const both = Deduplication.make(publish)
  const arrivals = events
    .flatMap(({ at, content, lag, newFirst }) => [
      { at: newFirst ? at + lag : at, content, side: "old" as const },
      { at: newFirst ? at : at + lag, content, side: "new" as const }
    ])
    .sort((a, b) => a.at - b.at)
  // The new side is counted from `start` on, and heard after `settle`. The old side is muted after another `settle`.
  const start = 20_000
  for (const { at, content, side } of arrivals) {
    const payload = event("MESSAGE_CREATE", content)
    if (side === "old") {
      if (at < start) publish(shard, payload)
      else if (at < start + 2 * settle) both.take("old", true, shard, payload)
    } else if (at >= start) {
      both.take("new", at >= start + settle, shard, payload)
    }
  }
  return { got, size: both.size() }
}

describe("deduplication", () => {
  it("publishes an event once, whichever side receives it first, as often as it happens", () => {
    const got: Array<unknown> = []
    const both = Deduplication.make((_, { d }) => got.push(d))
    both.take("old", true, shard, event("A", 1))
    both.take("new", true, shard, event("A", 1))
    both.take("new", true, shard, event("A", 2))
    both.take("old", true, shard, event("A", 2))
    both.take("old", true, shard, event("A", 1))
    both.take("old", true, shard, event("A", 1))
    both.take("new", true, shard, event("A", 1))
    both.take("new", true, shard, event("A", 1))
    assert.deepStrictEqual(got as unknown, [1, 2, 1, 1])
  })

  it("publishes the READY and RESUMED of both sides", () => {
    const got: Array<string> = []
    const both = Deduplication.make((_, { t }) => got.push(t))
    for (const side of ["old", "new"] as const) both.take(side, true, shard, event("READY", {}))
    assert.deepStrictEqual(got, ["READY", "READY"])
  })

  it("forgets an event when both sides have received it, and remembers it until then", () => {
    const got: Array<unknown> = []
    const both = Deduplication.make((_, { d }) => got.push(d))
    for (let n = 0; n < 5000; n++) both.take("old", true, shard, event("A", n))
    assert.strictEqual(both.size(), 5000)
    for (let n = 0; n < 5000; n++) both.take("new", true, shard, event("A", n))
    assert.strictEqual(both.size(), 0)
    assert.strictEqual(got.length, 5000)
  })

  it.prop(
    "publishes everything that happens during a take-over exactly once",
    {
      events: Schema.Array(
        Schema.Struct({
          at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50_000 })),
          lag: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: settle - 1 })),
          newFirst: Schema.Boolean
        })
      ).check(Schema.isMaxLength(200))
    },
    ({ events }) => {
      const { got } = run(events.map((each, content) => ({ ...each, content })))
      assert.deepStrictEqual(
        got.map(Number).sort((a, b) => a - b),
        events.map((_, content) => content)
      )
    },
    { arbitrary: { runs: 300, size: 100 } }
  )
})
