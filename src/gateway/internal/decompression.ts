/**
 * Decompresses what a connection receives, synchronously. Node's own streams work in a thread pool, which takes many
 * times as long as parsing, and lets events arrive after their connection has ended.
 *
 * Node has no public way to drive a zlib stream synchronously over several calls, so the native handle of its public
 * stream is driven here. {@link make} tries it out first, and returns nothing when this version of Node works
 * differently. The connection then does without compression.
 */
import * as zlib from "node:zlib"
import type { Compression } from "../ShardManager.ts"

/** The decompressor of one connection. */
export interface Decompressor {
  /**
   * Takes one message: the bytes from `start` to `end`. If they complete a payload, returns how many of {@link bytes} it
   * has, from the first on, and otherwise -1. Throws when the stream is corrupt, and is useless from then on.
   */
  readonly push: (chunk: Uint8Array, start: number, end: number) => number
  /** What was decompressed. Another one after the next call, or the same with other bytes in it. */
  readonly bytes: Buffer
  /** Frees the native memory. */
  readonly close: () => void
}

// The undocumented members of Node's zlib streams that are used.
interface NativeStream {
  readonly _handle: {
    onerror: (message: string) => void
    writeSync(
      flush: number,
      input: Uint8Array,
      inOff: number,
      inLen: number,
      out: Buffer,
      outOff: number,
      outLen: number
    ): void
  }
  /** After a write: how many bytes of the output are free, and how many of the input are left. */
  readonly _writeState: Uint32Array
  close(): void
}

const initialSize = 32 * 1024
// A buffer that grew larger than this for one payload is not kept.
const keptSize = 256 * 1024
const maxSize = 256 * 1024 * 1024

const makeUnsafe = (compression: Compression): Decompressor => {
  const isZlib = compression === "zlib-stream"
  // Only the handle is used, so the stream's own buffer is as small as Node allows.
  const stream = (isZlib
    ? zlib.createInflate({ chunkSize: 64 })
    : zlib.createZstdDecompress({ chunkSize: 64 })) as unknown as NativeStream
  const flush = isZlib ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
  const handle = stream._handle
  const state = stream._writeState
  let failure: string | undefined
  let out = Buffer.allocUnsafeSlow(initialSize)
  let length = 0
  // The last four bytes of input.
  let tail = 0
  handle.onerror = (message) => {
    failure = message
  }

  const write = (chunk: Uint8Array, start: number, end: number): void => {
    let offset = start
    while (true) {
      const free = out.length - length
      handle.writeSync(flush, chunk, offset, end - offset, out, length, free)
      if (failure !== undefined) throw new Error(`${compression}: ${failure}`)
      const outLeft = state[0] ?? 0
      const inLeft = state[1] ?? 0
      const isStuck = inLeft === end - offset && outLeft === free
      length = out.length - outLeft
      offset = end - inLeft
      if (outLeft > 0) {
        if (inLeft === 0) return
        // Zstd stops where a frame ends, though another one follows. Nothing may follow the end of a zlib stream.
        if (isStuck) throw new Error(`${compression}: there is more after the end`)
        continue
      }
      if (out.length >= maxSize) throw new Error(`${compression}: a payload is larger than ${maxSize} bytes`)
      const larger = Buffer.allocUnsafeSlow(out.length * 2)
      out.copy(larger, 0, 0, length)
      out = larger
    }
  }

  return {
    get bytes() {
      return out
    },
    push: (chunk, start, end) => {
      if (length === 0 && out.length > keptSize) out = Buffer.allocUnsafeSlow(initialSize)
      write(chunk, start, end)
      // In zlib-stream, a payload ends with this mark, which may be split. In zstd-stream, it ends with the message.
      for (let i = Math.max(start, end - 4); i < end; i++) tail = ((tail << 8) | (chunk[i] ?? 0)) >>> 0
      if (isZlib && tail !== 0x0000ffff) return -1
      const complete = length
      length = 0
      return complete
    },
    close: () => stream.close()
  }
}

const known = new Map<Compression, boolean>()

// Sends two payloads through one stream. The second is larger than the output buffer is at first.
const probe = (compression: Compression): boolean => {
  try {
    const first = Buffer.from("{}")
    const second = Buffer.alloc(initialSize * 2 + 1, "fibercord")
    const frames = samples(compression, [first, second])
    const decompressor = makeUnsafe(compression)
    try {
      return [first, second].every((payload, i) => {
        const frame = frames[i] ?? first
        const length = decompressor.push(frame, 0, frame.length)
        return length === payload.length && decompressor.bytes.subarray(0, length).equals(payload)
      })
    } finally {
      decompressor.close()
    }
  } catch {
    return false
  }
}

const samples = (compression: Compression, payloads: ReadonlyArray<Buffer>): ReadonlyArray<Buffer> => {
  if (compression === "zstd-stream") return payloads.map((payload) => zlib.zstdCompressSync(payload))
  // Stored blocks, which need no compressor.
  return payloads.map((payload, i) => {
    const blocks: Array<Buffer> = i === 0 ? [Buffer.from([0x78, 0x01])] : []
    for (let at = 0; at < payload.length; at += 0xffff) {
      const part = payload.subarray(at, at + 0xffff)
      const head = Buffer.alloc(5)
      head.writeUInt16LE(part.length, 1)
      head.writeUInt16LE(0xffff - part.length, 3)
      blocks.push(head, part)
    }
    return Buffer.concat([...blocks, Buffer.from([0, 0, 0, 0xff, 0xff])])
  })
}

/** Whether this version of Node can do it. */
export const works = (compression: Compression): boolean => {
  let able = known.get(compression)
  if (able === undefined) {
    able = probe(compression)
    known.set(compression, able)
  }
  return able
}

// The magic number of a zstd frame. Source: RFC 8878, section 3.1.1.
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd]
// Deflate, by one half of its first byte; the other half is the size of its window, at most 7. Source: RFC 1950, section
// 2.2. No object of JSON begins like that.
const beginsZlib = (first: number): boolean => (first & 0x8f) === 8

/** How the first binary message of a connection is compressed; nothing when it is not. */
export const detect = (first: Uint8Array, start: number, end: number): Compression | undefined => {
  const isMagic = zstdMagic.every((byte, i) => first[start + i] === byte)
  if (isMagic && end - start >= zstdMagic.length) return "zstd-stream"
  return start < end && beginsZlib(first[start] ?? 0) ? "zlib-stream" : undefined
}

/** Makes a decompressor. Returns `undefined` when this version of Node cannot do it. */
export const make = (compression: Compression): Decompressor | undefined =>
  works(compression) ? makeUnsafe(compression) : undefined
