import { assert, describe, it } from "@effect/vitest"
import { unwantedSequence } from "../../../src/gateway/internal/unwantedEvents.ts"

describe("unwanted events", () => {
  const none = () => false
  const read = (text: string, wants: (event: string) => boolean = none) => {
    // Its neighbours are none of its bytes, though they would go on with it.
    const before = Buffer.from('{"t":"')
    const bytes = Buffer.concat([before, Buffer.from(text), Buffer.from('MESSAGE_CREATE","s":9,"op":0,"d":{}}')])
    return unwantedSequence(bytes, before.length, before.length + Buffer.byteLength(text), { wants })
  }
  const head = (payload: unknown, wants?: (event: string) => boolean) => read(JSON.stringify(payload), wants)

  it("are recognized by their first bytes, which give their sequence number", () => {
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: 42, op: 0, d: { a: 1 } }), 42)
    assert.strictEqual(
      head({ t: "GUILD_SCHEDULED_EVENT_USER_REMOVE", s: 123456789, op: 0, d: "é".repeat(99) }),
      123456789
    )
  })

  it("do not include READY, RESUMED, and events that somebody wants", () => {
    assert.strictEqual(
      head({ t: "MESSAGE_CREATE", s: 1, op: 0, d: {} }, (event) => event === "MESSAGE_CREATE"),
      0
    )
    assert.strictEqual(head({ t: "READY", s: 1, op: 0, d: {} }), 0)
    assert.strictEqual(head({ t: "RESUMED", s: 1, op: 0, d: {} }), 0)
  })

  it("do not include other payloads, and payloads that are written differently", () => {
    assert.strictEqual(head({ t: null, s: null, op: 11, d: null }), 0)
    assert.strictEqual(head({ op: 0, t: "PRESENCE_UPDATE", s: 42, d: {} }), 0)
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: 42, op: 1, d: {} }), 0)
    assert.strictEqual(head({ t: "PRESENCE_UPDATE", s: "x", op: 0, d: {} }), 0)
    assert.strictEqual(head({ t: "X".repeat(200), s: 42, op: 0, d: {} }), 0)
    for (const text of ["", '{"t":"', '{"t":"A', '{"t":"A","s":', '{"t":"A","s":1', '{"t":"A","s":1,"op":']) {
      assert.strictEqual(read(text), 0, text)
    }
  })
})
