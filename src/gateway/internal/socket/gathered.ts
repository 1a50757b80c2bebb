/** Bytes that arrive in parts, put together in one buffer. */

const nothing = Buffer.alloc(0)

// A buffer that nobody fills, for the next that is needed: parts come in bursts, and a new buffer for each message costs more
// than copying it. One for all connections, most of which are idle. A larger one was needed once, and may not be again.
const keptSize = 64 * 1024
let spare: Buffer = nothing

/** A buffer that grows. It keeps copies, so that the parts may be overwritten. */
export class Gathered {
  /** Valid until the next call; {@link length} bytes of it are filled. */
  bytes: Buffer = nothing
  length = 0

  /** Adds the bytes of a part from `start` to `end`. */
  add(part: Buffer, start: number, end: number): void {
    if (this.bytes === nothing) {
      this.bytes = spare
      spare = nothing
    }
    const length = this.length + end - start
    // Doubled, so that a message in any number of parts is copied at most twice.
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.bytes.length))
      this.bytes.copy(larger, 0, 0, this.length)
      this.bytes = larger
    }
    part.copy(this.bytes, this.length, start, end)
    this.length = length
  }

  /** Forgets everything. */
  clear(): void {
    const { bytes } = this
    this.bytes = nothing
    this.length = 0
    if (bytes.length > spare.length && bytes.length <= keptSize) spare = bytes
  }
}
