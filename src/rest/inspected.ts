/** What a REST client notes for whatever looks into a bot. */
import * as Inspection from "../internal/Inspection.ts"

/** One request. It is noted when it is sent, and completed when it is answered. */
export interface Note {
  readonly method: string
  /** With everything that is in it, tokens too. */
  readonly url: string
  /** In milliseconds of `Elapsed`. */
  readonly at: number
  /** The interaction in whose handler it was made. */
  readonly interaction: string | undefined
  /** JSON as text or as a value; anything else is not shown. */
  readonly body: unknown
  status: number | undefined
  endedAt: number | undefined
  /** Why it was not answered. */
  problem: unknown
  /** Reads a header of the answer. */
  header: ((name: string) => string | null | undefined) | undefined
}

/** Requests. */
export const requests: Inspection.Topic<Note> = Inspection.topic("requests")

/** The bot's tokens, so that they can be cut out of what is shown. */
export const secrets: Inspection.Topic<() => string> = Inspection.topic("secrets")
