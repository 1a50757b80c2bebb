/** What a playground can do besides showing a fake Discord, if its owner gives it the means. */
import type * as Effect from "effect/Effect"
import type * as Protocol from "./Protocol.ts"

/** The bot as a process, which the page shows and restarts. */
export interface Program {
  /** What the page shows of it. */
  readonly view: () => Protocol.ProgramView
  /** Its last lines of output, oldest first. */
  readonly output: () => ReadonlyArray<string>
  /** Calls the listener after a change, until the returned function is called. Lines are new ones of output. */
  readonly listen: (listener: (lines: ReadonlyArray<string>) => void) => () => void
  /** Stops it, as a deploy does or without a warning, and starts it again. */
  readonly restart: (kill: boolean) => Effect.Effect<void>
  /** Where its inspector listens, for example `http://127.0.0.1:4400`. */
  readonly inspector?: (() => string | undefined) | undefined
}

/** What became of a request. */
export type Outcome = { readonly value: unknown } | { readonly refused: string }

/** Notes what users do, to play it again. */
export interface Recorder {
  /** Notes a request before it is fulfilled, if it is something that can be played again. */
  readonly note: (request: Protocol.Request) => void
  /** Hears what became of a request that it was told about: its value, or the tag of the error. Default: nothing does. */
  readonly settled?: ((request: Protocol.Request, outcome: Outcome) => void) | undefined
  /** How many are noted. */
  readonly count: () => number
  /** Forgets them. */
  readonly restart: () => void
  /** What was noted, as a file for `Recording` and as a test. */
  readonly exported: Effect.Effect<Protocol.Exported>
}

/** The clocks of the fake and of the bot. */
export interface Time {
  /** Moves them forward together. */
  readonly advance: (millis: number) => Effect.Effect<void>
}
