/** What the load generator of the benchmark writes is the same events, however it writes them. */
import { assert, describe, it } from "@effect/vitest"
import { encodeFlood } from "../../bench/lib/encoding.ts"
import { flood, type Flood } from "../../bench/lib/payloads.ts"
import { lastId, someKinds, type Style } from "../../bench/lib/protocol.ts"

interface Payload {
  readonly op: number
  readonly s: number
  readonly t: string
  readonly d: { readonly id?: string }
}

const of = (style: Style, count = 400): Flood => ({ sequence: 7, count, withoutInteractions: false, style })
const payloads = (options: Flood) => [...flood(options)].map((text) => JSON.parse(text) as Payload)

/** The messages in the bytes of a server, and of how many frames each consists. */
const decode = (bytes: Buffer): ReadonlyArray<{ readonly text: string; readonly frames: number }> => {
  const messages: Array<{ text: string; frames: number }> = []
  let parts: Array<Buffer> = []
  for (let at = 0; at < bytes.length;) {
    const first = bytes.readUInt8(at)
    assert.strictEqual(first & 0x0f, parts.length === 0 ? 1 : 0)
    let length = bytes.readUInt8(at + 1)
    at += 2
    if (length === 126) {
      length = bytes.readUInt16BE(at)
      at += 2
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at))
      at += 8
    }
    parts.push(bytes.subarray(at, at + length))
    at += length
    if ((first & 0x80) === 0) continue
    messages.push({ text: Buffer.concat(parts).toString(), frames: parts.length })
    parts = []
  }
  assert.isEmpty(parts)
  return messages
}

describe("encodeFlood", () => {
  const styles: ReadonlyArray<Style> = [
    {},
    { writes: "frames" },
    { writes: "pieces" },
    { writes: "fragments" },
    { mix: "other", keys: "op-first", writes: "fragments" }
  ]

  it.each(styles.map((style) => ({ style, name: JSON.stringify(style) })))("$name", async ({ style }) => {
    const { bytes, chunks } = await encodeFlood(undefined, of(style))
    const written = Buffer.concat(chunks)
    const messages = decode(written)
    assert.strictEqual(bytes, written.length)
    assert.deepStrictEqual(
      messages.map(({ text }) => text),
      [...flood(of(style))]
    )
    for (const { frames } of messages) assert.strictEqual(frames, style.writes === "fragments" ? 3 : 1)
    if (style.writes === "frames") assert.lengthOf(chunks, messages.length)
    if (style.writes === "pieces") assert.isTrue(chunks.slice(0, -1).every(({ length }) => length === 1327))
  })
})

describe("the other mix", () => {
  it("has twelve kinds, three of which are wanted", () => {
    const kinds = new Set(payloads(of({ mix: "other" })).map(({ t }) => t))
    assert.strictEqual(kinds.size, 12)
    for (const kind of someKinds) assert.isTrue(kinds.has(kind), kind)
  })

  it("counts up, and ends with the interaction that clients wait for", () => {
    for (const style of [{}, { mix: "other" }, { mix: "other", keys: "op-first" }] as const) {
      const events = payloads(of(style))
      assert.deepStrictEqual(
        events.map(({ s }) => s),
        Array.from({ length: 400 }, (_, index) => 7 + index)
      )
      assert.strictEqual(events.at(-1)?.d.id, lastId)
      assert.lengthOf(
        events.filter(({ d }) => d.id === lastId),
        1
      )
    }
  })

  it("has the keys in the other order", () => {
    const [discord, other] = [of({}), of({ keys: "op-first" })].map((options) => flood(options).next().value ?? "")
    assert.deepStrictEqual(Object.keys(JSON.parse(discord ?? "")), ["t", "s", "op", "d"])
    assert.deepStrictEqual(Object.keys(JSON.parse(other ?? "")), ["op", "d", "s", "t"])
    assert.deepStrictEqual(JSON.parse(other ?? ""), JSON.parse(discord ?? ""))
  })
})
