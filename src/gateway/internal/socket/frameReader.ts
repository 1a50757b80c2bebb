/**
 * Reads the frames of a server (RFC 6455, section 5.2) where they lie in what was received: a message that is whole in one
 * chunk is given on without a copy and without an object. Only what spans chunks or frames is copied together.
 */
import { Gathered } from "./gathered.ts"
import { invalidFrame, type ProtocolError, tooLarge } from "./protocolError.ts"

/** What is read. Nothing is reported after an end: {@link onClose}, {@link onInvalid} or {@link FrameReader.stop}. */
export interface Sink {
  /** A message: the bytes from `start` to `end`. They are overwritten after the call. It must not throw. */
  readonly onMessage: (bytes: Buffer, start: number, end: number, isBinary: boolean) => void
  /** The peer asks for a pong with the bytes from `start` to `end`. They are overwritten after the call. */
  readonly onPing: (bytes: Buffer, start: number, end: number) => void
  /** The peer closes the connection, with a code or without one. */
  readonly onClose: (code: number | undefined) => void
  /** The peer broke the protocol. */
  readonly onInvalid: (error: ProtocolError) => void
}

/** The kinds of frames. Source: RFC 6455, section 11.8. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/**
 * How many bytes a message may have. It is what `ws`, which fibercord used before, takes by default, and many times what
 * Discord sends: READY has some megabytes for a bot in 100,000 guilds.
 */
export const maxMessageBytes = 100 * 1024 * 1024

const finBit = 0x80
const maskBit = 0x80
const reservedBits = 0x70
const rsv1Bit = 0x40
const maxControlBytes = 125

// Text and binary messages in one frame: almost everything that arrives.
const wholeText = finBit | opcodes.text
const wholeBinary = finBit | opcodes.binary

// Codes that may be in a frame. Source: RFC 6455, sections 7.4.1 and 7.4.2, and the registry of IANA.
const isValidCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)

/** The frames of one connection. */
export class FrameReader {
  readonly #sink: Sink
  readonly #maxBytes: number
  /** The bytes of a frame that has not arrived whole, if there is one. */
  #held: Gathered | undefined
  /** How many bytes the frame that is held has at least. */
  #needed = 2
  /** The payloads of a message of several frames, once there was one. */
  #joined: Gathered | undefined
  /** The opcode of that message; 0 while there is none. */
  #joining = 0
  #isStopped = false

  constructor(sink: Sink, maxBytes = maxMessageBytes) {
    this.#sink = sink
    this.#maxBytes = maxBytes
  }

  /** Reads the bytes from `start` to `end`, which may be overwritten after the call. */
  push(chunk: Buffer, start: number, end: number): void {
    const held = this.#held
    let at = start
    if (held !== undefined) {
      while (held.length > 0 && at < end) {
        const until = Math.min(end, at + this.#needed - held.length)
        held.add(chunk, at, until)
        at = until
        if (held.length < this.#needed) return
        // A frame that is complete, or a head that says how many more bytes are needed.
        if (this.#readAll(held.bytes, 0, held.length) > 0 || this.#isStopped) held.clear()
      }
    }
    if (this.#isStopped || at === end) return
    at = this.#readAll(chunk, at, end)
    if (at < end && !this.#isStopped) (this.#held ??= new Gathered()).add(chunk, at, end)
  }

  /** Reads nothing any more, not even what has been received already. */
  stop(): void {
    this.#isStopped = true
    this.#held?.clear()
    this.#joined?.clear()
  }

  /** Reads the frames that are whole. Returns where the first begins that is not. */
  #readAll(bytes: Buffer, from: number, end: number): number {
    let at = from
    while (!this.#isStopped) {
      this.#needed = 2
      if (end - at < 2) return at
      const first = bytes[at] as number
      const second = bytes[at + 1] as number
      const isWhole = first === wholeText || first === wholeBinary
      if (!isWhole || second >= maskBit || this.#joining !== 0) {
        const problem = this.#problemOf(first, second)
        if (problem !== undefined) return this.#fail(invalidFrame(problem), at)
      }
      let head = 2
      let length = second
      if (length === 126) {
        head = this.#needed = 4
        if (end - at < 4) return at
        length = bytes.readUInt16BE(at + 2)
      } else if (length === 127) {
        head = this.#needed = 10
        if (end - at < 10) return at
        length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
      }
      // Before the bytes arrive, so that they are not waited for.
      if (length > this.#maxBytes - (this.#joined?.length ?? 0) && (first & 0x0f) < opcodes.close) {
        return this.#fail(tooLarge(), at)
      }
      this.#needed = head + length
      const next = at + this.#needed
      if (next > end) return at
      if (isWhole) this.#sink.onMessage(bytes, at + head, next, first === wholeBinary)
      else this.#onFrame(first, bytes, at + head, next)
      at = next
    }
    return at
  }

  /** What is wrong with the first two bytes of a frame, in this order for the same words as those of `ws`. */
  #problemOf(first: number, second: number): string | undefined {
    const opcode = first & 0x0f
    const length = second & ~maskBit
    if ((first & reservedBits & ~rsv1Bit) !== 0) return "RSV2 and RSV3 must be clear"
    if ((first & rsv1Bit) !== 0) return "RSV1 must be clear"
    if (opcode > opcodes.pong || (opcode > opcodes.binary && opcode < opcodes.close)) return `invalid opcode ${opcode}`
    if (opcode >= opcodes.close) {
      if ((first & finBit) === 0) return "FIN must be set"
      if (length > maxControlBytes || (opcode === opcodes.close && length === 1))
        return `invalid payload length ${length}`
    } else if ((opcode === opcodes.continuation) !== (this.#joining !== 0)) {
      // A continuation of nothing, or a new message within another.
      return `invalid opcode ${opcode}`
    }
    return (second & maskBit) === 0 ? undefined : "MASK must be clear"
  }

  #onFrame(first: number, bytes: Buffer, start: number, end: number): void {
    switch (first & 0x0f) {
      case opcodes.close:
        return this.#onClose(bytes, start, end)
      case opcodes.ping:
        return this.#sink.onPing(bytes, start, end)
      case opcodes.pong:
        return
      default:
        return this.#onFragment(first, bytes, start, end)
    }
  }

  #onFragment(first: number, bytes: Buffer, start: number, end: number): void {
    const joined = (this.#joined ??= new Gathered())
    if (this.#joining === 0) this.#joining = first & 0x0f
    joined.add(bytes, start, end)
    if ((first & finBit) === 0) return
    const isBinary = this.#joining === opcodes.binary
    this.#joining = 0
    this.#sink.onMessage(joined.bytes, 0, joined.length, isBinary)
    joined.clear()
  }

  #onClose(bytes: Buffer, start: number, end: number): void {
    const code = start === end ? undefined : bytes.readUInt16BE(start)
    if (code !== undefined && !isValidCode(code)) {
      this.#fail(invalidFrame(`invalid status code ${code}`), start)
      return
    }
    this.stop()
    this.#sink.onClose(code)
  }

  #fail(error: ProtocolError, at: number): number {
    this.stop()
    this.#sink.onInvalid(error)
    return at
  }
}
