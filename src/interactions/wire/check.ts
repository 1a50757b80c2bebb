/**
 * What the checks of Discord's rules have in common: where they are in a body, and what they have found. A body without
 * problems costs no allocation, because messages are checked each time one is sent.
 */
import * as Predicate from "effect/Predicate"
import type { Range } from "../../discord/limits.ts"

/** A rule of Discord's that a body breaks. */
export interface Problem {
  /** Where: `components[0].components[1].label`, or `options.role.description`. Empty for the body itself. */
  readonly path: string
  /** What Discord accepts. */
  readonly rule: string
  /** What there is. */
  readonly actual: string
}

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>

type Rule = (check: Check, value: Json) => void

const nothing: ReadonlyArray<never> = []

/** The value as an array, or an empty one. */
export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : nothing)

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

// Every UTF-16 unit is at most one code point, so most texts need no counting.
const isLonger = (text: string, max: number): boolean => text.length > max && codePoints(text) > max

/** The length of a text as Discord counts it. */
export const codePoints = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

// Discord replaces what it does not like in names of files.
const fileName = (name: string): string => name.replace(/[^\w.-]/g, "_")

const fileType = /^(?:image|video|audio|\.[^\s.]+)$/

/** Whether both are numbers, and the first one is greater. What is no number has a rule of its own that says so. */
export const isAbove = (one: unknown, other: unknown): boolean =>
  typeof one === "number" && typeof other === "number" && one > other

/** Whether it is a URL that begins with one of these schemes. */
export const isUrl = (value: unknown, schemes: RegExp): boolean => {
  const text = value instanceof URL ? value.href : textOf(value)
  return schemes.test(text) && URL.canParse(text)
}

const maxShown = 60

/** A value as it is told to whoever wrote it. */
export const show = (value: unknown): string => {
  if (typeof value === "string") {
    return value.length > maxShown ? `${JSON.stringify(value.slice(0, maxShown))}…` : JSON.stringify(value)
  }
  if (Array.isArray(value)) return entries(value.length)
  return typeof value === "object" && value !== null ? "an object" : String(value ?? "nothing")
}

const entries = (count: number): string => (count === 0 ? "none" : count === 1 ? "1 entry" : `${count} entries`)

const inWords = ({ max, min }: Range, unit: string): string =>
  min === 0 ? `at most ${max}${unit}` : min === max ? `exactly ${max}${unit}` : `${min} to ${max}${unit}`

/** One walk through a body. Its arrays keep their slots, which are used again: setting a length gives them away. */
export class Check {
  readonly #path: Array<string | number> = []
  #depth = 0
  #problems: Array<Problem> | undefined
  /** How many components there were so far. */
  components = 0
  /** How many characters their texts had. */
  characters = 0
  readonly #customIds: Array<string> = []
  #customIdCount = 0
  /** The files that they may show; `undefined` if that is not known. */
  files: ReadonlyArray<{ readonly name: string }> | undefined

  /** Begins anew, and returns what was found until now. */
  restart(): ReadonlyArray<Problem> {
    const found = this.#problems ?? nothing
    this.#problems = undefined
    this.#depth = 0
    this.components = 0
    this.characters = 0
    this.#customIdCount = 0
    this.files = undefined
    return found
  }

  /** Notes a problem of a field; of the object itself if `field` is empty. */
  fail(field: string, rule: string, actual: unknown): void {
    this.#note(field, rule, show(actual))
  }

  #note(field: string, rule: string, actual: string): void {
    const steps = [...this.#path.slice(0, this.#depth), ...(field === "" ? [] : [field])]
    const path = steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")
    this.#problems ??= []
    this.#problems.push({ path: path.startsWith(".") ? path.slice(1) : path, rule, actual })
  }

  /** The length of a text. One that is absent is as long as an empty one. */
  length(field: string, value: unknown, range: Range): void {
    const text = textOf(value)
    if (text.length >= range.min && !isLonger(text, range.max)) return
    this.#note(field, inWords(range, " characters"), text === "" ? "nothing" : `${codePoints(text)} characters`)
  }

  /** The number of entries. */
  count(field: string, value: unknown, range: Range): void {
    const { length } = listOf(value)
    if (length >= range.min && length <= range.max) return
    this.#note(field, inWords(range, " entries"), entries(length))
  }

  /** A whole number, if there is one. */
  whole(field: string, value: unknown, range: Range): void {
    if (Predicate.isNotNullish(value) && !Number.isInteger(value)) this.fail(field, "a whole number", value)
    else this.range(field, value, range)
  }

  /** A number, if there is one. */
  range(field: string, value: unknown, range: Range): void {
    if (!Predicate.isNotNullish(value)) return
    if (typeof value === "number" && value >= range.min && value <= range.max) return
    this.fail(field, inWords(range, ""), value)
  }

  /** Types of files. Source: Discord, "File Type Filtering". */
  fileTypes(value: Json, range: Range): void {
    for (const type of listOf(value["file_types"])) {
      if (typeof type === "string" && fileType.test(type)) continue
      this.fail("file_types", 'only "image", "video", "audio" and extensions with their dot', type)
    }
    this.count("file_types", value["file_types"], range)
  }

  /** A custom id that no other component of the body has. */
  unique(field: string, id: string): void {
    for (let index = 0; index < this.#customIdCount; index++) {
      if (this.#customIds[index] === id) return this.fail(field, "a custom id of its own", id)
    }
    this.#customIds[this.#customIdCount++] = id
  }

  /** Whether components may show a file of this name. */
  hasFile(name: string): boolean {
    return this.files?.some((file) => fileName(file.name) === fileName(name)) !== false
  }

  /** A sum over the whole body. */
  total(field: string, sum: number, { max }: Range, unit: string): void {
    if (sum > max) this.#note(field, `at most ${max} ${unit} in total`, `${sum} ${unit}`)
  }

  /** A minimum that must not exceed its maximum. */
  order(field: string, min: number, max: number): void {
    if (min > max) this.#note(field, "no more than the maximum", `${min}, over a maximum of ${max}`)
  }

  /** Applies a rule to an object in a field. */
  in(field: string, value: unknown, rule: Rule): void {
    if (!Predicate.isObject(value)) return
    this.#path[this.#depth++] = field
    rule(this, value as Json)
    this.#depth--
  }

  /** Applies a rule to each object in a list. With `nameOf`, paths have names instead of positions. */
  each(field: string, value: unknown, rule: Rule, nameOf?: (item: Json) => unknown): void {
    const items = listOf(value)
    if (items.length === 0) return
    this.#path[this.#depth++] = field
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      if (!Predicate.isObject(item)) continue
      const name = nameOf?.(item as Json)
      this.#path[this.#depth++] = typeof name === "string" && name !== "" ? name : index
      rule(this, item as Json)
      this.#depth--
    }
    this.#depth--
  }
}

// Checks are synchronous and call nobody, so that one serves all.
const only = new Check()

/** The problems of a value. */
export const problemsOf = <A>(rule: (check: Check, value: A) => void, value: A): ReadonlyArray<Problem> => {
  // A getter of the user's may have thrown out of the walk before this one.
  only.restart()
  rule(only, value)
  return only.restart()
}
