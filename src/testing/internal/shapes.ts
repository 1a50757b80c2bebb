/**
 * The types of the fields that bots send. Discord refuses a value of another type, each with its own code. How long texts
 * and lists may be, and how fields depend on each other, is checked beside this.
 */
import { isObject, type Json } from "./json.ts"
import type { Path, Problems } from "./validate.ts"

/** Adds the problems of a value. */
export type Shape = (problems: Problems, value: unknown, path: Path) => void

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

const show = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "None"))

/** A shape for what may also be absent or `null`. */
const given =
  (shape: Shape): Shape =>
  (problems, value, path) =>
    isGiven(value) ? shape(problems, value, path) : undefined

/** Text. */
export const text: Shape = given((problems, value, path) => {
  if (typeof value === "string") return
  problems.add(path, "STRING_TYPE_CONVERT", `Could not interpret "${show(value)}" as string.`)
})

/** Text of at most so many characters. */
export const textUpTo = (max: number): Shape =>
  given((problems, value, path) => {
    if (typeof value === "string") problems.length(path, value, 0, max)
    else text(problems, value, path)
  })

/** `true` or `false`. */
export const boolean: Shape = given((problems, value, path) => {
  if (typeof value !== "boolean") problems.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
})

/** A whole number. */
export const integer: Shape = given((problems, value, path) => {
  if (!Number.isInteger(value)) problems.add(path, "NUMBER_TYPE_COERCE", `Value "${show(value)}" is not int.`)
})

/** A whole number in a range. */
export const integerIn = (min: number, max: number): Shape =>
  given((problems, value, path) => {
    if (typeof value === "number") problems.range(path, value, min, max)
    else integer(problems, value, path)
  })

/** A number. */
export const decimal: Shape = given((problems, value, path) => {
  if (typeof value !== "number") problems.add(path, "NUMBER_TYPE_COERCE", `Value "${show(value)}" is not float.`)
})

/** An id: a string, as Discord sends it, of digits that fit in 64 bits. */
export const snowflake: Shape = given((problems, value, path) => {
  if (typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n) return
  problems.add(path, "NUMBER_TYPE_COERCE", `Value "${show(value)}" is not snowflake.`)
})

/** An id, or the place of a file among those that are uploaded. */
export const snowflakeOrPlace: Shape = given((problems, value, path) => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return
  snowflake(problems, value, path)
})

/** One of these values. */
export const choice = (...values: ReadonlyArray<string | number>): Shape =>
  given((problems, value, path) => {
    if (values.includes(value as string)) return
    const list = values.map((each) => (typeof each === "string" ? `'${each}'` : each)).join(", ")
    problems.add(path, "BASE_TYPE_CHOICES", `Value must be one of (${list}).`)
  })

/** A time. */
export const timestamp: Shape = given((problems, value, path) => {
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))
  if (!isTime) problems.add(path, "DATE_TIME_TYPE_PARSE", `Could not parse ${show(value)}. Should be ISO8601.`)
})

/** Permissions as a decimal string. Source: Discord, "Permissions". */
export const permissions: Shape = given((problems, value, path) => {
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return
  problems.add(path, "NUMBER_TYPE_COERCE", `Value "${show(value)}" is not permissions.`)
})

/** A URL with one of these schemes. */
export const url = (...schemes: ReadonlyArray<string>): Shape =>
  given((problems, value, path) => {
    if (typeof value !== "string") return text(problems, value, path)
    const scheme = /^([a-z][a-z\d+.-]*):/i.exec(value)?.[1]?.toLowerCase()
    if (scheme === undefined || !value.includes("://") || !URL.canParse(value)) {
      problems.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    } else if (!schemes.includes(scheme)) {
      const list = schemes.map((each) => `'${each}'`).join(", ")
      const message = `Scheme "${scheme}" is not supported. Scheme must be one of (${list}).`
      problems.add(path, "URL_TYPE_INVALID_SCHEME", message)
    }
  })

/** A list of things of one shape. */
export const list = (item: Shape): Shape =>
  given((problems, value, path) => {
    if (!Array.isArray(value)) {
      return problems.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    }
    for (const [index, each] of value.entries()) {
      if (isGiven(each)) item(problems, each, [...path, index])
      else required(problems, each, [...path, index])
    }
  })

/** A list without duplicates. */
export const set = (item: Shape): Shape => {
  const items = list(item)
  return given((problems, value, path) => {
    items(problems, value, path)
    const again = Array.isArray(value) ? value.findIndex((each, index) => value.indexOf(each) < index) : -1
    if (again < 0) return
    problems.add([...path, again], "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
  })
}

/** An object. Fields that are not named are ignored, as Discord ignores them. */
export const model = (fields: Readonly<Record<string, Shape>>): Shape => {
  const entries = Object.entries(fields)
  return given((problems, value, path) => {
    if (!isObject(value)) {
      return problems.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    }
    for (const [name, shape] of entries) shape(problems, value[name], [...path, name])
  })
}

/** An object whose shape depends on what it holds. */
export const modelBy = (shapeOf: (value: Json) => Shape): Shape =>
  given((problems, value, path) => {
    if (isObject(value)) shapeOf(value)(problems, value, path)
    else problems.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
  })

/** An object with values of one shape. */
export const dictionary = (item: Shape): Shape =>
  given((problems, value, path) => {
    if (!isObject(value)) {
      return problems.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    }
    for (const [name, each] of Object.entries(value)) item(problems, each, [...path, name])
  })

const required = (problems: Problems, value: unknown, path: Path): void => {
  if (!isGiven(value)) problems.add(path, "BASE_TYPE_REQUIRED", "This field is required")
}

/** What must be there. */
export const needed =
  (shape: Shape): Shape =>
  (problems, value, path) => {
    required(problems, value, path)
    shape(problems, value, path)
  }
