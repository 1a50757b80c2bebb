/** A self-signed certificate for 127.0.0.1, made with what Node has: the few structures of X.509, written as DER. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** In PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

const tags = { integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, sequence: 0x30, set: 0x31, time: 0x17 } as const

const der = (tag: number, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

const oid = (hex: string): Buffer => der(tags.oid, Buffer.from(hex, "hex"))
const ecdsaWithSha256 = der(tags.sequence, oid("2a8648ce3d040302"))
const commonName = oid("550403")
const subjectAltName = oid("551d11")
const basicConstraints = oid("551d13")

const time = (at: Date): Buffer => der(tags.time, Buffer.from(`${at.toISOString().replace(/^..|[-:T]|\.\d+/g, "")}`))
const day = 86_400_000

/** Valid for a day, for TLS on loopback. */
export const selfSigned = (): Certificate => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const name = der(tags.sequence, der(tags.set, der(tags.sequence, commonName, der(tags.utf8, Buffer.from("bench")))))
  // A positive number: its first byte is below 128.
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)])
  const address = der(tags.sequence, der(0x87, Buffer.from([127, 0, 0, 1])))
  const isAuthority = der(tags.sequence, Buffer.from([1, 1, 0xff]))
  const extensions = der(
    tags.sequence,
    der(tags.sequence, basicConstraints, der(tags.octets, isAuthority)),
    der(tags.sequence, subjectAltName, der(tags.octets, address))
  )
  const signed = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, serial),
    ecdsaWithSha256,
    name,
    der(tags.sequence, time(new Date(Date.now() - day)), time(new Date(Date.now() + day))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions)
  )
  const signature = der(tags.bits, Buffer.from([0]), sign("sha256", signed, privateKey))
  const bytes = der(tags.sequence, signed, ecdsaWithSha256, signature)
  const lines = bytes.toString("base64").replaceAll(/.{64}/g, "$&\n").trimEnd()
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
  }
}
