/** What is seen of a program. */
import type { ProgramEnded } from "./ProgramError.ts"

/** What the program is doing. `starts` says how often it was started. */
export type State =
  | { readonly _tag: "Idle"; readonly starts: number }
  | { readonly _tag: "Starting" | "Running" | "Stopping"; readonly pid: number | undefined; readonly starts: number }
  | { readonly _tag: "Ended"; readonly end: ProgramEnded; readonly starts: number }

/** A line of output. */
export interface Line {
  readonly stream: "stdout" | "stderr"
  readonly text: string
}
