/** The certificate of the benchmark's load generator is accepted by whoever trusts it, for its address only. */
import { assert, it } from "@effect/vitest"
import { X509Certificate } from "node:crypto"
import { selfSigned } from "../../bench/lib/certificate.ts"

it("is signed by itself, valid now, and for 127.0.0.1", () => {
  const { cert, key } = selfSigned()
  const certificate = new X509Certificate(cert)
  assert.isTrue(certificate.verify(certificate.publicKey))
  assert.strictEqual(certificate.checkIP("127.0.0.1"), "127.0.0.1")
  assert.isUndefined(certificate.checkIP("127.0.0.2"))
  assert.isTrue(certificate.ca)
  assert.isBelow(certificate.validFromDate.getTime(), Date.now())
  assert.isAbove(certificate.validToDate.getTime(), Date.now())
  assert.match(key, /^-----BEGIN PRIVATE KEY-----/)
})
