/**
 * The matches of a pattern that somebody else wrote. Discord's patterns are Rust's, which take linear time; JavaScript's may
 * take exponential time, and would stop everything in this process meanwhile.
 */
import { createContext, Script } from "node:vm"
import { object } from "./json.ts"

/** A match. */
export interface Match {
  readonly index: number
  readonly text: string
}

// How long a pattern may take, in milliseconds.
const limit = 250

const given: { content: string; pattern: RegExp } = { content: "", pattern: /(?:)/g }
const script = new Script("Array.from(content.matchAll(pattern), (match) => ({ index: match.index, text: match[0] }))")
let context: object | undefined

/** All matches, or `undefined` if they cannot be found in reasonable time. */
export const boundedMatches = (pattern: RegExp, content: string): ReadonlyArray<Match> | undefined => {
  context ??= createContext(given)
  Object.assign(given, { content, pattern })
  try {
    return script.runInContext(context, { timeout: limit })
  } catch (error) {
    if (object(error)["code"] === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined
    throw error
  }
}
