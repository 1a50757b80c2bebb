/** Verifies that a request comes from Discord, with Ed25519 of WebCrypto. */
import * as Effect from "effect/Effect"
import { InvalidConfig } from "../../DiscordConfig.ts"
import { textOf } from "../../internal/thrown.ts"

// What WebCrypto's functions accept.
type Bytes = Uint8Array<ArrayBuffer>

const algorithm = "Ed25519"

const fromHex = (hex: string): Bytes =>
  Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))

const hexDigits = (count: number) => new RegExp(`^[0-9a-f]{${count}}$`, "i")

const keyPattern = hexDigits(64)
const signaturePattern = hexDigits(128)

const expected =
  "expected the 64 hexadecimal digits that Discord's developer portal shows as the application's public key"

/** Reads a public key, once for all signatures. Fails with `InvalidConfig`, which never contains the value. */
export const importKey = (hex: string): Effect.Effect<CryptoKey, InvalidConfig> =>
  keyPattern.test(hex)
    ? Effect.tryPromise({
        try: () => crypto.subtle.importKey("raw", fromHex(hex), algorithm, false, ["verify"]),
        catch: (cause) =>
          new InvalidConfig({ setting: "publicKey", detail: `cannot be used (${textOf(cause)}): ${expected}` })
      })
    : Effect.fail(new InvalidConfig({ setting: "publicKey", detail: `is not a public key: ${expected}` }))

/** Whether a header has the form of a signature: 128 hexadecimal digits. */
export const isSignature = (hex: string | undefined): hex is string => hex !== undefined && signaturePattern.test(hex)

/** Whether a signature is valid for the timestamp followed by the body, as they were sent. */
export const verify = (
  key: CryptoKey,
  signature: string,
  timestamp: string,
  body: Uint8Array
): Effect.Effect<boolean> => {
  const head = new TextEncoder().encode(timestamp)
  const message = new Uint8Array(head.length + body.length)
  message.set(head)
  message.set(body, head.length)
  return Effect.promise(() => crypto.subtle.verify(algorithm, key, fromHex(signature), message))
}
