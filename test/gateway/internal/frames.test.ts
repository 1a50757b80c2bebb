import { assert, describe, it } from "@effect/vitest"
import type * as Clock from "effect/Clock"
import * as zlib from "node:zlib"
import * as Receiver from "../../../src/gateway/internal/receiver.ts"

const setUp = () => {
  const seen: Array<string> = []
  const receiver = new Receiver.Receiver(undefined, { currentTimeMillisUnsafe: () => 0 } as Clock.Clock, {
    wants: () => true,
    onAcknowledgement: () => seen.push("ack"),
    onAuthenticated: () => {},
    onCorrupt: () => seen.push("corrupt"),
    onCrash: () => seen.push("crash"),
    onDispatch: () => {},
    onHeartbeatRequest: () => seen.push("heartbeat"),
    onHello: (interval) => seen.push(`hello ${interval}`),
    onInvalidSession: () => {},
    onMalformed: (what) => seen.push(what),
    onReconnect: () => seen.push("reconnect"),
    onSkipped: () => {}
  })
  const push = (message: Buffer, isBinary: boolean) =>
    receiver.push(Buffer.concat([Buffer.from('{"op"'), message, message]), 5, 5 + message.length, isBinary)
  return { push, receiver, seen }
}

const payloads = [{ op: 10, d: { heartbeat_interval: 41_250 } }, { op: 11 }, { op: 7 }].map((each) =>
  Buffer.from(JSON.stringify(each))
)
const all = ["hello 41250", "ack", "reconnect"]

/** The messages of one zlib-stream. */
const deflated = (): ReadonlyArray<Buffer> =>
  payloads.map((_, n) => {
    const upTo = (count: number) =>
      count === 0
        ? Buffer.alloc(0)
        : Buffer.concat([
            zlib.deflateSync(Buffer.concat(payloads.slice(0, count)), {
              finishFlush: zlib.constants.Z_SYNC_FLUSH,
              level: 0
            })
          ])
    return n === 0 ? upTo(1) : block(payloads[n] ?? Buffer.alloc(0))
  })
// A stored block and the empty one that ends a message. Source: RFC 1951, section 3.2.4.
const block = (data: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(data.length, 1)
  head.writeUInt16LE(0xffff - data.length, 3)
  return Buffer.concat([head, data, Buffer.from([0, 0, 0, 0xff, 0xff])])
}

describe("frames are read as what they are", () => {
  it("text is JSON, whatever was asked for", () => {
    const { push, seen } = setUp()
    for (const payload of payloads) push(payload, false)
    assert.deepStrictEqual(seen, all)
  })

  it("binary that is not compressed is JSON", () => {
    const { push, seen } = setUp()
    for (const payload of payloads) push(payload, true)
    assert.deepStrictEqual(seen, all)
  })

  it("binary that begins a zlib-stream goes on as one, with text in between", () => {
    const { push, receiver, seen } = setUp()
    const [first, ...rest] = deflated()
    push(first ?? Buffer.alloc(0), true)
    push(Buffer.from('{"op":1}'), false)
    for (const frame of rest) push(frame, true)
    assert.deepStrictEqual(seen, ["hello 41250", "heartbeat", "ack", "reconnect"])
    receiver.close()
  })

  it.each([9, 10, 11, 12, 13, 14, 15])("a zlib-stream may have a window of 2^%d bytes", (windowBits) => {
    const { push, receiver, seen } = setUp()
    const finishFlush = zlib.constants.Z_SYNC_FLUSH
    push(zlib.deflateSync(payloads[0] ?? Buffer.alloc(0), { windowBits, finishFlush }), true)
    assert.deepStrictEqual(seen, all.slice(0, 1))
    receiver.close()
  })

  it("binary that begins with zstd's magic number is zstd", () => {
    const { push, receiver, seen } = setUp()
    for (const payload of payloads) push(zlib.zstdCompressSync(payload), true)
    assert.deepStrictEqual(seen, all)
    receiver.close()
  })

  it("what is none of them is corrupt", () => {
    const { push, seen } = setUp()
    push(Buffer.from([0x83, 0x74, 0, 0]), true)
    assert.deepStrictEqual(seen, ["corrupt"])
  })
})
