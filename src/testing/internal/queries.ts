/** What requests ask for in their query: numbers, ids, and pages of lists by ids. */
import { snowflake } from "./shapes.ts"
import { Problems } from "./validate.ts"

/** A number of the query in a range, or the default. */
export const numberIn = (query: URLSearchParams, name: string, min: number, max: number, or: number): number => {
  const given = query.get(name)
  const value = given === null || given === "" ? or : Number(given)
  const problems = new Problems()
  problems.range([name], value, min, max)
  problems.done()
  return value
}

/** An id of the query, if there is one. */
export const idIn = (query: URLSearchParams, name: string): bigint | undefined => {
  const given = query.get(name)
  if (given === null || given === "") return undefined
  const problems = new Problems()
  snowflake(problems, given, [name])
  problems.done()
  return BigInt(given)
}

/** Things in ascending order of their ids. */
export const ascending = <A>(all: ReadonlyArray<A>, idOf: (one: A) => string): ReadonlyArray<A> =>
  all.toSorted((a, b) => (BigInt(idOf(a)) < BigInt(idOf(b)) ? -1 : 1))

/** A page in ascending order. `before` counts if both are given. */
export const pageOf = <A>(
  all: ReadonlyArray<A>,
  idOf: (one: A) => string,
  query: URLSearchParams,
  limit: number
): ReadonlyArray<A> => {
  const before = idIn(query, "before")
  const after = before === undefined ? idIn(query, "after") : undefined
  const there = ascending(all, idOf)
    .filter((one) => before === undefined || BigInt(idOf(one)) < before)
    .filter((one) => after === undefined || BigInt(idOf(one)) > after)
  return before === undefined ? there.slice(0, limit) : there.slice(-limit)
}
