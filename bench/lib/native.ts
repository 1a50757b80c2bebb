/**
 * Node's zlib and zstd without their thread pool: the native handle of a stream, driven in the call that has the bytes.
 * The least that can be done, with one buffer that is large enough for every payload here.
 */
import * as zlib from "node:zlib"
import type { Compression } from "./protocol.ts"

interface Native {
  readonly _handle: {
    onerror: (message: string) => void
    writeSync: (
      flush: number,
      input: Uint8Array,
      inOff: number,
      inLen: number,
      out: Buffer,
      outOff: number,
      outLen: number
    ) => void
  }
  readonly _writeState: Uint32Array
}

const size = 1024 * 1024

// The bytes that it gives are valid until the next call.
const drive = (stream: unknown): ((bytes: Buffer, flush: number) => Buffer) => {
  const { _handle: handle, _writeState: state } = stream as Native
  const out = Buffer.allocUnsafeSlow(size)
  handle.onerror = (message) => {
    throw new Error(message)
  }
  return (bytes, flush) => {
    handle.writeSync(flush, bytes, 0, bytes.length, out, 0, size)
    return out.subarray(0, size - (state[0] ?? 0))
  }
}

/** Decompresses the payloads of one connection. */
export const inflater = (compression: Compression): ((bytes: Buffer) => Buffer) => {
  const isZlib = compression === "zlib-stream"
  const run = drive(isZlib ? zlib.createInflate() : zlib.createZstdDecompress())
  const flush = isZlib ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
  return (bytes) => run(bytes, flush)
}

/** Compresses payloads as one stream, flushed after each. The last one ends a frame of zstd, so that another may follow. */
export const deflater = (compression: Compression): ((bytes: Buffer, isLast: boolean) => Buffer) => {
  if (compression === "zlib-stream") {
    const run = drive(zlib.createDeflateRaw())
    return (bytes) => Buffer.from(run(bytes, zlib.constants.Z_SYNC_FLUSH))
  }
  const run = drive(zlib.createZstdCompress())
  const { ZSTD_e_end: end, ZSTD_e_flush: flush } = zlib.constants
  return (bytes, isLast) => Buffer.from(run(bytes, isLast ? end : flush))
}
