/** What tells one bot from another: processes of several bots must not share what is of one. */
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"

/** The same for all tokens of a bot, which begin with its id. Nothing can be learned from it about the token. */
export const botOf = (token: Redacted.Redacted): string =>
  createHash("sha256")
    .update(Redacted.value(token).split(".", 1)[0] ?? "")
    .digest("hex")
    .slice(0, 16)
