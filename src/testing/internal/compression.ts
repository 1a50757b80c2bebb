/**
 * Transport compression, synchronous and with one context per connection.
 *
 * zlib-stream: each payload is deflated with the last 32 KiB as its dictionary and flushed, which produces the same
 * bytes as one deflate stream per connection. zstd-stream: one frame that never ends, in raw blocks. Node has no
 * synchronous zstd that keeps a frame open, and a decoder reads raw blocks and compressed ones alike.
 */
import { constants, deflateRawSync } from "node:zlib"

const zlibHeader = Buffer.from([0x78, 0x9c])
const window = 32 * 1024

// Magic number, then a header descriptor without content size and checksum, then a window of 8 MiB.
const zstdHeader = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68])
const zstdBlock = 128 * 1024

const rawBlock = (content: Buffer): Buffer => {
  const header = Buffer.alloc(3)
  // The lowest bit marks the last block, the next two are the type (0 is raw), the rest is the size.
  header.writeUIntLE(content.length << 3, 0, 3)
  return Buffer.concat([header, content])
}

/** Encodes the payloads of one connection. */
export class Encoder {
  readonly #kind: string | null
  #history = Buffer.alloc(0)
  #started = false

  constructor(kind: string | null) {
    this.#kind = kind
  }

  /** Whether payloads are compressed. */
  get isActive(): boolean {
    return this.#kind === "zlib-stream" || this.#kind === "zstd-stream"
  }

  encode(text: string): string | Buffer {
    if (this.#kind === "zlib-stream") return this.#zlib(Buffer.from(text))
    if (this.#kind === "zstd-stream") return this.#zstd(Buffer.from(text))
    return text
  }

  #zlib(content: Buffer): Buffer {
    const body = deflateRawSync(content, {
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.#history.length > 0 ? { dictionary: this.#history } : {})
    })
    this.#history = Buffer.concat([this.#history, content]).subarray(-window)
    return this.#headed(zlibHeader, body)
  }

  #zstd(content: Buffer): Buffer {
    const blocks: Array<Buffer> = []
    for (let at = 0; at < content.length; at += zstdBlock) blocks.push(rawBlock(content.subarray(at, at + zstdBlock)))
    return this.#headed(zstdHeader, Buffer.concat(blocks))
  }

  #headed(header: Buffer, body: Buffer): Buffer {
    if (this.#started) return body
    this.#started = true
    return Buffer.concat([header, body])
  }
}
