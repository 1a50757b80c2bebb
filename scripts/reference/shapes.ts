/** Classes as the reference shows them: the methods of a service, the fields and the message of an error. */
import { ts } from "./compiler.ts"
import { type Doc, docOf } from "./doc.ts"
import { type Failure, failuresOf } from "./failures.ts"
import { messagesOf } from "./message.ts"
import type { Model, Name } from "./model.ts"

export interface Method {
  readonly name: string
  /** Its type as it is declared. */
  readonly type: string
  readonly doc: Doc
  readonly failures: ReadonlyArray<Failure> | undefined
}

const unindented = (text: string): string => {
  const lines = text.split("\n")
  const depth = Math.min(
    ...lines.slice(1).map((line) => (line.trim() === "" ? Infinity : (/^ */.exec(line)?.[0].length ?? 0)))
  )
  return Number.isFinite(depth) ? [lines[0], ...lines.slice(1).map((line) => line.slice(depth))].join("\n") : text
}

/** The source of a node without its comments, from the left edge. */
export const sourceOf = (node: ts.Node): string =>
  unindented(
    node
      .getText()
      .replaceAll(/^[ \t]*\/\*\*[^]*?\*\/\n/gm, "")
      .replaceAll(/\/\*\*[^]*?\*\/\s*/g, "")
  )

const shapeNode = (declaration: ts.Declaration): ts.TypeNode | undefined => {
  if (!ts.isClassDeclaration(declaration)) return undefined
  const extended = declaration.heritageClauses?.[0]?.types[0]?.expression
  for (
    let node: ts.Node | undefined = extended;
    node !== undefined && ts.isCallExpression(node);
    node = node.expression
  ) {
    if (node.typeArguments?.[1] !== undefined) return node.typeArguments[1]
    if (ts.isExpressionWithTypeArguments(node.expression)) return node.expression.typeArguments?.[1]
  }
  return undefined
}

/** The members of a service, in their order. */
export const methodsOf = (model: Model, { declarations }: Name): ReadonlyArray<Method> => {
  const { checker } = model
  const node = declarations.map(shapeNode).find((each) => each !== undefined)
  if (node === undefined) return []
  return checker.getPropertiesOfType(checker.getTypeFromTypeNode(node)).flatMap((symbol) => {
    const declaration = symbol.declarations?.[0]
    if (declaration === undefined || symbol.getJsDocTags().some(({ name }) => name === "internal")) return []
    // A service that is a class of the library is a token for users: they need it, and cannot use it.
    if (ts.isClassElement(declaration) && /\/internal\//.test(declaration.getSourceFile().fileName)) return []
    const type = checker.getTypeOfSymbolAtLocation(symbol, declaration)
    const declared =
      ts.isPropertySignature(declaration) && declaration.type !== undefined ? sourceOf(declaration.type) : undefined
    const text = declared ?? checker.typeToString(type, declaration, ts.TypeFormatFlags.NoTruncation)
    return [
      {
        name: symbol.name,
        type: text,
        doc: docOf(checker, symbol.declarations ?? [], []),
        failures: failuresOf(model, type)
      }
    ]
  })
}

export interface ErrorField {
  readonly name: string
  readonly type: string
  readonly doc: Doc
}

export interface ErrorShape {
  readonly tag: string
  readonly fields: ReadonlyArray<ErrorField>
  /** The texts that its message can have, with `{field}` for what is put in; none if it has only that of its field. */
  readonly messages: ReadonlyArray<string>
}

/** A type as users write it: a branded one by its name, and without where the compiler found it. */
const withNames = (type: string): string =>
  type
    .replaceAll(/\w+ & import\("effect\/Brand"\)\.Brand<"fibercord\/(\w+)">/g, "$1")
    .replaceAll(/import\("[^"]*"\)\./g, "")

interface Declared {
  readonly name: string
  readonly declarations: ReadonlyArray<ts.Node>
}

/** The fields of an error's schema with their comments, also of one that errors share. */
const fieldsIn = (checker: ts.TypeChecker, fields: ts.Expression): ReadonlyArray<Declared> => {
  if (!ts.isObjectLiteralExpression(fields)) {
    return checker
      .getPropertiesOfType(checker.getTypeAtLocation(fields))
      .map(({ declarations = [], name }) => ({ name, declarations }))
  }
  return fields.properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) return fieldsIn(checker, property.expression)
    const declarations =
      ts.isShorthandPropertyAssignment(property) && ts.getJSDocCommentsAndTags(property).length === 0
        ? [property, ...(checker.getShorthandAssignmentValueSymbol(property)?.declarations ?? [])]
        : [property]
    return [{ name: property.name.getText(), declarations }]
  })
}

/** What a user can know of an error class. */
export const errorShapeOf = ({ checker }: Model, { declarations, symbol }: Name): ErrorShape | undefined => {
  const declaration = declarations.find(ts.isClassDeclaration)
  const call = declaration?.heritageClauses?.[0]?.types[0]?.expression
  if (declaration === undefined || call === undefined || !ts.isCallExpression(call)) return undefined
  const [tag, fields] = call.arguments
  if (tag === undefined || !ts.isStringLiteral(tag)) return undefined
  const instance = checker.getDeclaredTypeOfSymbol(symbol)
  return {
    tag: tag.text,
    fields: (fields === undefined ? [] : fieldsIn(checker, fields)).flatMap(({ declarations, name }) => {
      const member = instance.getProperty(name)
      if (member === undefined) return []
      const type = checker.getTypeOfSymbolAtLocation(member, declaration)
      const text = checker.typeToString(type, declaration, ts.TypeFormatFlags.NoTruncation)
      return [{ name, type: withNames(text), doc: docOf(checker, declarations, []) }]
    }),
    messages: messagesOf(declaration)
  }
}
