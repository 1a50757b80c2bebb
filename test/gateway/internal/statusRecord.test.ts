import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as GatewayError from "../../../src/gateway/GatewayError.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as ShardStatus from "../../../src/gateway/ShardStatus.ts"
import { legal, StatusRecord } from "../../../src/gateway/internal/statusRecord.ts"

const end = { _tag: "Zombie" } as const
const stages: { readonly [name in ShardStatus.StageName]: ShardStatus.Stage } = {
  Queued: { _tag: "Queued" },
  Connecting: { _tag: "Connecting" },
  Handshake: { _tag: "Handshake" },
  Identifying: { _tag: "Identifying" },
  Resuming: { _tag: "Resuming" },
  Connected: { _tag: "Connected" },
  Disconnected: { _tag: "Disconnected", end },
  Backoff: { _tag: "Backoff", until: 0, end },
  Fatal: { _tag: "Fatal", error: GatewayError.fromReason(new GatewayError.AuthenticationFailed()) },
  Stopped: { _tag: "Stopped" }
}
const names = Object.keys(stages) as Array<ShardStatus.StageName>

describe("StatusRecord", () => {
  it("accepts legal steps only", () => {
    for (const from of names) {
      for (const to of names) {
        const changes: Array<ShardStatus.Change> = []
        const status = new StatusRecord(ShardId.make(0), 1, (change) => changes.push(change))
        status.stage = stages[from]
        if (legal[from].includes(to)) {
          status.transition(stages[to], 5)
          assert.deepStrictEqual(changes, [
            { shard: ShardId.make(0), total: 1, from: stages[from], to: stages[to], at: 5 }
          ])
        } else {
          assert.throws(() => status.transition(stages[to], 5), `from ${from} to ${to}`)
          assert.strictEqual(status.stage, stages[from])
          assert.isEmpty(changes)
        }
      }
    }
  })

  it("can reach every stage, and can be stopped in every stage unless it has ended", () => {
    for (const name of names) {
      assert.strictEqual(legal[name].includes("Stopped"), !ShardStatus.isEnded(stages[name]), name)
      assert.isTrue(
        names.some((from) => legal[from].includes(name)),
        name
      )
    }
  })

  it("has the last latency, and the average of the last five", () => {
    const status = new StatusRecord(ShardId.make(0), 1, () => {})
    assert.isTrue(Option.isNone(status.snapshot(0).latency))
    for (const millis of [100, 10, 20, 30, 40, 50]) status.addLatency(millis)
    assert.deepStrictEqual(status.snapshot(0).latency, Option.some(Duration.millis(50)))
    assert.deepStrictEqual(status.snapshot(0).averageLatency, Option.some(Duration.millis(30)))
  })

  it("forgets the latency when the connection ends, and keeps the average", () => {
    const status = new StatusRecord(ShardId.make(0), 1, () => {})
    status.stage = stages.Connected
    status.addLatency(10)
    status.transition(stages.Disconnected, 1)
    const info = status.snapshot(1)
    assert.isTrue(Option.isNone(info.latency))
    assert.deepStrictEqual(info.averageLatency, Option.some(Duration.millis(10)))
    assert.deepStrictEqual(info.lastEnd, Option.some(end))
  })
})
