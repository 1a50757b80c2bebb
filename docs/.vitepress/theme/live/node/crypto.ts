/** What the fake Discord uses of `node:crypto`. */
import { Buffer, type Bytes } from "./buffer.ts"

export const randomBytes = (size: number): Bytes => {
  const bytes = Buffer.alloc(size)
  crypto.getRandomValues(bytes)
  return bytes
}

/** FNV-1a with four seeds. It names buckets of rate limits, whose names say nothing, and protects nothing. */
export const createHash = (_algorithm: string) => {
  let text = ""
  const hash = {
    update: (more: string) => {
      text += more
      return hash
    },
    digest: (_encoding: "hex"): string =>
      [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b]
        .map((seed) => {
          let value = seed
          for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193)
          return (value >>> 0).toString(16).padStart(8, "0")
        })
        .join("")
  }
  return hash
}

const key = () => ({ export: () => ({ x: randomBytes(32).toString("base64url") }) })

/** A page has no endpoint that could verify a signature, so the keys only look like some. */
export const generateKeyPairSync = () => ({ publicKey: key(), privateKey: key() })

export const sign = (): never => {
  throw new Error("A page cannot sign")
}
