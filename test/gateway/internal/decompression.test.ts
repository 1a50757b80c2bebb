import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Compression } from "../../../src/gateway/ShardManager.ts"
import * as Decompression from "../../../src/gateway/internal/decompression.ts"
import * as zlib from "node:zlib"

const deflated = (texts: ReadonlyArray<string>, compression: Compression): Promise<ReadonlyArray<Buffer>> =>
  new Promise((resolve) => {
    const stream = compression === "zlib-stream" ? zlib.createDeflate() : zlib.createZstdCompress()
    const flush = compression === "zlib-stream" ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
    const frames: Array<Buffer> = []
    let chunks: Array<Buffer> = []
    stream.on("data", (chunk: Buffer) => chunks.push(chunk))
    const next = (i: number): void => {
      const text = texts[i]
      if (text === undefined) return resolve(frames)
      stream.write(text)
      stream.flush(flush, () => {
        // Flushed bytes are emitted before the next turn of the event loop.
        setImmediate(() => {
          frames.push(Buffer.concat(chunks))
          chunks = []
          next(i + 1)
        })
      })
    }
    next(0)
  })

/** What a message completes, as text. It lies between other bytes. */
const push = (decompressor: Decompression.Decompressor, message: Buffer): string | undefined => {
  const length = decompressor.push(
    Buffer.concat([Buffer.from("???"), message, Buffer.from("??")]),
    3,
    3 + message.length
  )
  return length < 0 ? undefined : decompressor.bytes.toString("utf8", 0, length)
}

describe.each(["zlib-stream", "zstd-stream"] as const)("decompression of %s", (compression) => {
  const random = Array.from({ length: 60_000 }, (_, i) => ((i * 2654435761) >>> 7) % 997)
  const texts = ["{}", JSON.stringify(random), '{"é":"\u{1F600}"}', JSON.stringify([random, random]), "[1]"]
  const make = () => {
    const decompressor = Decompression.make(compression)
    if (decompressor === undefined) throw new Error(`this Node has no synchronous ${compression}`)
    return decompressor
  }

  it("returns every payload of a stream synchronously, also large ones", async () => {
    const decompressor = make()
    for (const [i, frame] of (await deflated(texts, compression)).entries()) {
      assert.isTrue(push(decompressor, frame) === texts[i], `payload ${i}`)
    }
    decompressor.close()
  })

  it("throws on a corrupt frame", async () => {
    const decompressor = make()
    push(decompressor, (await deflated(["{}"], compression))[0] ?? Buffer.alloc(0))
    assert.throws(() => push(decompressor, Buffer.from("no compression at all\u0000\u0000ÿÿ", "latin1")), compression)
    decompressor.close()
  })
})

// A context that is reset begins a new frame. Source: RFC 8878, sections 3.1 and 3.1.2: frames follow each other.
it.prop(
  "decompression of zstd-stream returns a payload with its message, whatever frames it is in",
  {
    messages: Schema.NonEmptyArray(
      Schema.NonEmptyArray(
        Schema.Struct({
          text: Schema.String,
          times: Schema.Literals([0, 1, 2, 1_000]),
          skipped: Schema.Union([Schema.Null, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))])
        })
      ).check(Schema.isMaxLength(4))
    ).check(Schema.isMaxLength(6))
  },
  ({ messages }) => {
    const decompressor = Decompression.make("zstd-stream")
    if (decompressor === undefined) throw new Error("this Node has no synchronous zstd-stream")
    for (const frames of messages) {
      const message = frames.flatMap(({ skipped, text, times }) => {
        const frame = zlib.zstdCompressSync(Buffer.from(text.repeat(times)))
        if (skipped === null) return [frame]
        const head = Buffer.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0)
        head.writeUInt32LE(skipped, 4)
        return [head, Buffer.alloc(skipped, "?"), frame]
      })
      // Halves of a character in two frames do not make one.
      const expected = frames.map(({ text, times }) => text.repeat(times).toWellFormed()).join("")
      assert.isTrue(push(decompressor, Buffer.concat(message)) === expected)
    }
    decompressor.close()
  },
  { arbitrary: { runs: 200 } }
)

it("decompression of zlib-stream throws on what follows the end of the stream", () => {
  const ended = zlib.deflateSync("{}")
  const ends: ReadonlyArray<ReadonlyArray<Buffer>> = [
    [Buffer.concat([ended, Buffer.of(0)])],
    [Buffer.concat([ended, ended])],
    [ended, ended],
    [ended, zlib.deflateSync("{}", { finishFlush: zlib.constants.Z_SYNC_FLUSH })],
    [ended, Buffer.of(0, 0, 0xff, 0xff)]
  ]
  for (const messages of ends) {
    const decompressor = Decompression.make("zlib-stream")
    if (decompressor === undefined) throw new Error("this Node has no synchronous zlib-stream")
    const last = messages.at(-1) ?? ended
    for (const message of messages.slice(0, -1)) assert.isUndefined(push(decompressor, message))
    assert.throws(() => push(decompressor, last), /more after the end/)
    decompressor.close()
  }
})

it("decompression of zlib-stream returns a payload in several messages with the last one", async () => {
  const decompressor = Decompression.make("zlib-stream")
  if (decompressor === undefined) throw new Error("this Node has no synchronous zlib-stream")
  const text = JSON.stringify({ a: "b".repeat(5000) })
  const frames = await deflated([text, text], "zlib-stream")
  for (const frame of frames) {
    const parts = Array.from(frame, (byte) => Buffer.of(byte)).map((part) => push(decompressor, part))
    assert.isTrue(parts.at(-1) === text)
    assert.isTrue(parts.slice(0, -1).every((part) => part === undefined))
  }
})
