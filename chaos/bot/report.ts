/** Tells the supervisor, synchronously: what was told is known even if the process dies in the next instant. */
import { writeSync } from "node:fs"
import type { Report } from "../wire.ts"

const descriptor = 3

/** Real time, whatever the bot's clock says, in milliseconds since 1970. */
export const now = (): number => Date.now()

/** Writes one line. */
export const report = (report: Report): void => {
  try {
    writeSync(descriptor, `${JSON.stringify(report)}\n`)
  } catch {
    // The supervisor is gone, and nobody is left to tell.
  }
}
