/** Texts of a session as texts or patterns of another fake. */
import type { Named, Text } from "../../Session.ts"

const patterns = {
  id: "\\d{17,20}",
  time: "<t:-?\\d+(?::[a-zA-Z])?>",
  date: "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(?:Z|[+-]\\d\\d:?\\d\\d)?"
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")

/** Whether nothing is left open. */
export const isExact = (text: Text): boolean => !text.some((part) => typeof part === "object" && "any" in part)

/** The source of a regular expression for a text. */
export const toPattern = (text: Text, idOf: (named: Named) => string): string => {
  const parts = text.map((part) => {
    if (typeof part === "string") return escape(part)
    return "any" in part ? patterns[part.any] : idOf(part)
  })
  return `^${parts.join("")}$`
}

/** A text for people. */
export const toReadable = (text: Text): string =>
  text
    .map((part) => {
      if (typeof part === "string") return part
      return `‹${"any" in part ? `any ${part.any}` : Object.values(part).join("")}›`
    })
    .join("")
