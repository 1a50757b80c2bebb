/** Narrowing of unknown JSON, because what clients send is never trusted. */

/** A JSON object. */
export type Json = { readonly [key: string]: unknown }

/** Whether a value is a JSON object (not null, not an array). */
export const isObject = (u: unknown): u is Json => typeof u === "object" && u !== null && !Array.isArray(u)

/** The value as an object, or an empty one. */
export const object = (u: unknown): Json => (isObject(u) ? u : {})

/** A value by a name that bots and users choose: what every object has, such as `constructor`, is none. */
export const own = <A>(record: { readonly [key: string]: A }, key: string): A | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** The value as an array, or an empty one. */
export const array = (u: unknown): ReadonlyArray<unknown> => (Array.isArray(u) ? u : [])

/** The objects of an array. */
export const objects = (u: unknown): ReadonlyArray<Json> => array(u).filter(isObject)

/** The value as a string, if it is one. */
export const string = (u: unknown): string | undefined => (typeof u === "string" ? u : undefined)

/** The value as a number, if it is one. */
export const number = (u: unknown): number | undefined => (typeof u === "number" ? u : undefined)

/** Parses text. Returns `undefined` if it is not JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
