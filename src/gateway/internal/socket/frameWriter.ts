/** Writes the frames of a client (RFC 6455, section 5.2), which are masked. */
import { opcodes } from "./frameReader.ts"
import * as Randomness from "./randomness.ts"

const maskBytes = 4

interface Frame {
  readonly bytes: Buffer
  /** Where the payload begins. */
  readonly payload: number
}

// Here and in `masked`, bytes are stored one by one: Node's ways to write numbers and to copy are more code than all of this,
// which counts in a process that writes little.
/** A frame with room for a payload of so many bytes. */
const frame = (opcode: number, length: number): Frame => {
  const extended = length < 126 ? 0 : length < 0x10000 ? 2 : 8
  const payload = 2 + extended + maskBytes
  const bytes = Buffer.allocUnsafe(payload + length)
  bytes[0] = 0x80 | opcode
  bytes[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  // From the last byte to the first. What is stored in a byte is the remainder.
  for (let at = 1 + extended, rest = length; at > 1; at--, rest = Math.floor(rest / 256)) bytes[at] = rest
  return { bytes, payload }
}

// What a bot sends is small, and rare.
const masked = ({ bytes, payload }: Frame): Buffer => {
  const mask = payload - maskBytes
  const from = Randomness.take(maskBytes)
  for (let n = 0; n < maskBytes; n++) bytes[mask + n] = Randomness.pool[from + n] ?? 0
  for (let at = payload; at < bytes.length; at++)
    bytes[at] = (bytes[at] ?? 0) ^ (bytes[mask + ((at - payload) & 3)] ?? 0)
  return bytes
}

/** A text, as one message. */
export const text = (content: string): Buffer => {
  const made = frame(opcodes.text, Buffer.byteLength(content))
  made.bytes.write(content, made.payload)
  return masked(made)
}

/** The answer to a ping with these bytes. */
export const pong = (source: Buffer, start: number, end: number): Buffer => {
  const made = frame(opcodes.pong, end - start)
  source.copy(made.bytes, made.payload, start, end)
  return masked(made)
}

/** A close with a code, or without one. */
export const close = (code: number | undefined): Buffer => {
  const made = frame(opcodes.close, code === undefined ? 0 : 2)
  if (code !== undefined) made.bytes.writeUInt16BE(code, made.payload)
  return masked(made)
}
