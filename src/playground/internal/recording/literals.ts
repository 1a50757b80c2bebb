/** Values as TypeScript, which means the same whatever is in them. */
import type { Named, Text } from "../../Session.ts"
import { isExact, toPattern } from "./pattern.ts"

// JSON is a part of JavaScript; these two characters end lines for some tools nevertheless.
/** A string. */
export const quote = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u2028\u2029\u007f-\u009f]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** A text within a comment, which ends with its line. */
export const comment = (text: string): string => quote(text).slice(1, -1).replaceAll('\\"', '"')

/** A part of a template literal. */
const templated = (text: string): string =>
  quote(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("`", "\\`").replaceAll("${", "\\${")

/** A key of an object literal. `"__proto__"` would not be one. */
export const key = (name: string): string => {
  if (name === "__proto__") return `["__proto__"]`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)
}

/** An exact text: a string, or a template with the ids of what is named. */
export const text = (text: Text, idOf: (named: Named) => string): string => {
  const parts = text.filter((part) => typeof part === "string")
  if (parts.length === text.length) return quote(parts.join(""))
  const all = text.map((part) => {
    if (typeof part === "string") return templated(part)
    return "any" in part ? `‹any ${part.any}›` : `\${${idOf(part)}}`
  })
  return `\`${all.join("")}\``
}

/** A text that is not exact: a regular expression, in which any id stands for all. */
export const pattern = (text: Text): string => {
  const source = toPattern(text, () => "\\d{17,20}")
  return /^[ -~]*$/.test(source) ? `/${source}/` : `new RegExp(${quote(source)})`
}

/** A test of `subject` for a text: an expression. */
export const fits = (subject: string, wanted: Text, idOf: (named: Named) => string): string =>
  isExact(wanted) ? `${subject} === ${text(wanted, idOf)}` : `${pattern(wanted)}.test(${subject})`

/** What the source says itself, and what JavaScript does. */
export const reserved: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield async of " +
    "assert it Effect Layer FakeDiscord Program VirtualClock TestLive discord program clock Buffer JSON RegExp " +
    "text content embeds buttons selects deleted disabled label placeholder name connected shardId"
  ).split(" ")
)

/** Gives variables names that nothing else has. */
export class Variables {
  readonly #taken = new Set(reserved)

  /** A name that resembles a text. */
  name(text: string, or: string): string {
    const words = text.normalize("NFKD").match(/[A-Za-z0-9]+/g) ?? []
    const joined = words
      .map((word, index) =>
        index === 0 ? word.charAt(0).toLowerCase() + word.slice(1) : word.charAt(0).toUpperCase() + word.slice(1)
      )
      .join("")
      .slice(0, 24)
    const base = /^[A-Za-z]/.test(joined) ? joined : or
    let name = base
    for (let count = 2; this.#taken.has(name); count++) name = `${base}${count}`
    this.#taken.add(name)
    return name
  }
}
