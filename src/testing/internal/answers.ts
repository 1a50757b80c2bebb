/** What routes respond with, and how they read their queries. */
import type { Json } from "./json.ts"
import type { Answer, Call } from "./routes.ts"
import { Problems } from "./validate.ts"

/** A 200 with a body. */
export const ok = (body: unknown): Answer => ({ status: 200, body })

/** A 201 with a body. */
export const created = (body: unknown): Answer => ({ status: 201, body })

/** A 204. */
export const noContent: Answer = { status: 204 }

/** A whole number of the query. Throws Discord's error if it is not in the range. */
export const numberOf = ({ query }: Call, name: string, range: { or: number; min: number; max: number }): number => {
  const text = query.get(name)
  if (text === null) return range.or
  const problems = new Problems()
  const value = Number(text)
  if (text.trim() === "" || !Number.isInteger(value)) {
    problems.add([name], "NUMBER_TYPE_COERCE", `Value "${text}" is not int.`)
  } else problems.range([name], value, range.min, range.max)
  problems.done()
  return value
}

/** Whether a text is an id. */
export const isSnowflake = (text: unknown): text is string => typeof text === "string" && /^\d{1,20}$/.test(text)

/** Adds a problem if there is a value that is no id. */
export const checkId = (problems: Problems, path: ReadonlyArray<string | number>, value: unknown): void => {
  if (value === undefined || value === null || isSnowflake(value)) return
  problems.add(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not snowflake.`)
}

/** An id of the query. Throws Discord's error if it is none. */
export const idOf = ({ query }: Call, name: string): bigint | undefined => {
  const text = query.get(name)
  if (text === null) return undefined
  const problems = new Problems()
  checkId(problems, [name], text)
  problems.done()
  return BigInt(text)
}

/** A boolean of the query. Source: Discord, "Boolean Query Strings". */
export const flagOf = ({ query }: Call, name: string): boolean =>
  ["true", "1"].includes(query.get(name)?.toLowerCase() ?? "")

/** A time of the query in milliseconds. Throws Discord's error if it is none. */
export const timeOf = ({ query }: Call, name: string): string | undefined => {
  const text = query.get(name)
  if (text === null) return undefined
  const problems = new Problems()
  checkTime(problems, [name], text)
  problems.done()
  return text
}

/** Adds a problem if there is a value that is no ISO8601 timestamp. */
export const checkTime = (problems: Problems, path: ReadonlyArray<string | number>, value: unknown): void => {
  if (value === undefined || value === null) return
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))) return
  problems.add(path, "DATETIME_TYPE_PARSE", `Could not parse ${String(value)}. Should be ISO8601.`)
}

/** Adds a problem if there is a value that is not one of these. */
export const checkChoice = (
  problems: Problems,
  path: ReadonlyArray<string | number>,
  value: unknown,
  choices: ReadonlyArray<unknown>
): void => {
  if (value === undefined || value === null || choices.includes(value)) return
  problems.add(path, "BASE_TYPE_CHOICES", `Value must be one of {${choices.map(String).join(", ")}}.`)
}

/** Adds a problem if a value is absent. */
export const checkRequired = (problems: Problems, path: ReadonlyArray<string | number>, value: unknown): void => {
  if (value === undefined || value === null) problems.add(path, "BASE_TYPE_REQUIRED", "This field is required")
}

/** The fields of an object that are given. */
export const given = (body: Json, fields: ReadonlyArray<string>): Json =>
  Object.fromEntries(fields.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]])))

/** A page of things that have ids, oldest first: those after an id. */
export const pageAfter = <A extends { readonly id: unknown }>(
  all: ReadonlyArray<A>,
  after: bigint | undefined,
  limit: number
): ReadonlyArray<A> =>
  all
    .filter(({ id }) => after === undefined || BigInt(String(id)) > after)
    .toSorted((a, b) => (BigInt(String(a.id)) < BigInt(String(b.id)) ? -1 : 1))
    .slice(0, limit)

/** Adds a problem if there is a value that is no boolean. */
export const checkBoolean = (problems: Problems, path: ReadonlyArray<string | number>, value: unknown): void => {
  if (value === undefined || value === null || typeof value === "boolean") return
  problems.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
}

/** Adds a problem if there is a value that is no text. */
export const checkString = (problems: Problems, path: ReadonlyArray<string | number>, value: unknown): void => {
  if (value === undefined || value === null || typeof value === "string") return
  problems.add(path, "STRING_TYPE_CONVERT", `Could not interpret "${String(value)}" as string.`)
}
