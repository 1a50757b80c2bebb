/** What a name fails with: the errors in its type, and those of the methods of a service. */
import { ts } from "./compiler.ts"
import type { Model, Name } from "./model.ts"

/** An error of a type: a public one, or, of another package, its name. A type parameter is the user's own. */
export type Failure =
  | { readonly _tag: "Public"; readonly name: Name }
  | { readonly _tag: "Other"; readonly text: string }
  | { readonly _tag: "Parameter"; readonly text: string }

// Where the error stands among the type's parameters.
const effects: Readonly<Record<string, number>> = { Effect: 1, Layer: 1, Stream: 1, Exit: 1 }

const isOfEffect = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.declarations?.some((each) => /node_modules[/\\]effect[/\\]/.test(each.getSourceFile().fileName)) === true

/** The error of an Effect, a Layer or a Stream; `undefined` for any other type. */
const errorOf = (checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined => {
  for (const symbol of [type.aliasSymbol, type.symbol]) {
    const index = symbol === undefined ? undefined : effects[symbol.name]
    if (index === undefined || !isOfEffect(symbol)) continue
    const given =
      symbol === type.aliasSymbol ? type.aliasTypeArguments : checker.getTypeArguments(type as ts.TypeReference)
    if (given?.[index] !== undefined) return given[index]
  }
  return undefined
}

/** The errors of a type, through functions that return functions; `undefined` when it is not about effects. */
const errorsIn = (checker: ts.TypeChecker, type: ts.Type, depth = 0): ReadonlyArray<ts.Type> | undefined => {
  const own = errorOf(checker, type)
  if (own !== undefined) return own.isUnion() ? own.types : [own]
  if (depth > 2) return undefined
  const parts = [
    ...(type.isUnion() ? type.types : []),
    ...type.getCallSignatures().map((signature) => signature.getReturnType())
  ]
  const found = parts.flatMap((part) => {
    const errors = errorsIn(checker, part, depth + 1)
    return errors === undefined ? [] : [errors]
  })
  return found.length === 0 ? undefined : found.flat()
}

const failureOf = ({ checker, nameOf }: Model, type: ts.Type): ReadonlyArray<Failure> => {
  if ((type.flags & (ts.TypeFlags.Never | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return []
  const text = checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
  if ((type.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.Conditional | ts.TypeFlags.IndexedAccess)) !== 0) {
    return [{ _tag: "Parameter", text }]
  }
  const declaration = (type.symbol as ts.Symbol | undefined)?.declarations?.[0]
  const name = declaration === undefined ? undefined : nameOf(declaration)
  if (name !== undefined && name.declarations.includes(declaration as ts.Declaration)) return [{ _tag: "Public", name }]
  return [{ _tag: "Other", text }]
}

const keyOf = (failure: Failure): string =>
  failure._tag === "Public" ? `${failure.name.module.path}#${failure.name.anchor}` : failure.text

/** What a type fails with; `undefined` when it has nothing to do with effects. */
export const failuresOf = (model: Model, type: ts.Type): ReadonlyArray<Failure> | undefined => {
  const errors = errorsIn(model.checker, type)
  if (errors === undefined) return undefined
  const all = errors.flatMap((error) => failureOf(model, error))
  return [...new Map(all.map((failure) => [keyOf(failure), failure])).values()]
}

/** What a middleware, or a function that returns one, adds to the errors of handlers. */
export const middlewareFailuresOf = (model: Model, type: ts.Type): ReadonlyArray<Failure> => {
  const returned = type.getCallSignatures().map((signature) => signature.getReturnType())
  const errors = [type, ...returned].flatMap(({ aliasSymbol, aliasTypeArguments = [] }) => {
    const [declaration] = aliasSymbol?.declarations ?? []
    const name = declaration === undefined ? undefined : model.nameOf(declaration)
    const [error] = aliasTypeArguments
    if (name?.module.name !== "Middleware" || name.name !== "Middleware" || error === undefined) return []
    return error.isUnion() ? error.types : [error]
  })
  return errors.flatMap((error) => failureOf(model, error))
}

/** The type of a name's value. */
export const valueTypeOf = ({ checker }: Model, { declarations, symbol }: Name): ts.Type | undefined => {
  const declaration = declarations.find(
    (each) => !ts.isInterfaceDeclaration(each) && !ts.isTypeAliasDeclaration(each) && !ts.isModuleDeclaration(each)
  )
  return declaration === undefined ? undefined : checker.getTypeOfSymbolAtLocation(symbol, declaration)
}
