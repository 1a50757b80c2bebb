/**
 * The floor's decompression: the native handle of Node's stream, called synchronously when bytes are received, with one
 * buffer that is large enough for every payload here. Nothing could do less.
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

/** Creates the decompressor of one connection. */
export const inflater = (compression: Compression): ((bytes: Buffer) => Buffer) => {
  const isZlib = compression === "zlib-stream"
  const stream = (isZlib ? zlib.createInflate() : zlib.createZstdDecompress()) as unknown as Native
  const flush = isZlib ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.ZSTD_e_flush
  const { _handle: handle, _writeState: state } = stream
  const out = Buffer.allocUnsafeSlow(size)
  handle.onerror = (message) => {
    throw new Error(message)
  }
  return (bytes) => {
    handle.writeSync(flush, bytes, 0, bytes.length, out, 0, size)
    return out.subarray(0, size - (state[0] ?? 0))
  }
}
