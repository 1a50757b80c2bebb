/** Reports to the supervisor, synchronously: a report arrives even if the process dies right after it. */
import { writeSync } from "node:fs"
import type { Report } from "../wire.ts"

const descriptor = 3

/** The real time, whatever the clock of the bot says, in milliseconds since 1970. */
export const now = (): number => Date.now()

/** Writes a report. */
export const report = (report: Report): void => {
  try {
    writeSync(descriptor, `${JSON.stringify(report)}\n`)
  } catch {
    // The supervisor has ended, and nobody is left to read reports.
  }
}
