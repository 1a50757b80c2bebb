/**
 * The defaults that the code uses, to compare them with those that doc comments state. A default is read where the code
 * falls back to a literal: `options.port ?? 8470`, `{ port = 8470 }`, `millis(options.port, "1 second")`,
 * `{ ...defaults, ...options }`. Of a boolean it is read where it is asked for: `if (options.once)`, `options.sync !== false`.
 * An option whose default is "none" has no such place, or only one with an empty text.
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

const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]

const duration = /^([\d.,]+) (millisecond|milli|second|minute|hour|day|KiB|MiB)s?$/

/** The value that a text states: a number, a time in milliseconds, a size in bytes, a boolean, or a string. */
const valueOf = (stated: string): string | number | undefined => {
  // "Discord's 5 seconds" and "`true`, as with another library" state a value and where it is from.
  const text = stated
    .replace(/^(?:Discord's|after) /, "")
    .replace(/(?<=\S)(, | \(|: | after ).*$/, "")
    .replace(/^[a-z]+(?= )/, (word) => (words.includes(word) ? String(words.indexOf(word)) : word))
  const [, halves = ""] = /^(\d+) minutes and a half$/.exec(text) ?? []
  if (halves !== "") return (Number(halves) + 0.5) * 60_000
  if (/^(?:true|false|none)$/.test(text)) return text
  const [, amount = "", unit = ""] = duration.exec(text) ?? []
  if (amount !== "") return Number(amount.replaceAll(",", "")) * (units[unit] ?? Number.NaN)
  if (/^[\d,]{1,15}(?:\.\d+)?$/.test(text)) return Number(text.replaceAll(",", ""))
  const [, word] = /^`"?([^`"]*)"?`$/.exec(text) ?? []
  if (word !== undefined && (!/[.(]/.test(word) || /^[\d.:]+$/.test(word))) return word
  return undefined
}

/** `Duration.seconds(5)` in milliseconds, and what a call such as `afterCreation("870 seconds")` gets. */
const timeOf = (checker: ts.TypeChecker, { arguments: given, expression }: ts.CallExpression, depth: number) => {
  const value = given.length === 1 && given[0] !== undefined ? literalOf(checker, given[0], depth + 1) : undefined
  const [, unit = ""] = /^Duration\.(milli|second|minute|hour|day)s$/.exec(expression.getText()) ?? []
  if (unit !== "") return typeof value === "number" ? value * (units[unit] ?? Number.NaN) : undefined
  return /(?:^|\.)(?:afterCreation|fromInputUnsafe|toMillis)$/.test(expression.getText()) ? value : undefined
}

const literalOf = (checker: ts.TypeChecker, node: ts.Expression, depth = 0): string | number | undefined => {
  if (ts.isStringLiteralLike(node)) return valueOf(node.text) ?? node.text
  if (ts.isNumericLiteral(node)) return Number(node.text.replaceAll("_", ""))
  if (node.kind === ts.SyntaxKind.TrueKeyword) return "true"
  if (node.kind === ts.SyntaxKind.FalseKeyword) return "false"
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return literalOf(checker, node.expression, depth)
  if (ts.isCallExpression(node)) return timeOf(checker, node, depth)
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [literalOf(checker, node.left), literalOf(checker, node.right)]
    if (typeof left !== "number" || typeof right !== "number") return undefined
    if (node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right
    return node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken ? left ** right : undefined
  }
  if (depth > 3 || !(ts.isIdentifier(node) || ts.isPropertyAccessExpression(node))) return undefined
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

const isUndefined = (node: ts.Expression): boolean => ts.isIdentifier(node) && node.text === "undefined"

const comparison = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, true],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, false]
])

/** The expression that stands in for a property that is left out. */
const fallbackOf = (node: ts.Expression): ts.Expression | undefined => {
  const { parent } = node
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    if (parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) return parent.right
    const isEqual = comparison.get(parent.operatorToken.kind)
    const choice = parent.parent
    if (isEqual === undefined || !isUndefined(parent.right) || !ts.isConditionalExpression(choice)) return undefined
    return choice.condition !== parent ? undefined : isEqual ? choice.whenTrue : choice.whenFalse
  }
  return ts.isCallExpression(parent) && parent.arguments[0] === node && parent.arguments.length === 2
    ? parent.arguments[1]
    : undefined
}

/** What a boolean is that is left out, where the code asks for it. */
const askedOf = (node: ts.Expression): "true" | "false" | undefined => {
  const { parent } = node
  if (ts.isIfStatement(parent) && parent.expression === node) return "false"
  if (ts.isConditionalExpression(parent) && parent.condition === node) return "false"
  if (ts.isPrefixUnaryExpression(parent)) return "false"
  if (!ts.isBinaryExpression(parent)) return undefined
  const { kind } = parent.operatorToken
  if (parent.left === node && comparison.has(kind)) {
    if (parent.right.kind === ts.SyntaxKind.TrueKeyword) return "false"
    return parent.right.kind === ts.SyntaxKind.FalseKeyword ? "true" : undefined
  }
  const isLogical = kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken
  return isLogical ? "false" : undefined
}

const declarationOf = (symbol: ts.Symbol | undefined): ts.Declaration | undefined => symbol?.declarations?.[0]

const isBoolean = (declaration: ts.Declaration): boolean =>
  ts.isPropertySignature(declaration) && /^boolean\b/.test(declaration.type?.getText() ?? "")

/** The property that a local name was taken out of an object as: `port` after `const { port } = options`. */
const bound = (checker: ts.TypeChecker, node: ts.Identifier): ts.Declaration | undefined => {
  const { parent } = node
  if (!ts.isExpression(parent) && !ts.isIfStatement(parent)) return undefined
  const element = declarationOf(checker.getSymbolAtLocation(node))
  if (element === undefined || !ts.isBindingElement(element) || !ts.isObjectBindingPattern(element.parent))
    return undefined
  const name = (element.propertyName ?? element.name).getText()
  return declarationOf(checker.getTypeAtLocation(element.parent).getProperty(name))
}

/** Properties of an object before those that are spread over them, which are its defaults. */
const noteSpreads = (
  checker: ts.TypeChecker,
  node: ts.ObjectLiteralExpression,
  note: (declaration: ts.Declaration | undefined, fallback: ts.Expression | undefined) => void
): void => {
  for (const [index, each] of node.properties.entries()) {
    if (!ts.isSpreadAssignment(each)) continue
    const over = checker.getNonNullableType(checker.getTypeAtLocation(each.expression))
    for (const before of node.properties.slice(0, index)) {
      const named = ts.isSpreadAssignment(before)
        ? checker
            .getPropertiesOfType(checker.getTypeAtLocation(before.expression))
            .flatMap((own) => own.declarations ?? [])
        : [before]
      for (const own of named.filter(ts.isPropertyAssignment)) {
        note(declarationOf(over.getProperty(own.name.getText())), own.initializer)
      }
    }
  }
}

/** What the code falls back to, by the declaration of the property. */
const fallbacks = ({ checker, program }: Model): ReadonlyMap<ts.Declaration, ReadonlyArray<string | number>> => {
  const all = new Map<ts.Declaration, Array<string | number>>()
  const note = (declaration: ts.Declaration | undefined, fallback: ts.Expression | undefined): void => {
    const value = fallback === undefined ? undefined : literalOf(checker, fallback)
    if (declaration === undefined || value === undefined) return
    all.set(declaration, [...(all.get(declaration) ?? []), value])
  }
  const noteUse = (node: ts.Expression, declaration: ts.Declaration | undefined): void => {
    note(declaration, fallbackOf(node))
    const asked = askedOf(node)
    if (asked === undefined || declaration === undefined || !isBoolean(declaration)) return
    all.set(declaration, [...(all.get(declaration) ?? []), asked])
  }
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) noteUse(node, declarationOf(checker.getSymbolAtLocation(node.name)))
    else if (ts.isIdentifier(node)) noteUse(node, bound(checker, node))
    else if (ts.isObjectLiteralExpression(node)) noteSpreads(checker, node, note)
    else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
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

export interface Defaults {
  /** Those that are stated as a value and read from the code. */
  readonly held: ReadonlyArray<Default>
  /** What is stated in words, or of which the code has no such place: option and text. */
  readonly unheld: ReadonlyArray<readonly [option: string, stated: string]>
}

/** The defaults that doc comments state. */
export const defaultsOf = (model: Model): Defaults => {
  const used = fallbacks(model)
  const held: Array<Default> = []
  const unheld: Array<readonly [string, string]> = []
  for (const name of model.modules.flatMap(({ names }) => names)) {
    if (name.kind !== "type") continue
    for (const field of fieldsOfName(model, name)) {
      const text = described(field).default
      if (text === "required") continue
      const option = `${name.module.name}.${name.name}.${field.name}`
      const stated = valueOf(text)
      const values = [...new Set(used.get(field.declaration) ?? [])]
      if (stated === "none") held.push({ option, stated, used: values.filter((value) => value !== "") })
      else if (stated === undefined || values.length === 0) unheld.push([option, text])
      else held.push({ option, stated, used: values })
    }
  }
  return { held, unheld }
}

/** Whether a default is what the code uses. A boolean of which nothing is stated is `false`. */
export const isTrue = ({ stated, used }: Default): boolean =>
  stated === "none" ? used.every((value) => value === "false") : used.includes(stated)
