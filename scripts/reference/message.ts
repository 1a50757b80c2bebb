/** What an error says: the texts that its `message` can have, read from the getter. */
import { ts } from "./compiler.ts"

type Locals = ReadonlyMap<string, ts.Expression>

/** What an expression is about: `this.missing.join(" and ")` is about `missing`. */
const subjectOf = (expression: ts.Expression, locals: Locals): string => {
  if (ts.isPropertyAccessExpression(expression)) {
    if (expression.expression.kind === ts.SyntaxKind.ThisKeyword) return `{${expression.name.text}}`
    const outer = subjectOf(expression.expression, locals)
    return ts.isCallExpression(expression.parent) && expression.parent.expression === expression
      ? outer
      : outer.replace(/\}$/, `.${expression.name.text}}`)
  }
  if (ts.isIdentifier(expression)) {
    const local = locals.get(expression.text)
    return local === undefined ? `{${expression.text}}` : (textsOf(local, locals)[0] ?? "{…}")
  }
  if (ts.isCallExpression(expression)) {
    const [first] = expression.arguments
    const isMethod =
      ts.isPropertyAccessExpression(expression.expression) &&
      // A function of a module, such as `Duration.format(…)`, is about its argument.
      !/^[A-Z]\w*\.\w+$/.test(expression.expression.getText())
    if (isMethod) return subjectOf(expression.expression, locals)
    return first === undefined ? "{…}" : subjectOf(first, locals)
  }
  if (ts.isNewExpression(expression) && expression.arguments?.[0] !== undefined) {
    return subjectOf(expression.arguments[0], locals)
  }
  if (ts.isBinaryExpression(expression)) return subjectOf(expression.left, locals)
  if (ts.isParenthesizedExpression(expression)) return subjectOf(expression.expression, locals)
  return "{…}"
}

/** A list of lines that is joined: each line is shown once. */
const joined = (expression: ts.CallExpression, locals: Locals): ReadonlyArray<string> | undefined => {
  const { expression: method } = expression
  if (!ts.isPropertyAccessExpression(method) || method.name.text !== "join") return undefined
  if (!ts.isArrayLiteralExpression(method.expression)) return undefined
  const lines = method.expression.elements.map((each) =>
    ts.isSpreadElement(each) ? subjectOf(each.expression, locals) : (textsOf(each, locals)[0] ?? "{…}")
  )
  return [lines.join(" ")]
}

const combined = (before: ReadonlyArray<string>, after: ReadonlyArray<string>): ReadonlyArray<string> =>
  before.flatMap((text) => after.map((more) => text + more))

const isShort = (texts: ReadonlyArray<string>): boolean => texts.every((text) => text.length <= 24)

const inside = (expression: ts.Expression, locals: Locals): ReadonlyArray<string> => {
  const texts = textsOf(expression, locals).filter((text) => text !== "")
  // Alternatives of a few words within a sentence do not need a sentence each.
  return texts.length > 1 && isShort(texts) ? [texts.join(" | ")] : texts.length === 0 ? [""] : texts
}

/** The texts that an expression can be, with `{field}` for what is put in. */
const textsOf = (expression: ts.Expression, locals: Locals): ReadonlyArray<string> => {
  if (ts.isStringLiteralLike(expression)) return [expression.text]
  if (ts.isParenthesizedExpression(expression)) return textsOf(expression.expression, locals)
  if (ts.isTemplateExpression(expression)) {
    return expression.templateSpans.reduce<ReadonlyArray<string>>(
      (before, span) =>
        combined(
          before,
          inside(span.expression, locals).map((text) => text + span.literal.text)
        ),
      [expression.head.text]
    )
  }
  if (ts.isConditionalExpression(expression)) {
    return [...textsOf(expression.whenTrue, locals), ...textsOf(expression.whenFalse, locals)]
  }
  if (ts.isBinaryExpression(expression)) {
    if (expression.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      return combined(textsOf(expression.left, locals), textsOf(expression.right, locals))
    }
    if (expression.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      return [...textsOf(expression.left, locals), ...textsOf(expression.right, locals)]
    }
  }
  if (ts.isCallExpression(expression)) {
    const lines = joined(expression, locals)
    if (lines !== undefined) return lines
  }
  if (ts.isIdentifier(expression)) {
    const local = locals.get(expression.text)
    if (local !== undefined) return textsOf(local, locals)
  }
  return [subjectOf(expression, locals)]
}

/** The expressions that a getter returns, and what its constants stand for. */
const returnsOf = (body: ts.Block): { readonly returned: ReadonlyArray<ts.Expression>; readonly locals: Locals } => {
  const returned: Array<ts.Expression> = []
  const locals = new Map<string, ts.Expression>()
  const visit = (node: ts.Node): void => {
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return
    if (ts.isReturnStatement(node) && node.expression !== undefined) returned.push(node.expression)
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      locals.set(node.name.text, node.initializer)
    }
    ts.forEachChild(node, visit)
  }
  visit(body)
  return { returned, locals }
}

/** The texts of an error class's `message`, with `{field}` for what is put in; none without a getter. */
export const messagesOf = (declaration: ts.ClassDeclaration): ReadonlyArray<string> => {
  const getter = declaration.members.find(
    (each): each is ts.GetAccessorDeclaration => ts.isGetAccessorDeclaration(each) && each.name.getText() === "message"
  )
  if (getter?.body === undefined) return []
  const { locals, returned } = returnsOf(getter.body)
  return [...new Set(returned.flatMap((each) => textsOf(each, locals)))]
}
