/** Bytes that arrive in parts, put together in one buffer. */

const nothing = Buffer.alloc(0)

/** A buffer that grows. It keeps copies, so that the parts may be overwritten. */
export class Gathered {
  /** Valid until the next call; {@link length} bytes of it are filled. */
  bytes: Buffer = nothing
  length = 0

  /** Adds the bytes of a part from `start` to `end`. */
  add(part: Buffer, start: number, end: number): void {
    const length = this.length + end - start
    // Doubled, so that a message in any number of parts is copied at most twice.
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.bytes.length))
      this.bytes.copy(larger, 0, 0, this.length)
      this.bytes = larger
    }
    part.copy(this.bytes, this.length, start, end)
    this.length = length
  }

  /** Forgets everything. */
  clear(): void {
    this.bytes = nothing
    this.length = 0
  }
}
