/** Encodes whole floods in advance: WebSocket framing and transport compression. */
import * as zlib from "node:zlib"
import { flood, type Flood } from "./payloads.ts"
import type { Compression, Style } from "./protocol.ts"

const final = 0x80
const opcodes = { continuation: 0, text: 1, binary: 2 } as const

/** One unmasked WebSocket frame of a server. */
const rawFrame = (payload: Buffer, firstByte: number): Buffer => {
  const { length } = payload
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = firstByte
  if (length < 126) head[1] = length
  else if (length < 65_536) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}

/** A message in one frame. */
const frame = (payload: Buffer, isText: boolean): Buffer =>
  rawFrame(payload, final | (isText ? opcodes.text : opcodes.binary))

/** A message in three frames. */
const fragments = (payload: Buffer): Buffer => {
  const third = Math.ceil(payload.length / 3)
  return Buffer.concat([
    rawFrame(payload.subarray(0, third), opcodes.text),
    rawFrame(payload.subarray(third, 2 * third), opcodes.continuation),
    rawFrame(payload.subarray(2 * third), final | opcodes.continuation)
  ])
}

// The two bytes that begin a zlib stream; raw deflate blocks follow.
const zlibHead = Buffer.from([0x78, 0x9c])

/**
 * A single payload that may appear anywhere in the stream of a connection, because it does not refer to anything before
 * it: raw deflate blocks can be concatenated, and so can whole zstd frames.
 */
export const single = (text: string, compression: Compression | undefined, isFirst: boolean): Buffer => {
  if (compression === undefined) return frame(Buffer.from(text), true)
  if (compression === "zstd-stream") return frame(zlib.zstdCompressSync(text), false)
  const blocks = zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH })
  return frame(isFirst ? Buffer.concat([zlibHead, blocks]) : blocks, false)
}

const chunkSize = 256 * 1024
// A prime, so that the cuts fall anywhere in a frame, and within the heads of some.
const pieceSize = 1327

/** Whole frames, in chunks of at least `size` bytes. */
const join = (frames: Iterable<Buffer>, size: number): Array<Buffer> => {
  const chunks: Array<Buffer> = []
  let pending: Array<Buffer> = []
  let length = 0
  for (const each of frames) {
    pending.push(each)
    length += each.length
    if (length < size) continue
    chunks.push(Buffer.concat(pending))
    pending = []
    length = 0
  }
  if (length > 0) chunks.push(Buffer.concat(pending))
  return chunks
}

const cut = (bytes: Buffer): Array<Buffer> => {
  const pieces: Array<Buffer> = []
  for (let at = 0; at < bytes.length; at += pieceSize) pieces.push(bytes.subarray(at, at + pieceSize))
  return pieces
}

const chunksOf = (frames: Iterable<Buffer>, writes: Style["writes"]): Array<Buffer> => {
  const chunks = join(frames, writes === "frames" ? 1 : chunkSize)
  return writes === "pieces" ? cut(Buffer.concat(chunks)) : chunks
}

const plainFrames = function* (options: Flood) {
  const encode = options.style.writes === "fragments" ? fragments : (payload: Buffer) => frame(payload, true)
  for (const text of flood(options)) yield encode(Buffer.from(text))
}

// One stream over all payloads, flushed after each of them, as Discord does.
const compressedFrames = async (compression: Compression, options: Flood): Promise<Array<Buffer>> => {
  const isZlib = compression === "zlib-stream"
  const stream = isZlib ? zlib.createDeflateRaw() : zlib.createZstdCompress()
  const flush = isZlib ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
  const parts: Array<Buffer> = []
  stream.on("data", (part: Buffer) => parts.push(part))
  const frames: Array<Buffer> = []
  let index = 0
  for (const text of flood(options)) {
    stream.write(text)
    index++
    // The last payload ends the zstd frame, so that another one may follow.
    if (!isZlib && index === options.count) await new Promise<void>((resolve) => stream.on("end", resolve).end())
    else await new Promise<void>((resolve) => stream.flush(flush, resolve))
    frames.push(frame(Buffer.concat(parts), false))
    parts.length = 0
  }
  return frames
}

/** The encoded bytes of a flood, and how many of them there are. */
export interface Encoded {
  readonly chunks: ReadonlyArray<Buffer>
  readonly bytes: number
}

const encode = async (compression: Compression | undefined, options: Flood): Promise<Encoded> => {
  const frames = compression === undefined ? plainFrames(options) : await compressedFrames(compression, options)
  const chunks = chunksOf(frames, options.style.writes)
  return { chunks, bytes: chunks.reduce((sum, { length }) => sum + length, 0) }
}

const known = new Map<string, Promise<Encoded>>()
// Two floods of a row, and those of the row before. All of them would be gigabytes.
const mostKnown = 4

/** The events of a flood as sent over the wire, encoded once for all clients of a row. */
export const encodeFlood = (compression: Compression | undefined, options: Flood): Promise<Encoded> => {
  const key = JSON.stringify([compression, options])
  let encoded = known.get(key)
  if (encoded === undefined) {
    encoded = encode(compression, options)
    known.set(key, encoded)
    const [oldest] = known.keys()
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  }
  return encoded
}
