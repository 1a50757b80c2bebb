/** What was refused, in the words of Discord's client where it has some. */

interface Found {
  readonly path: string
  readonly message: string
}

/** The errors of an "Invalid Form Body", each with the path of its field. Source: Discord, "Error Messages". */
const errorsIn = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<Found> => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== "_errors" || !Array.isArray(inner)) return errorsIn(inner, [...path, key])
    return inner.flatMap((each: unknown) => {
      const message = (each as { readonly message?: unknown } | null)?.message
      return typeof message === "string" ? [{ path: path.join("."), message }] : []
    })
  })
}

/** An error of Discord's API in a text, as JSON. */
const bodyIn = (text: string): { readonly message: string; readonly errors?: unknown } | undefined => {
  const from = text.indexOf("{")
  if (from < 0) return undefined
  try {
    const body: unknown = JSON.parse(text.slice(from))
    const message = (body as { readonly message?: unknown }).message
    return typeof message === "string" ? (body as { readonly message: string }) : undefined
  } catch {
    return undefined
  }
}

const sentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`

/** The words for what the playground says about a request that it refused. */
export const wordsOf = (text: string): string => {
  const body = bodyIn(text)
  if (body !== undefined) {
    const found = errorsIn(body.errors).map(({ message, path }) => (path === "" ? message : `${path}: ${message}`))
    return found.length === 0 ? sentence(body.message) : `${body.message}. ${found.map(sentence).join(" ")}`
  }
  // The rule is what is said to people; what it is about stands beside it.
  const rule = /^".*?" is (?:forbidden|disabled|invisible): (.+)$/s.exec(text)?.[1]
  return rule === undefined ? text : sentence(rule)
}

/** What becomes of an interaction that failed: Discord's sentence, and what the bot had tried. */
export const failureOf = (said: string, refused: ReadonlyArray<string> = []): string =>
  [said, ...refused.map((each) => `Discord refused: ${each}.`)].join(" ")
