/** Writes the frames of a client (RFC 6455, section 5.2), which are masked. */
import { opcodes } from "./frameReader.ts"
import * as Randomness from "./randomness.ts"

const maskBytes = 4

/** A frame with room for a payload of so many bytes, and where the payload begins. */
const frame = (opcode: number, length: number): readonly [frame: Buffer, payload: number] => {
  const extended = length < 126 ? 0 : length < 0x10000 ? 2 : 8
  const payload = 2 + extended + maskBytes
  const bytes = Buffer.allocUnsafe(payload + length)
  bytes[0] = 0x80 | opcode
  bytes[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) bytes.writeUInt16BE(length, 2)
  if (extended === 8) bytes.writeBigUInt64BE(BigInt(length), 2)
  return [bytes, payload]
}

// Byte by byte: what a bot sends is small, and rare.
const masked = (bytes: Buffer, payload: number): Buffer => {
  const mask = payload - maskBytes
  const from = Randomness.take(maskBytes)
  Randomness.pool.copy(bytes, mask, from, from + maskBytes)
  for (let at = payload; at < bytes.length; at++)
    bytes[at] = (bytes[at] ?? 0) ^ (bytes[mask + ((at - payload) & 3)] ?? 0)
  return bytes
}

/** A text, as one message. */
export const text = (content: string): Buffer => {
  const [bytes, payload] = frame(opcodes.text, Buffer.byteLength(content))
  bytes.write(content, payload)
  return masked(bytes, payload)
}

/** The answer to a ping with these bytes. */
export const pong = (source: Buffer, start: number, end: number): Buffer => {
  const [bytes, payload] = frame(opcodes.pong, end - start)
  source.copy(bytes, payload, start, end)
  return masked(bytes, payload)
}

/** A close with a code, or without one. */
export const close = (code: number | undefined): Buffer => {
  const [bytes, payload] = frame(opcodes.close, code === undefined ? 0 : 2)
  if (code !== undefined) bytes.writeUInt16BE(code, payload)
  return masked(bytes, payload)
}
