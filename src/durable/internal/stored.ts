/** What is stored as JSON beside the engine's journal, and may have been changed or cut off by somebody else. */
import * as Effect from "effect/Effect"

/** Reads an object; `undefined` for what is none. */
export const parse = <A>(text: string): A | undefined => {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === "object" && parsed !== null ? (parsed as A) : undefined
  } catch {
    return undefined
  }
}

/** The same. What cannot be read is passed over, with a line of the log. */
export const parseOrLog = <A>(text: string, what: string): Effect.Effect<A | undefined> =>
  Effect.suspend(() => {
    const parsed = parse<A>(text)
    if (parsed !== undefined) return Effect.succeed(parsed)
    return Effect.as(
      Effect.logWarning(`${what} cannot be read in the storage of dialogues, and is passed over`),
      undefined
    )
  })
