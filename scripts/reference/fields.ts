/** The fields of an options type, also of those that are put together of others, and what a table says of them. */
import { ts } from "./compiler.ts"
import { type Doc, docOf, splitDefault, textOf } from "./doc.ts"
import type { Model, Name } from "./model.ts"

export interface Field {
  readonly name: string
  readonly optional: boolean
  /** The type as it is declared, without `undefined` where the field is optional. */
  readonly type: string
  readonly doc: Doc
  readonly declaration: ts.Declaration
}

const propertiesOf = (checker: ts.TypeChecker, type: ts.Type): ReadonlyArray<ts.Symbol> => {
  if (!type.isUnion()) return checker.getPropertiesOfType(type)
  const all = new Map<string, ts.Symbol>()
  for (const part of type.types) {
    for (const property of propertiesOf(checker, part)) if (!all.has(property.name)) all.set(property.name, property)
  }
  return [...all.values()]
}

const flat = (text: string): string =>
  text
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .trim()

const typeOf = (checker: ts.TypeChecker, symbol: ts.Symbol, declaration: ts.Declaration): string => {
  const node =
    ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration) ? declaration.type : undefined
  const text =
    node === undefined
      ? checker.typeToString(
          checker.getTypeOfSymbolAtLocation(symbol, declaration),
          declaration,
          ts.TypeFormatFlags.NoTruncation
        )
      : node.getText()
  return flat(text)
    .replace(/^\| /, "")
    .replace(/ \| undefined$/, "")
}

const isOurs = (declaration: ts.Declaration): boolean => !declaration.getSourceFile().fileName.includes("node_modules")

/** The fields of a type's members that are declared here, not those of Discord's or Effect's types. */
const fieldsOf = ({ checker }: Model, type: ts.Type): ReadonlyArray<Field> =>
  propertiesOf(checker, type).flatMap((symbol) => {
    const declaration = symbol.declarations?.[0]
    // Marks of a type (`~fibercord/Option`) and `@internal` ones are not for users.
    if (declaration === undefined || symbol.name.startsWith("~") || !isOurs(declaration)) return []
    if (symbol.getJsDocTags().some(({ name }) => name === "internal")) return []
    return [
      {
        name: symbol.name,
        optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
        type: typeOf(checker, symbol, declaration),
        doc: docOf(checker, symbol.declarations ?? [], []),
        declaration
      }
    ]
  })

/** The fields of a public type. */
export const fieldsOfName = (model: Model, { symbol }: Name): ReadonlyArray<Field> =>
  fieldsOf(model, model.checker.getDeclaredTypeOfSymbol(symbol))

// What these have is data of Discord's or of the playground's page, not options.
const data = new Set(["Discord", "DiscordApi", "Protocol", "InspectorState"])

/** Whether users pass such an object, of which they may leave something out. */
export const isOptions = (model: Model, name: Name): boolean =>
  name.kind === "type" &&
  !data.has(name.module.name) &&
  !model.checker.getDeclaredTypeOfSymbol(name.symbol).isUnion() &&
  fieldsOfName(model, name).some(({ optional }) => optional)

/** What a table says of a field: its default is `required` where it has to be given. */
export const described = (
  { doc, optional }: Field,
  link?: (text: string, target: ts.Declaration | undefined) => string
): { readonly meaning: string; readonly default: string } => {
  const { default: stated, meaning } = splitDefault(textOf(doc, link))
  return { meaning, default: stated ?? (optional ? "none" : "required") }
}
