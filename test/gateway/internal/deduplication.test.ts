import { assert, describe, it } from "@effect/vitest"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Schema from "effect/Schema"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as Deduplication from "../../../src/gateway/internal/deduplication.ts"

const shard = { id: ShardId.make(0), total: 1 }
const event = (t: string, d: unknown) => ({ op: 0, s: 1, t, d }) as unknown as GatewayDispatchPayload

const lag = 5000
const make = (publish: Deduplication.Options["publish"], options: Partial<Deduplication.Options> = {}) =>
  Deduplication.make({ publish, repeat: () => {}, total: 1, isCounted: () => true, lag, now: () => 0, ...options })

/** Lets events reach both sessions, each at its own time, and returns what was published. */
const run = (
  events: ReadonlyArray<{
    readonly at: number
    readonly content: number
    readonly toOld: number
    readonly toNew: number
    readonly away: boolean
  }>
) => {
  let now = 0
  const got: Array<string> = []
  const identifyAt = 20_000
  const readyAt = 22_000
  const both = make((_, payload) => got.push(JSON.stringify(payload.d)), {
    isCounted: () => now >= identifyAt,
    now: () => now
  })
  const arrivals = [
    { at: readyAt, run: () => both.begin(shard.id) },
    ...events.flatMap(({ at, away, content, toNew, toOld }) => {
      const payload = event("MESSAGE_CREATE", content)
      const old = { at: at + toOld, run: () => both.take("old", shard, payload) }
      // What is dispatched before READY is for the old session alone. One that is away gets it much later.
      if (at < readyAt) return [old]
      return [old, { at: at + toNew + (away ? 30_000 : 0), run: () => both.take("new", shard, payload) }]
    })
  ].toSorted((a, b) => a.at - b.at)
  for (const arrival of arrivals) {
    now = arrival.at
    arrival.run()
  }
  return { got, size: both.size() }
}

describe("deduplication", () => {
  it("publishes an event once, whichever side receives it first, as often as it happens", () => {
    const got: Array<unknown> = []
    const both = make((_, { d }) => got.push(d))
    both.take("old", shard, event("A", 1))
    both.take("new", shard, event("A", 1))
    both.take("new", shard, event("A", 2))
    both.take("old", shard, event("A", 2))
    both.take("old", shard, event("A", 1))
    both.take("old", shard, event("A", 1))
    both.take("new", shard, event("A", 1))
    both.take("new", shard, event("A", 1))
    assert.deepStrictEqual(got as unknown, [1, 2, 1, 1])
  })

  it("publishes the READY and RESUMED of both sides", () => {
    const got: Array<string> = []
    const both = make((_, { t }) => got.push(t))
    for (const side of ["old", "new"] as const) both.take(side, shard, event("READY", {}))
    assert.deepStrictEqual(got, ["READY", "READY"])
  })

  it("forgets an event when both sides have received it, and remembers it until then", () => {
    const got: Array<unknown> = []
    const both = make((_, { d }) => got.push(d))
    for (let n = 0; n < 5000; n++) both.take("old", shard, event("A", n))
    assert.strictEqual(both.size(), 5000)
    for (let n = 0; n < 5000; n++) both.take("new", shard, event("A", n))
    assert.strictEqual(both.size(), 0)
    assert.strictEqual(got.length, 5000)
  })

  it("compares events within the shard that serves their guild", () => {
    const got: Array<unknown> = []
    const both = make((_, { d }) => got.push(d), { total: 2 })
    const data = { guild_id: `${1n << 22n}` }
    both.take("old", shard, event("A", data))
    both.take("new", { id: ShardId.make(1), total: 2 }, event("A", data))
    assert.strictEqual(got.length, 1)
    const guild = { id: `${1n << 22n}` }
    both.take("old", shard, event("GUILD_UPDATE", guild))
    both.take("new", { id: ShardId.make(1), total: 2 }, event("GUILD_UPDATE", guild))
    assert.strictEqual(got.length, 2)
    for (const odd of [{ guild_id: "x" }, { guild_id: null }, {}]) both.take("old", shard, event("A", odd))
    assert.strictEqual(got.length, 5)
  })

  it("remembers for an old side that is away what a session of the new side has received, also when that has ended", () => {
    const got: Array<unknown> = []
    let now = 0
    const both = make((_, { d }) => got.push(d), { now: () => now })
    both.take("new", shard, event("A", 1))
    both.take("old", shard, event("A", 2))
    now = 60_000
    both.begin(shard.id)
    both.take("old", shard, event("A", 1))
    both.take("new", shard, event("A", 2))
    assert.deepStrictEqual(got as unknown, [1, 2, 2])
  })

  it("knows for the side that is left what was published for the other, once for each time", () => {
    const both = make(() => {})
    both.take("new", shard, event("A", 1))
    both.take("new", shard, event("A", 1))
    const repeats = [1, 2, 3].map(() => both.isRepeat("old", shard, event("A", 1)))
    assert.deepStrictEqual(repeats, [true, true, false])
    assert.isFalse(both.isRepeat("old", shard, event("A", 2)))
    assert.strictEqual(both.size(), 0)
  })

  it.prop(
    "publishes everything that happens during a take-over exactly once, also when the new side was away for long",
    {
      events: Schema.Array(
        Schema.Struct({
          at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50_000 })),
          toOld: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_900 })),
          toNew: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_900 })),
          away: Schema.Boolean
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
