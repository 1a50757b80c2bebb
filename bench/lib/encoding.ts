/** Encodes whole floods in advance: WebSocket framing and transport compression. */
import * as zlib from "node:zlib"
import { flood } from "./payloads.ts"
import type { Compression } from "./protocol.ts"

/** One unfragmented, unmasked WebSocket frame of a server. */
const frame = (payload: Buffer, isText: boolean): Buffer => {
  const { length } = payload
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = isText ? 0x81 : 0x82
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

/** The encoded bytes of a flood, and how many of them there are. */
export interface Encoded {
  readonly chunks: ReadonlyArray<Buffer>
  readonly bytes: number
}

const chunkSize = 256 * 1024

const join = (frames: Iterable<Buffer>): Encoded => {
  const chunks: Array<Buffer> = []
  let pending: Array<Buffer> = []
  let size = 0
  let bytes = 0
  for (const each of frames) {
    pending.push(each)
    size += each.length
    bytes += each.length
    if (size < chunkSize) continue
    chunks.push(Buffer.concat(pending))
    pending = []
    size = 0
  }
  if (size > 0) chunks.push(Buffer.concat(pending))
  return { chunks, bytes }
}

const plainFrames = function* (sequence: number, count: number, withoutInteractions: boolean) {
  for (const text of flood(sequence, count, withoutInteractions)) yield frame(Buffer.from(text), true)
}

// One stream over all payloads, flushed after each of them, as Discord does.
const compressedFrames = async (compression: Compression, sequence: number, count: number): Promise<Array<Buffer>> => {
  const isZlib = compression === "zlib-stream"
  const stream = isZlib ? zlib.createDeflateRaw() : zlib.createZstdCompress()
  const flush = isZlib ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
  const parts: Array<Buffer> = []
  stream.on("data", (part: Buffer) => parts.push(part))
  const frames: Array<Buffer> = []
  let index = 0
  for (const text of flood(sequence, count)) {
    stream.write(text)
    index++
    // The last payload ends the zstd frame, so that another one may follow.
    if (!isZlib && index === count) await new Promise<void>((resolve) => stream.on("end", resolve).end())
    else await new Promise<void>((resolve) => stream.flush(flush, resolve))
    frames.push(frame(Buffer.concat(parts), false))
    parts.length = 0
  }
  return frames
}

const known = new Map<string, Promise<Encoded>>()

/** The events of a flood as sent over the wire, encoded once for all clients. Compressed ones have interactions. */
export const encodeFlood = (
  compression: Compression | undefined,
  sequence: number,
  count: number,
  withoutInteractions = false
): Promise<Encoded> => {
  const key = `${compression} ${sequence} ${count} ${withoutInteractions}`
  let encoded = known.get(key)
  if (encoded === undefined) {
    encoded =
      compression === undefined
        ? Promise.resolve(join(plainFrames(sequence, count, withoutInteractions)))
        : compressedFrames(compression, sequence, count).then(join)
    known.set(key, encoded)
  }
  return encoded
}
