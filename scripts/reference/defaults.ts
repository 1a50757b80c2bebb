/**
 * The defaults that the code uses, to compare them with those that doc comments state. A default is read where the code
 * falls back to a literal: `options.port ?? 8470`, `{ port = 8470 }`, or `millis(options.port, "1 second")`.
 */
import { ts } from "./compiler.ts"
import { described, fieldsOfName } from "./fields.ts"
import type { Model } from "./model.ts"

export interface Default {
  /** The option, as `Module.Type.field`. */
  readonly option: string
  /** What its doc comment says, as a value: milliseconds for a duration. */
  readonly stated: string | number
  /** What the code falls back to. */
  readonly used: ReadonlyArray<string | number>
}

const units: Readonly<Record<string, number>> = {
  millisecond: 1,
  milli: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  KiB: 1024,
  MiB: 1024 ** 2
}

const duration = /^([\d.,]+) (millisecond|milli|second|minute|hour|day|KiB|MiB)s?$/

/** The value that a text states: a number, a time in milliseconds, a size in bytes, a boolean, or a string. */
const valueOf = (stated: string): string | number | undefined => {
  // "Discord's 5 seconds" and "`true`, as with another library" state a value and where it is from.
  const text = stated.replace(/^Discord's /, "").replace(/(?<=\S)(, | \(|: ).*$/, "")
  const [, amount = "", unit = ""] = duration.exec(text) ?? []
  if (amount !== "") return Number(amount.replaceAll(",", "")) * (units[unit] ?? Number.NaN)
  if (/^[\d.,]{1,15}$/.test(text)) return Number(text.replaceAll(",", ""))
  const [, word] = /^`"?([^`"]*)"?`$/.exec(text) ?? []
  if (word !== undefined && !/[.(]/.test(word)) return word
  return undefined
}

const literalOf = (checker: ts.TypeChecker, node: ts.Expression, depth = 0): string | number | undefined => {
  if (ts.isStringLiteralLike(node)) return valueOf(node.text) ?? node.text
  if (ts.isNumericLiteral(node)) return Number(node.text.replaceAll("_", ""))
  if (node.kind === ts.SyntaxKind.TrueKeyword) return "true"
  if (node.kind === ts.SyntaxKind.FalseKeyword) return "false"
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [literalOf(checker, node.left), literalOf(checker, node.right)]
    if (typeof left !== "number" || typeof right !== "number") return undefined
    if (node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right
    return node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken ? left ** right : undefined
  }
  if (depth > 2 || !(ts.isIdentifier(node) || ts.isPropertyAccessExpression(node))) return undefined
  const symbol = checker.getSymbolAtLocation(node)
  const target =
    symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = target?.valueDeclaration
  return declaration !== undefined &&
    (ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration)) &&
    declaration.initializer !== undefined
    ? literalOf(checker, declaration.initializer, depth + 1)
    : undefined
}

/** The expression that stands in for a property that is left out. */
const fallbackOf = (node: ts.Expression): ts.Expression | undefined => {
  const { parent } = node
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    return parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken ? parent.right : undefined
  }
  return ts.isCallExpression(parent) && parent.arguments[0] === node && parent.arguments.length === 2
    ? parent.arguments[1]
    : undefined
}

const declarationOf = (symbol: ts.Symbol | undefined): ts.Declaration | undefined => symbol?.declarations?.[0]

/** What the code falls back to, by the declaration of the property. */
const fallbacks = ({ checker, program }: Model): ReadonlyMap<ts.Declaration, ReadonlyArray<string | number>> => {
  const all = new Map<ts.Declaration, Array<string | number>>()
  const note = (declaration: ts.Declaration | undefined, fallback: ts.Expression | undefined): void => {
    const value = fallback === undefined ? undefined : literalOf(checker, fallback)
    if (declaration === undefined || value === undefined) return
    all.set(declaration, [...(all.get(declaration) ?? []), value])
  }
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      note(declarationOf(checker.getSymbolAtLocation(node.name)), fallbackOf(node))
    } else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = (node.propertyName ?? node.name).getText()
      note(declarationOf(checker.getTypeAtLocation(node.parent).getProperty(name)), node.initializer)
    }
    ts.forEachChild(node, visit)
  }
  for (const file of program.getSourceFiles()) {
    if (/\/src\/(?!playground\/page)/.test(file.fileName) && !file.fileName.includes("node_modules")) visit(file)
  }
  return all
}

/** The defaults that are both stated as a value and read from the code. */
export const defaultsOf = (model: Model): ReadonlyArray<Default> => {
  const used = fallbacks(model)
  return model.modules
    .flatMap(({ names }) => names)
    .filter(({ kind }) => kind === "type")
    .flatMap((name) =>
      fieldsOfName(model, name).flatMap((field) => {
        const stated = valueOf(described(field).default)
        const values = used.get(field.declaration)
        return stated === undefined || values === undefined
          ? []
          : [{ option: `${name.module.name}.${name.name}.${field.name}`, stated, used: [...new Set(values)] }]
      })
    )
}
