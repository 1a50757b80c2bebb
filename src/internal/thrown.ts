import { format } from "effect/Formatter"

/** What a thrown value says: anything may be thrown, also what cannot be converted to a string. */
export const textOf = (thrown: unknown): string => {
  try {
    if (typeof thrown === "string") return thrown
    if (thrown instanceof Error) return `${thrown.message}`
  } catch {
    // Its own code has thrown.
  }
  return format(thrown)
}
