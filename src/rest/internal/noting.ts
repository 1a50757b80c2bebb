/** Notes of requests, for whatever looks into a bot. */
import * as Context from "effect/Context"
import * as References from "effect/References"
import type { Note } from "../inspected.ts"

/** The interaction in whose handler something runs. */
export const interactionOf = (context: Context.Context<never>): string | undefined => {
  const interaction = Context.get(context, References.CurrentLogAnnotations)["interaction"]
  return typeof interaction === "string" ? interaction : undefined
}

/** A request that is sent now. */
export const noteOf = (
  method: string,
  url: string,
  at: number,
  interaction: string | undefined,
  body: unknown
): Note => ({
  method,
  url,
  at,
  interaction,
  body,
  status: undefined,
  endedAt: undefined,
  problem: undefined,
  header: undefined
})

/** It has been answered. */
export const answered = (note: Note, at: number, status: number, header: Note["header"]): void => {
  note.status = status
  note.endedAt = at
  note.header = header
}

/** It has had no answer. */
export const unanswered = (note: Note, at: number, problem: unknown): void => {
  note.endedAt = at
  note.problem = problem
}
