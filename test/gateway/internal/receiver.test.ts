import { assert, describe, it } from "@effect/vitest"
import type * as Clock from "effect/Clock"
import * as Schema from "effect/Schema"
import type { Session } from "../../../src/gateway/SessionStore.ts"
import * as Receiver from "../../../src/gateway/internal/receiver.ts"

const setUp = (session: Session | undefined, wants: (event: string) => boolean = () => true, isAsked = true) => {
  const seen: Array<string> = []
  const dispatched: Array<unknown> = []
  const receiver = new Receiver.Receiver(session, { currentTimeMillisUnsafe: () => 5 } as Clock.Clock, {
    wants,
    onAcknowledgement: () => seen.push("ack"),
    onAuthenticated: ({ id }) => seen.push(`authenticated ${id}`),
    onCorrupt: () => seen.push("corrupt"),
    onCrash: () => seen.push("crash"),
    onDispatch: (payload) => {
      const { s, t } = payload
      dispatched.push(payload)
      if (t === ("THROW" as never)) throw new Error("a callback")
      seen.push(`${t} ${s}`)
    },
    onHeartbeatRequest: () => seen.push("heartbeat"),
    onHello: (interval) => seen.push(`hello ${interval}`),
    onInvalidSession: (resumable) => seen.push(`invalid ${resumable}`),
    onMalformed: (what) => seen.push(`malformed ${what}`),
    onReconnect: () => seen.push("reconnect"),
    onSkipped: (sequence) => seen.push(`skipped ${sequence}`)
  })
  if (isAsked) receiver.ask()
  const push = (payload: unknown) => pushText(JSON.stringify(payload))
  const pushText = (text: string) => {
    // It lies between other messages.
    receiver.push(Buffer.from(`{"op":1}${text}{"op":7}`), 8, 8 + Buffer.byteLength(text), false)
  }
  return { dispatched, push, pushText, receiver, seen }
}

const makeSession = (sequence = 0): Session => ({ id: "s", resumeUrl: "wss://x", startedAt: 0, sequence })

describe("receiver", () => {
  it("dispatches what Discord sends", () => {
    const { push, receiver, seen } = setUp(undefined)
    for (const payload of [
      { op: 10, d: { heartbeat_interval: 41_250 } },
      { op: 0, t: "READY", s: 1, d: { session_id: "abc", resume_gateway_url: "wss://x" } },
      { op: 0, t: "NEW_IN_2030", s: 2, d: {} },
      { op: 1 },
      { op: 11 },
      { op: 7 },
      { op: 9, d: true },
      { op: 9, d: false }
    ]) {
      push(payload)
    }
    assert.deepStrictEqual(seen, [
      "hello 41250",
      "authenticated abc",
      "READY 1",
      "NEW_IN_2030 2",
      "heartbeat",
      "ack",
      "reconnect",
      "invalid true",
      "invalid false"
    ])
    assert.deepStrictEqual(receiver.session, { id: "abc", resumeUrl: "wss://x", startedAt: 5, sequence: 2 })
  })

  it("ignores malformed payloads, and names their kind", () => {
    const { push, receiver, seen } = setUp(makeSession(3))
    for (const payload of [null, 1, "x", [], {}, { op: 99 }, { op: "0" }]) push(payload)
    push({ op: 0, d: {} })
    push({ op: 0, t: "A", s: "7" })
    push({ op: 0, t: {}, s: 7 })
    assert.deepStrictEqual(
      [...new Set(seen)],
      [
        "malformed a payload that is not an object",
        "malformed an unknown opcode",
        "malformed a dispatch without a valid name or sequence number"
      ]
    )
    assert.strictEqual(receiver.session?.sequence, 3)
    const fresh = setUp(undefined)
    fresh.push({ op: 0, t: "MESSAGE_CREATE", s: 7, d: {} })
    assert.deepStrictEqual(fresh.seen, ["malformed an event before READY"])
  })

  it("ignores impossible sequence numbers, which would make later events look old", () => {
    const { push, receiver, seen } = setUp(makeSession(3), (event) => event === "A")
    for (const s of [1e308, 2 ** 53 - 1, 0.5, 5_000_000]) push({ t: "A", s, op: 0, d: {} })
    push({ t: "UNWANTED", s: 5_000_000, op: 0, d: {} })
    push({ t: "A", s: 4, op: 0, d: null })
    push({ t: "A", s: 5, op: 0, d: {} })
    assert.deepStrictEqual(seen, [
      "malformed a dispatch without a valid name or sequence number",
      "malformed an impossible sequence number",
      "malformed a dispatch without a valid name or sequence number",
      "malformed an impossible sequence number",
      "malformed an impossible sequence number",
      "malformed an event without data",
      "A 5"
    ])
    assert.strictEqual(receiver.session?.sequence, 5)
  })

  it("skips what nobody wants, but READY and RESUMED", () => {
    const { push, seen } = setUp(undefined, (event) => event === "A")
    push({ t: "READY", s: 1, op: 0, d: { session_id: "abc", resume_gateway_url: "wss://x" } })
    push({ t: "B", s: 2, op: 0, d: {} })
    push({ op: 0, d: {}, s: 3, t: "B" })
    push({ t: "A", s: 4, op: 0, d: {} })
    push({ t: "B", s: 2, op: 0, d: {} })
    assert.deepStrictEqual(seen, ["authenticated abc", "READY 1", "skipped 2", "skipped 3", "A 4"])
    const resumed = setUp(makeSession(3), () => false)
    resumed.push({ t: "RESUMED", s: 4, op: 0, d: {} })
    assert.deepStrictEqual(resumed.seen, ["authenticated s", "RESUMED 4"])
  })

  it("hands on what the parser reads, with whatever members, and in whatever order", () => {
    const { dispatched, push, seen } = setUp(makeSession(0))
    const payloads = [
      { t: "A", s: 1, op: 0, d: { a: ["é🙂", 1] } },
      { op: 0, d: { t: "B" }, s: 2, t: "A" },
      { t: "A", s: 3, op: 0, d: {}, trace: { d: 1 } },
      { t: "A", s: 4, op: 0, d: {}, trace: 5 },
      { t: "A", s: 5, op: 0, d: { b: 1 } }
    ]
    for (const payload of payloads) push(payload)
    assert.deepStrictEqual(dispatched, payloads)
    assert.deepStrictEqual(seen, ["A 1", "A 2", "A 3", "A 4", "A 5"])
  })

  it("learns that a server adds members, and no longer tries to parse only the data", () => {
    const { push } = setUp(makeSession(0))
    const { parse } = JSON
    const counts: Array<number> = []
    try {
      for (let s = 1; s <= 3; s++) {
        let count = 0
        JSON.parse = (text) => {
          count++
          return parse(text) as unknown
        }
        push({ t: "A", s, op: 0, d: {}, trace: 5 })
        counts.push(count)
      }
    } finally {
      JSON.parse = parse
    }
    assert.deepStrictEqual(counts, [2, 1, 1])
  })

  it("tells what is corrupt as the parser does", () => {
    for (const text of [
      '{"t":"A","s":1,"op":0,"d":{"a":}}',
      '{"t":"A","s":1,"op":0,"d":}',
      '{"t":"A","s":1,"op":0,"d":{}'
    ]) {
      const { pushText, seen } = setUp(makeSession(0))
      pushText(text)
      assert.deepStrictEqual(seen, ["corrupt"], text)
    }
  })

  it("limits heartbeat intervals that are too short or too long", () => {
    for (const [interval, expected] of [
      [0.001, "hello 50"],
      [1e300, "hello 600000"],
      [0, "corrupt"],
      [-5, "corrupt"],
      ["41250", "corrupt"],
      [null, "corrupt"]
    ] as const) {
      const { push, seen } = setUp(undefined)
      push({ op: 10, d: { heartbeat_interval: interval } })
      assert.deepStrictEqual(seen, [expected])
    }
    const { push, seen } = setUp(undefined)
    push({ op: 10, d: null })
    assert.deepStrictEqual(seen, ["corrupt"])
  })

  it("accepts one READY or RESUMED on a connection", () => {
    const { push, seen } = setUp(makeSession())
    for (const s of [1, 2]) push({ op: 0, t: "RESUMED", s, d: {} })
    push({ op: 0, t: "READY", s: 3, d: { session_id: "other" } })
    assert.deepStrictEqual(seen, ["authenticated s", "RESUMED 1", "RESUMED 2", "READY 3"])
  })

  it("takes nothing for an answer that was not asked for", () => {
    const fresh = setUp(undefined, () => true, false)
    const ready = (s: number) => ({ op: 0, t: "READY", s, d: { session_id: "abc" } })
    fresh.push(ready(1))
    fresh.receiver.ask()
    fresh.push(ready(2))
    assert.deepStrictEqual(fresh.seen, ["malformed an event before READY", "authenticated abc", "READY 2"])
    const resumed = setUp(makeSession(3), () => true, false)
    for (const t of ["READY", "RESUMED"]) resumed.push({ op: 0, t, s: 4, d: { session_id: "other" } })
    resumed.push({ op: 0, t: "A", s: 4, d: {} })
    resumed.receiver.ask()
    resumed.push({ op: 0, t: "RESUMED", s: 5, d: {} })
    const unasked = "malformed a session that was not asked for"
    assert.deepStrictEqual(resumed.seen, [unasked, unasked, "A 4", "authenticated s", "RESUMED 5"])
  })

  it("refuses a READY whose sequence would make all later events look old", () => {
    for (const s of [-1, 1_000_001, Number.MAX_SAFE_INTEGER]) {
      const { push, receiver, seen } = setUp(undefined)
      push({ op: 0, t: "READY", s, d: { session_id: "abc" } })
      assert.deepStrictEqual([seen, receiver.session], [["corrupt"], undefined])
    }
  })

  it("hands on data that is an object, also of RESUMED, which may have none", () => {
    for (const d of [undefined, null, 5, []]) {
      const { dispatched, push } = setUp(makeSession(3))
      push({ op: 0, t: "RESUMED", s: 4, d })
      assert.deepStrictEqual(dispatched, [{ op: 0, t: "RESUMED", s: 4, d: Array.isArray(d) ? d : {} }])
    }
  })

  it("reports a callback that throws", () => {
    const { push, seen } = setUp(makeSession())
    push({ op: 0, t: "THROW", s: 1, d: {} })
    push({ op: 0, t: "A", s: 2, d: {} })
    assert.deepStrictEqual(seen, ["crash", "A 2"])
  })

  const json = Schema.Union([
    Schema.Null,
    Schema.Boolean,
    Schema.Finite,
    Schema.String,
    Schema.Array(Schema.Null),
    Schema.Struct({ heartbeat_interval: Schema.Union([Schema.Finite, Schema.String, Schema.Null]) }),
    Schema.Struct({ session_id: Schema.Union([Schema.String, Schema.Null]), resume_gateway_url: Schema.Null })
  ])
  it.prop(
    "never throws, and its sequence is a number that only grows, whatever arrives",
    {
      frames: Schema.Array(
        Schema.Union([
          json,
          Schema.Struct({
            t: Schema.Union([Schema.Literals(["READY", "RESUMED", "A", "__proto__", "constructor"]), json]),
            s: Schema.Union([Schema.Int, json]),
            op: Schema.Union([Schema.Literals([0, 0, 0, 1, 2, 7, 9, 10, 11]), json]),
            d: json
          })
        ])
      ),
      hasSession: Schema.Boolean,
      isAsked: Schema.Boolean,
      wants: Schema.Boolean
    },
    ({ frames, hasSession, isAsked, wants }) => {
      const { push, receiver, seen } = setUp(hasSession ? makeSession() : undefined, () => wants, isAsked)
      let last = -Infinity
      for (const frame of frames) {
        const before = seen.length
        push(frame)
        const current = receiver.session
        if (current === undefined) continue
        assert.isNumber(current.sequence)
        // READY begins a session with a sequence of its own.
        const isNew = seen.slice(before).some((each) => each.startsWith("authenticated"))
        if (!isNew) assert.isAtLeast(current.sequence, last)
        last = current.sequence
      }
      assert.notInclude(seen, "crash")
    },
    { arbitrary: { runs: 500 } }
  )
})
