/** What the library and the fake Discord use of Node's `Buffer`. */
type Encoding = "utf8" | "latin1" | "hex" | "base64" | "base64url"

const utf8 = new TextEncoder()

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
const base64url = (bytes: Uint8Array): string =>
  btoa(latin1(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")

/** Bytes that know how to be written as text. */
export class Bytes extends Uint8Array<ArrayBuffer> {
  // The other arguments are those of views, which `subarray` makes.
  constructor(source: number | ArrayLike<number> | ArrayBuffer, offset?: number, length?: number) {
    super(source as ArrayBuffer, offset, length)
  }

  override toString(encoding: Encoding = "utf8", from = 0, to = this.length): string {
    const bytes = from === 0 && to === this.length ? this : this.subarray(from, to)
    switch (encoding) {
      case "utf8":
        return new TextDecoder().decode(bytes)
      case "latin1":
        return latin1(bytes)
      case "hex":
        return hex(bytes)
      case "base64":
        return btoa(latin1(bytes))
      case "base64url":
        return base64url(bytes)
    }
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, at) => byte === other[at])
  }

  copy(target: Uint8Array, at = 0, from = 0, to = this.length): number {
    target.set(this.subarray(from, to), at)
    return to - from
  }
}

const fromBinary = (text: string): Bytes => {
  const bytes = new Bytes(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

// Node ignores what is no base64; browsers refuse it.
const fromBase64 = (text: string): Bytes => {
  const plain = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[^A-Za-z0-9+/]/g, "")
  return fromBinary(atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain))
}

const fromHex = (text: string): Bytes => {
  const bytes = new Bytes(Math.floor(text.length / 2))
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

const fromText = (text: string, encoding: Encoding): Bytes => {
  if (encoding === "base64" || encoding === "base64url") return fromBase64(text)
  if (encoding === "hex") return fromHex(text)
  return encoding === "latin1" ? fromBinary(text) : new Bytes(utf8.encode(text))
}

/** The functions of Node's `Buffer`. */
export const Buffer = {
  from: (value: string | ArrayLike<number> | ArrayBuffer, encoding: Encoding = "utf8"): Bytes =>
    typeof value === "string" ? fromText(value, encoding) : new Bytes(value),
  alloc: (size: number): Bytes => new Bytes(size),
  allocUnsafeSlow: (size: number): Bytes => new Bytes(size),
  byteLength: (text: string): number => utf8.encode(text).length,
  isBuffer: (value: unknown): boolean => value instanceof Bytes,
  concat: (parts: ReadonlyArray<Uint8Array>): Bytes => {
    const all = new Bytes(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }
}
