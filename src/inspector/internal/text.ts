/** Values of any kind as text for people, of a limited length. */
import { inspect } from "node:util"

const ellipsis = "…"

/** The beginning of a text. */
export const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}${ellipsis}` : text

/** A value as text. Never throws. */
export const textOf = (value: unknown, length = 4000): string => {
  if (typeof value === "string") return cut(value, length)
  try {
    return cut(
      inspect(value, { depth: 4, maxArrayLength: 50, maxStringLength: length, breakLength: 100, getters: false }),
      length
    )
  } catch {
    return "a value that cannot be shown"
  }
}

/** A value as JSON; `undefined` if it has none. */
export const jsonOf = (value: unknown, length = 4000): string | undefined => {
  try {
    const json = JSON.stringify(value) as string | undefined
    return json === undefined ? undefined : cut(json, length)
  } catch {
    return undefined
  }
}

/** Named values as text: the first of them, and of each the beginning. */
export const fieldsOf = (entries: Iterable<readonly [string, unknown]>): Readonly<Record<string, string>> =>
  Object.fromEntries([...entries].slice(0, 20).map(([key, value]) => [cut(key, 100), textOf(value, 500)]))
