import { assert, describe, it } from "@effect/vitest"
import * as CloseCode from "../../src/gateway/CloseCode.ts"

const name = (decision: CloseCode.Decision) => (decision._tag === "Fatal" ? decision.reason : decision._tag)

describe("CloseCode", () => {
  const expected: ReadonlyArray<[number | undefined, string]> = [
    [undefined, "Resume"],
    [1000, "Resume"],
    [1001, "Resume"],
    [1006, "Resume"],
    [1011, "Resume"],
    [4000, "Resume"],
    [4001, "Resume"],
    [4002, "Resume"],
    [4003, "Identify"],
    [4004, "AuthenticationFailed"],
    [4005, "Identify"],
    [4006, "Identify"],
    [4007, "Identify"],
    [4008, "Resume"],
    [4009, "Identify"],
    [4010, "InvalidShard"],
    [4011, "ShardingRequired"],
    [4012, "InvalidApiVersion"],
    [4013, "InvalidIntents"],
    [4014, "DisallowedIntents"],
    [4015, "Resume"],
    [4200, "Resume"],
    [4900, "Resume"],
    [4999, "Resume"]
  ]
  for (const [code, decision] of expected) {
    it(`${code ?? "no code"} means ${decision}`, () => {
      assert.strictEqual(name(CloseCode.decide(code)), decision)
      assert.deepStrictEqual(CloseCode.decideEnd({ _tag: "Closed", code }), CloseCode.decide(code))
    })
  }

  it("a shard resumes after an unknown code", () => {
    const known = new Set(expected.map(([code]) => code))
    const unknown = Array.from({ length: 5000 }, (_, code) => code).filter((code) => !known.has(code))
    assert.deepStrictEqual([...new Set(unknown.map((code) => name(CloseCode.decide(code))))], ["Resume"])
  })

  it("silence, op 9 and what cannot be read refuse a RESUME, and a broken connection is an outage", () => {
    assert.isTrue(CloseCode.isRefusal({ _tag: "TimedOut", waitingFor: "RESUMED" }))
    assert.isTrue(CloseCode.isRefusal({ _tag: "Corrupt", error: "bytes" }))
    assert.isFalse(CloseCode.isRefusal({ _tag: "TimedOut", waitingFor: "HELLO" }))
    for (const code of [undefined, 1000, 1001, 4000]) assert.isFalse(CloseCode.isRefusal({ _tag: "Closed", code }))
  })

  it("a shard waits for a whole window after 4008, and for 1 to 5 seconds after op 9", () => {
    assert.deepInclude(CloseCode.decide(4008), { wait: "send-window" })
    assert.deepInclude(CloseCode.decideEnd({ _tag: "InvalidSession", resumable: true }), {
      _tag: "Resume",
      wait: "invalid-session"
    })
    assert.deepInclude(CloseCode.decideEnd({ _tag: "InvalidSession", resumable: false }), {
      _tag: "Identify",
      wait: "invalid-session"
    })
  })

  it("a shard resumes after an end that is not a close", () => {
    const ends: ReadonlyArray<CloseCode.End> = [
      { _tag: "Unreachable", error: new Error("refused") },
      { _tag: "ReconnectRequested" },
      { _tag: "Zombie" },
      { _tag: "TimedOut", waitingFor: "HELLO" },
      { _tag: "Corrupt", error: new Error("json") },
      { _tag: "Crashed", error: new Error("defect") }
    ]
    for (const end of ends) assert.strictEqual(name(CloseCode.decideEnd(end)), "Resume", end._tag)
  })

  it("every end can be described in one line", () => {
    assert.strictEqual(CloseCode.describe({ _tag: "Closed", code: 4000 }), "closed with code 4000")
    assert.strictEqual(CloseCode.describe({ _tag: "Closed", code: undefined }), "closed without a close code")
    assert.match(CloseCode.describe({ _tag: "SessionLimitExhausted", resetAt: 0 }), /1970/)
  })

  it("1000 and 1001 end a session, and a client may send only them and 3000 to 4999", () => {
    for (let code = 0; code < 6000; code++) {
      assert.strictEqual(CloseCode.endsSession(code), code === 1000 || code === 1001)
      assert.strictEqual(CloseCode.isSendable(code), code === 1000 || code === 1001 || (code >= 3000 && code < 5000))
    }
    assert.isTrue(CloseCode.isSendable(CloseCode.resumable) && !CloseCode.endsSession(CloseCode.resumable))
  })
})
