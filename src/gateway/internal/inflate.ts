/**
 * Decompression of a whole connection, in the call that received the bytes. Node's own streams answer through a thread
 * pool, which costs many times the parse and lets events arrive after their connection has ended.
 *
 * Node has no public way to drive a zlib stream synchronously over several calls, so the native handle of its public
 * stream is driven here. {@link make} tries it first and gives nothing when this version of Node does it differently;
 * then the connection goes without compression.
 */
import * as zlib from "node:zlib"

/** Discord's names of transport compressions, as in the gateway URL. */
export type Compression = "zlib-stream" | "zstd-stream"

/** The decompressor of one connection. */
export interface Inflate {
  /**
   * Takes the bytes of one message. Gives the whole payload when they complete one, else `undefined`. The buffer is
   * valid until the next call. Throws when the stream is corrupt; it is of no more use then.
   */
  readonly push: (chunk: Uint8Array) => Buffer | undefined
  /** Frees the native memory. */
  readonly close: () => void
}

// What is used of Node's zlib streams although it is not documented.
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
  /** After a write: what is left of the output, and of the input. */
  readonly _writeState: Uint32Array
  close(): void
}

const initialSize = 32 * 1024
// Above this, a buffer that one large payload needed is not kept.
const keptSize = 256 * 1024
const maxSize = 256 * 1024 * 1024

const makeUnsafe = (compression: Compression): Inflate => {
  const isZlib = compression === "zlib-stream"
  // Only the handle is used; the stream's own buffer is as small as Node allows.
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

  const write = (chunk: Uint8Array): void => {
    let offset = 0
    while (true) {
      handle.writeSync(flush, chunk, offset, chunk.length - offset, out, length, out.length - length)
      if (failure !== undefined) throw new Error(`${compression}: ${failure}`)
      const outLeft = state[0] ?? 0
      const inLeft = state[1] ?? 0
      length = out.length - outLeft
      offset = chunk.length - inLeft
      // Room left in the output means that all input was used.
      if (outLeft > 0) return
      if (out.length >= maxSize) throw new Error(`${compression}: a payload is over ${maxSize} bytes`)
      const larger = Buffer.allocUnsafeSlow(out.length * 2)
      out.copy(larger, 0, 0, length)
      out = larger
    }
  }

  return {
    push: (chunk) => {
      if (length === 0 && out.length > keptSize) out = Buffer.allocUnsafeSlow(initialSize)
      write(chunk)
      // A payload of zlib-stream ends with this mark, which may be cut in two; one of zstd-stream with its message.
      for (let i = Math.max(0, chunk.length - 4); i < chunk.length; i++) tail = ((tail << 8) | (chunk[i] ?? 0)) >>> 0
      if (isZlib && tail !== 0x0000ffff) return undefined
      const payload = out.subarray(0, length)
      length = 0
      return payload
    },
    close: () => stream.close()
  }
}

const works = new Map<Compression, boolean>()

// Two payloads through one stream, the second longer than the output buffer is at first.
const probe = (compression: Compression): boolean => {
  try {
    const first = Buffer.from("{}")
    const second = Buffer.alloc(initialSize * 2 + 1, "fibercord")
    const frames = samples(compression, [first, second])
    const inflate = makeUnsafe(compression)
    try {
      return [first, second].every((payload, i) => inflate.push(frames[i] ?? first)?.equals(payload) === true)
    } finally {
      inflate.close()
    }
  } catch {
    return false
  }
}

const samples = (compression: Compression, payloads: ReadonlyArray<Buffer>): ReadonlyArray<Buffer> => {
  if (compression === "zstd-stream") return payloads.map((payload) => zlib.zstdCompressSync(payload))
  // Stored blocks of one stream: what a peer without compression would send.
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

/** A decompressor, or `undefined` where this version of Node cannot do it. */
export const make = (compression: Compression): Inflate | undefined => {
  let able = works.get(compression)
  if (able === undefined) {
    able = probe(compression)
    works.set(compression, able)
  }
  return able ? makeUnsafe(compression) : undefined
}
