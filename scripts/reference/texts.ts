/** The texts that users are told, with when: from `ErrorReply.defaultTexts`, and from what the doc comments of its keys list. */
import { ts } from "./compiler.ts"
import { textOf } from "./doc.ts"
import { find, type Model, type Name } from "./model.ts"
import { tableOf } from "./table.ts"

const nameIn = (model: Model, name: string): Name => {
  const found = find(model, `ErrorReply.${name}`)
  if (found === undefined) throw new Error(`ErrorReply.${name} is not public`)
  return found
}

/** The items of a doc comment's list, such as "- `Denied`: this user may not use it;", in their order. */
const whens = (name: Name): ReadonlyArray<readonly [key: string, when: string]> =>
  textOf(name.doc)
    .split(/\n- /)
    .slice(1)
    .map((item) => {
      const [, key = "", when = ""] = /^`(\w+)`: ([^]*?)[;.]?$/.exec(item.trim()) ?? []
      if (key === "") throw new Error(`ErrorReply.${name.name}: this item of the list names no key: ${item}`)
      return [key, when]
    })

const defaults = (name: Name): ReadonlyMap<string, string> => {
  const declaration = name.declarations.find(ts.isVariableDeclaration)
  const { initializer } = declaration ?? {}
  if (initializer === undefined || !ts.isObjectLiteralExpression(initializer)) throw new Error("no object of texts")
  return new Map(
    initializer.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) && ts.isStringLiteralLike(property.initializer)
        ? [[property.name.getText(), property.initializer.text] as const]
        : []
    )
  )
}

/** The table of all texts. A key without a text, or a text without a "when", is an error. */
export const textsTable = (model: Model): string => {
  const texts = defaults(nameIn(model, "defaultTexts"))
  const items = [...whens(nameIn(model, "Reason")), ...whens(nameIn(model, "Refusal"))]
  const keys = new Set(items.map(([key]) => key))
  const lacking = [...texts.keys()].filter((key) => !keys.has(key))
  if (lacking.length > 0)
    throw new Error(`the doc comments of ErrorReply do not say when ${lacking.join(", ")} is told`)
  return tableOf(
    ["text", "default", "when"],
    items.map(([key, when]) => {
      const text = texts.get(key)
      if (text === undefined) throw new Error(`ErrorReply.defaultTexts has no ${key}`)
      return [`\`${key}\``, text, when]
    })
  )
}
