/**
 * How code of the reference is laid out: for columns of 80 characters, so that a page and a phone show it without a
 * scroll bar, also where the sources are wider.
 */
import { format } from "oxfmt"

const options = { printWidth: 80, semi: false, trailingComma: "none", arrowParens: "always" } as const

const formatted = async (code: string): Promise<string | undefined> => {
  const { code: text, errors } = await format("reference.ts", code, options)
  return errors.some(({ severity }) => severity === "Error") ? undefined : text.trimEnd()
}

/** The lines between the first and the last, from the left edge. */
const withoutFrame = (code: string): string =>
  code
    .split("\n")
    .slice(1, -1)
    .map((line) => line.replace(/^ {2}/, ""))
    .join("\n")

/**
 * Declarations as text are no module: a constant has no value, and a member stands alone. They are formatted as what
 * they would be in one, and read as they are written here. Code that is only a part of a statement stays as it is.
 */
const laidOut = async (code: string): Promise<string> => {
  const member = /^readonly (\S+?)(\??): ([^]*)$/.exec(code)
  if (member !== null) {
    const [, name = "", optional = "", type = ""] = member
    const text = await formatted(`type Member = {\n  readonly ${name}${optional}: ${type}\n}`)
    return text === undefined ? code : withoutFrame(text)
  }
  if (!/\byield\*/.test(code) || /^(import|export)\b/m.test(code)) return (await formatted(code)) ?? code
  // A statement of a generator: on its own, `yield* f()` would be a product.
  const text = await formatted(`function* reference() {\n${code}\n}`)
  return text === undefined ? code : withoutFrame(text)
}

/** A page with its code laid out. */
export const withLayout = async (page: string): Promise<string> => {
  const parts = page.split(/(```ts\n[^]*?\n```)/)
  const all = await Promise.all(
    parts.map(async (part, index) =>
      index % 2 === 0 ? part : `\`\`\`ts\n${await laidOut(part.slice("```ts\n".length, -"\n```".length))}\n\`\`\``
    )
  )
  return all.join("")
}
