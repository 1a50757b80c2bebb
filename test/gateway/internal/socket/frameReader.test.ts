/** The frames of a server, beside `ws` as the reference. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ws from "ws"
import { FrameReader, maxMessageBytes } from "../../../../src/gateway/internal/socket/frameReader.ts"
import type { ProtocolError } from "../../../../src/gateway/internal/socket/protocolError.ts"

/** A bound that generated messages reach. */
const maxBytes = 70_000

const ended = ["closed", "invalid"]

/** What is read from parts, whose bytes are overwritten after each of them has been pushed. */
const read = (parts: ReadonlyArray<Buffer>, max = maxBytes): ReadonlyArray<string> => {
  const seen: Array<string> = []
  const see = (what: string, bytes: Buffer, start: number, end: number) =>
    void seen.push(`${what} ${bytes.toString("base64", start, end)}`)
  const reader = new FrameReader(
    {
      onMessage: (bytes, start, end, isBinary) => see(isBinary ? "binary" : "text", bytes, start, end),
      onPing: (bytes, start, end) => see("ping", bytes, start, end),
      onClose: (code) => void seen.push(`closed ${code}`),
      onInvalid: ({ closeCode, message }: ProtocolError) => void seen.push(`invalid ${closeCode}: ${message}`)
    },
    max
  )
  // One buffer for all reads, and the part somewhere in it.
  const shared = Buffer.alloc(5 + parts.reduce((most, { length }) => Math.max(most, length), 0))
  for (const part of parts) {
    part.copy(shared, 3)
    reader.push(shared, 3, 3 + part.length)
    shared.fill(0xff)
  }
  return seen
}

// Its types do not have it.
const { Receiver: Reference } = Ws as unknown as {
  readonly Receiver: new (options: object) => NodeJS.WritableStream
}

/** What `ws` reads from the same bytes. */
const reference = async (bytes: Buffer): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = []
  const receiver = new Reference({ isServer: false, maxPayload: maxBytes, skipUTF8Validation: true })
  receiver.on("message", (data: Buffer, isBinary: boolean) =>
    seen.push(`${isBinary ? "binary" : "text"} ${data.toString("base64")}`)
  )
  receiver.on("ping", (data: Buffer) => seen.push(`ping ${data.toString("base64")}`))
  receiver.on("conclude", (code: number) => seen.push(`closed ${code === 1005 ? undefined : code}`))
  receiver.on("error", (error: Error & { readonly code?: string }) => {
    const status = Object.getOwnPropertySymbols(error).map((key) => (error as never)[key])[0]
    if (!seen.some((line) => line.startsWith("closed"))) seen.push(`invalid ${status}: ${error.message}`)
  })
  receiver.write(bytes)
  await new Promise((resolve) => setImmediate(resolve))
  return seen
}

const head = (first: number, length: number, masked = false, form = 0): Buffer => {
  const bit = masked ? 0x80 : 0
  if (form === 0 && length < 126) return Buffer.of(first, bit | length)
  const bytes = Buffer.alloc(form === 2 || length > 0xffff ? 10 : 4)
  bytes[0] = first
  bytes[1] = bit | (bytes.length === 4 ? 126 : 127)
  if (bytes.length === 4) bytes.writeUInt16BE(length, 2)
  else bytes.writeBigUInt64BE(BigInt(length), 2)
  return bytes
}

const payloadOf = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (at * 7 + length) & 0xff))

const frame = (first: number, payload: Buffer, form = 0): Buffer =>
  Buffer.concat([head(first, payload.length, false, form), payload])

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const short = Schema.Union([between(0, 200), between(120, 130)])
const lengths = Schema.Union([short, between(65_530, 65_540)])

const Control = Schema.Struct({
  _tag: Schema.tag("Control"),
  opcode: Schema.Literals([9, 10]),
  length: between(0, 125)
})
/** A message in fragments, between which there are control frames. */
const messageOf = (length: typeof lengths | typeof short) =>
  Schema.Struct({
    _tag: Schema.tag("Message"),
    opcode: Schema.Literals([1, 2]),
    form: between(0, 2),
    lengths: Schema.NonEmptyArray(length).check(Schema.isMaxLength(5)),
    between: Schema.Array(Control).check(Schema.isMaxLength(2))
  })
const Message = messageOf(lengths)
const Close = Schema.Struct({
  _tag: Schema.tag("Close"),
  code: Schema.Union([
    Schema.Undefined,
    between(995, 1020),
    between(2990, 3010),
    between(4000, 4020),
    between(0, 65_535)
  ]),
  reason: between(0, 123)
})
/** Any head, and any bytes after it. */
const Any = Schema.Struct({
  _tag: Schema.tag("Any"),
  first: between(0, 255),
  second: between(0, 255),
  rest: between(0, 140)
})

type Piece = (typeof Control)["Type"] | (typeof Message)["Type"] | (typeof Close)["Type"] | (typeof Any)["Type"]

const control = ({ length, opcode }: (typeof Control)["Type"]): Buffer => frame(0x80 | opcode, payloadOf(length))

const bytesOf = (piece: Piece): Buffer => {
  switch (piece._tag) {
    case "Control":
      return control(piece)
    case "Close": {
      const code = Buffer.alloc(piece.code === undefined ? 0 : 2)
      if (piece.code !== undefined) code.writeUInt16BE(piece.code)
      return frame(0x88, piece.code === undefined ? code : Buffer.concat([code, Buffer.alloc(piece.reason, "r")]))
    }
    case "Any":
      return Buffer.concat([Buffer.of(piece.first, piece.second), payloadOf(piece.rest)])
    case "Message":
      return Buffer.concat(
        piece.lengths.flatMap((length, at) => {
          const fin = at === piece.lengths.length - 1 ? 0x80 : 0
          const fragment = frame(fin | (at === 0 ? piece.opcode : 0), payloadOf(length), piece.form)
          return fin === 0 ? [fragment, ...piece.between.map(control)] : [fragment]
        })
      )
  }
}

const split = (bytes: Buffer, cuts: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const parts: Array<Buffer> = []
  for (let at = 0, cut = 0; at < bytes.length; cut++) {
    const size = cuts[cut % cuts.length] ?? 1
    parts.push(bytes.subarray(at, at + size))
    at += size
  }
  return parts
}

const cuts = Arbitrary.array(Arbitrary.schema(Schema.Union([between(1, 3), between(1, 400), between(1, 70_000)])), {
  minLength: 1,
  maxLength: 12
})
const pieces = (piece: Schema.Codec<Piece>) => Arbitrary.array(Arbitrary.schema(piece), { minLength: 1, maxLength: 12 })

describe("frames of a server", () => {
  it.effect.prop(
    "that are valid are read as `ws` reads them, however they are split, and nothing is kept of what was pushed",
    [pieces(Schema.Union([Message, Message, Control, Close]) as never), cuts],
    ([pieces, cuts]) =>
      Effect.gen(function* () {
        const bytes = Buffer.concat((pieces as ReadonlyArray<Piece>).map(bytesOf))
        const expected = yield* Effect.promise(() => reference(bytes))
        assert.deepStrictEqual(read([bytes]), expected)
        assert.deepStrictEqual(read(split(bytes, cuts)), expected)
      }),
    { arbitrary: { runs: 100 } }
  )

  it.effect.prop(
    "that are not valid end it as they end `ws`, also when bits of what was valid have changed",
    [
      pieces(Schema.Union([messageOf(short), Any, Any, Control, Close]) as never),
      cuts,
      Arbitrary.array(Arbitrary.schema(between(0, 20_000)), { minLength: 0, maxLength: 4 })
    ],
    ([pieces, cuts, flips]) =>
      Effect.gen(function* () {
        const bytes = Buffer.concat((pieces as ReadonlyArray<Piece>).map(bytesOf))
        for (const bit of flips) {
          const at = (bit >> 3) % bytes.length
          bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
        }
        // A length of more than 2^53 has an error of its own there, and is only too large here.
        const expected = (yield* Effect.promise(() => reference(bytes))).map((line) =>
          line.startsWith("invalid 1009") ? "invalid 1009: Max payload size exceeded" : line
        )
        assert.deepStrictEqual(read([bytes]), expected)
        assert.deepStrictEqual(read(split(bytes, cuts)), expected)
        const end = expected.findIndex((line) => ended.some((word) => line.startsWith(word)))
        assert.isTrue(end === -1 || end === expected.length - 1, "nothing follows an end")
      }),
    { arbitrary: { runs: 700 } }
  )

  const invalid: ReadonlyArray<[what: string, bytes: Buffer, error: string]> = [
    ["RSV1", head(0xc1, 0), "1002: Invalid WebSocket frame: RSV1 must be clear"],
    ["RSV2", head(0xa1, 0), "1002: Invalid WebSocket frame: RSV2 and RSV3 must be clear"],
    ["RSV3", head(0x91, 0), "1002: Invalid WebSocket frame: RSV2 and RSV3 must be clear"],
    ["a mask", head(0x81, 5, true), "1002: Invalid WebSocket frame: MASK must be clear"],
    ["a mask at a control frame", head(0x89, 5, true), "1002: Invalid WebSocket frame: MASK must be clear"],
    ["opcode 3", head(0x83, 0), "1002: Invalid WebSocket frame: invalid opcode 3"],
    ["opcode 11", head(0x8b, 0), "1002: Invalid WebSocket frame: invalid opcode 11"],
    ["a continuation of nothing", head(0x80, 0), "1002: Invalid WebSocket frame: invalid opcode 0"],
    [
      "a message within another",
      Buffer.concat([head(0x01, 0), head(0x81, 0)]),
      "1002: Invalid WebSocket frame: invalid opcode 1"
    ],
    ["a ping in fragments", head(0x09, 0), "1002: Invalid WebSocket frame: FIN must be set"],
    ["a ping of 126 bytes", head(0x89, 126), "1002: Invalid WebSocket frame: invalid payload length 126"],
    ["a close of one byte", head(0x88, 1), "1002: Invalid WebSocket frame: invalid payload length 1"],
    ["the code 1005", frame(0x88, Buffer.of(3, 237)), "1002: Invalid WebSocket frame: invalid status code 1005"],
    ["the code 5000", frame(0x88, Buffer.of(0x13, 0x88)), "1002: Invalid WebSocket frame: invalid status code 5000"],
    ["a message over the bound", head(0x82, maxMessageBytes + 1), "1009: Max payload size exceeded"],
    ["a length of 2^63", Buffer.of(0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0), "1009: Max payload size exceeded"]
  ]
  it.each(invalid)("%s is refused, before its payload has arrived", (_what, bytes, error) => {
    assert.deepStrictEqual(read([bytes], maxMessageBytes), [`invalid ${error}`])
    assert.deepStrictEqual(read(split(bytes, [1]), maxMessageBytes), [`invalid ${error}`])
  })

  it("fragments are bounded together", () => {
    const half = payloadOf(maxBytes / 2)
    const parts = [frame(0x01, half), frame(0x00, half), frame(0x00, Buffer.of(1))]
    assert.deepStrictEqual(read(parts), ["invalid 1009: Max payload size exceeded"])
    assert.lengthOf(read([...parts.slice(0, 2), frame(0x80, Buffer.alloc(0))]), 1)
  })

  it("of many connections are put together beside each other", () => {
    const seen: Array<string> = []
    const readers = Array.from({ length: 3 }, (_, n) => {
      const reader: FrameReader = new FrameReader({
        onMessage: (bytes, start, end) => {
          seen.push(bytes.toString("latin1", start, end))
          // What is ended by its own message gives its buffer back twice.
          if (n === 2) reader.stop()
        },
        onPing: () => assert.fail("a ping"),
        onClose: () => assert.fail("a close"),
        onInvalid: ({ message }) => assert.fail(message)
      })
      return reader
    })
    const texts = readers.map((_, n) => `${n}`.repeat(300))
    const streams = texts.map((text) => {
      const [first, second, third] = [0, 100, 200].map((at) => Buffer.from(text.slice(at, at + 100)))
      const one = [frame(0x01, first as Buffer), frame(0x00, second as Buffer), frame(0x80, third as Buffer)]
      return Buffer.concat([...one, ...one])
    })
    for (let at = 0; at < 620; at += 35) {
      for (const [n, reader] of readers.entries()) {
        const part = Buffer.from(streams[n]?.subarray(at, at + 35) ?? [])
        reader.push(part, 0, part.length)
      }
    }
    assert.deepStrictEqual(seen.toSorted(), [...texts, ...texts.slice(0, 2)].toSorted())
  })

  it("a message of megabytes is put together from many reads", () => {
    const payload = Buffer.alloc(5_000_000, "fibercord ")
    const bytes = Buffer.concat([frame(0x81, payload), frame(0x81, Buffer.from("next"))])
    const [large, next] = read(split(bytes, [65_536]), maxMessageBytes)
    assert.isTrue(large === `text ${payload.toString("base64")}`)
    assert.strictEqual(next, `text ${Buffer.from("next").toString("base64")}`)
  })

  it("is not read after a stop, even what was received with it", () => {
    const seen: Array<string> = []
    const reader: FrameReader = new FrameReader({
      onMessage: (bytes, start, end) => {
        seen.push(bytes.toString("latin1", start, end))
        reader.stop()
      },
      onPing: () => seen.push("ping"),
      onClose: () => seen.push("close"),
      onInvalid: () => seen.push("invalid")
    })
    const two = Buffer.concat([frame(0x81, Buffer.from("one")), frame(0x81, Buffer.from("two"))])
    for (let at = 0; at < two.length; at += 4) reader.push(two, at, Math.min(two.length, at + 4))
    reader.push(two, 0, two.length)
    assert.deepStrictEqual(seen, ["one"])
  })
})
