/** Classes as the reference shows them: the methods of a service, the fields and the message of an error. */
import { ts } from "./compiler.ts"
import { type Doc, docOf } from "./doc.ts"
import { type Failure, failuresOf } from "./failures.ts"
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
  /** Its message, with `{field}` for what is put in; `undefined` when that takes more than one sentence of code. */
  readonly message: string | undefined
}

const braced = (expression: ts.Expression, locals: ReadonlyMap<string, ts.Expression>): string => {
  if (ts.isStringLiteralLike(expression)) return expression.text
  if (ts.isParenthesizedExpression(expression)) return braced(expression.expression, locals)
  if (ts.isTemplateExpression(expression)) {
    return (
      expression.head.text +
      expression.templateSpans.map((span) => braced(span.expression, locals) + span.literal.text).join("")
    )
  }
  if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return braced(expression.left, locals) + braced(expression.right, locals)
  }
  if (ts.isIdentifier(expression)) {
    const local = locals.get(expression.text)
    return local === undefined ? `{${expression.text}}` : braced(local, new Map())
  }
  if (ts.isPropertyAccessExpression(expression) && expression.expression.kind === ts.SyntaxKind.ThisKeyword) {
    return `{${expression.name.text}}`
  }
  return "{…}"
}

const messageOf = (declaration: ts.ClassDeclaration): string | undefined => {
  const getter = declaration.members.find(
    (each): each is ts.GetAccessorDeclaration => ts.isGetAccessorDeclaration(each) && each.name.getText() === "message"
  )
  const statements = getter?.body?.statements ?? []
  const last = statements.at(-1)
  if (last === undefined || !ts.isReturnStatement(last) || last.expression === undefined) return undefined
  const locals = new Map<string, ts.Expression>()
  for (const statement of statements.slice(0, -1)) {
    if (!ts.isVariableStatement(statement)) return undefined
    for (const { initializer, name } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined) locals.set(name.text, initializer)
    }
  }
  const text = braced(last.expression, locals)
  return text.replaceAll(/\{[^}]*\}/g, "").trim() === "" ? undefined : text
}

/** What a user can know of an error class. */
export const errorShapeOf = ({ checker }: Model, { declarations, symbol }: Name): ErrorShape | undefined => {
  const declaration = declarations.find(ts.isClassDeclaration)
  const call = declaration?.heritageClauses?.[0]?.types[0]?.expression
  if (declaration === undefined || call === undefined || !ts.isCallExpression(call)) return undefined
  const [tag, fields] = call.arguments
  if (tag === undefined || !ts.isStringLiteral(tag)) return undefined
  const instance = checker.getDeclaredTypeOfSymbol(symbol)
  const named = fields !== undefined && ts.isObjectLiteralExpression(fields) ? fields.properties : []
  return {
    tag: tag.text,
    fields: named.flatMap((property) => {
      const name = property.name?.getText()
      const member = name === undefined ? undefined : instance.getProperty(name)
      if (name === undefined || member === undefined) return []
      const type = checker.getTypeOfSymbolAtLocation(member, declaration)
      const text = checker.typeToString(type, declaration, ts.TypeFormatFlags.NoTruncation)
      return [{ name, type: text, doc: docOf(checker, [property], []) }]
    }),
    message: messageOf(declaration)
  }
}
