/** Nonces of messages: the same for every attempt at the same step, at most 25 characters. */
import { createHash } from "node:crypto"

/** The nonce of a step. */
export const nonceOf = (execution: string, step: string): string =>
  createHash("sha256").update(`${execution}/${step}`).digest("base64url").slice(0, 24)
