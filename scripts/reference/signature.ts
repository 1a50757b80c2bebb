/** The signature of a name, as its declaration says it, or as the compiler infers it. */
import { ts } from "./compiler.ts"
import type { Model, Name } from "./model.ts"
import { errorShapeOf, sourceOf } from "./shapes.ts"

const typeParameters = (parameters: ReadonlyArray<ts.Node> | undefined): string =>
  parameters === undefined || parameters.length === 0 ? "" : `<${parameters.map(sourceOf).join(", ")}>`

const parametersOf = (parameters: ReadonlyArray<ts.ParameterDeclaration>): string =>
  parameters
    .map((parameter, index) => {
      // A pattern says what the body takes apart, which is nothing for callers.
      const name = ts.isIdentifier(parameter.name)
        ? parameter.name.text
        : index === 0
          ? "options"
          : `options${index + 1}`
      const optional = parameter.questionToken !== undefined || parameter.initializer !== undefined ? "?" : ""
      return `${parameter.dotDotDotToken === undefined ? "" : "..."}${name}${optional}: ${
        parameter.type === undefined ? "unknown" : sourceOf(parameter.type)
      }`
    })
    .join(", ")

const inferred = ({ checker }: Model, symbol: ts.Symbol, at: ts.Declaration): string =>
  checker.typeToString(
    checker.getTypeOfSymbolAtLocation(symbol, at),
    at,
    ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope
  )

const functionType = (node: ts.ArrowFunction | ts.FunctionExpression): string | undefined =>
  node.type === undefined || node.parameters.some(({ type }) => type === undefined)
    ? undefined
    : `${typeParameters(node.typeParameters)}(${parametersOf(node.parameters)}) => ${sourceOf(node.type)}`

const ofDeclaration = (model: Model, named: Name, declaration: ts.Declaration): string => {
  const { kind, name, symbol } = named
  if (ts.isVariableDeclaration(declaration)) {
    const { initializer, type } = declaration
    const declared = type === undefined ? undefined : sourceOf(type)
    const written =
      initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
        ? functionType(initializer)
        : undefined
    return `declare const ${name}: ${declared ?? written ?? inferred(model, symbol, declaration)}`
  }
  if (ts.isFunctionDeclaration(declaration)) {
    const returned = declaration.type === undefined ? undefined : sourceOf(declaration.type)
    return `declare function ${name}${typeParameters(declaration.typeParameters)}(${parametersOf(declaration.parameters)}): ${
      returned ?? "…"
    }`
  }
  if (ts.isClassDeclaration(declaration)) {
    const head = `declare class ${name}${typeParameters(declaration.typeParameters)}`
    if (kind === "service") return `${head} extends Context.Service<${name}, ${name}["Service"]> {}`
    const shape = kind === "error" ? errorShapeOf(model, named) : undefined
    if (shape === undefined) return `${head} {}`
    const fields = shape.fields.map(({ name, type }) => `readonly ${name}: ${type}`)
    return `${head} extends Error {\n${[`readonly _tag: "${shape.tag}"`, ...fields].join("\n")}\n}`
  }
  return sourceOf(declaration).replace(/^export (declare )?/, "")
}

/** The signature of a name. Those of overloads and of a type beside a value are below each other. */
export const signatureOf = (model: Model, name: Name): string =>
  name.declarations
    // The implementation behind overloads is not for callers.
    .filter((each, _, all) => !(ts.isFunctionDeclaration(each) && each.body !== undefined && all.length > 1))
    .map((declaration) => ofDeclaration(model, name, declaration))
    .join("\n\n")

/** Types of the sources that a signature names and that users cannot import, so that it can be read. */
export const helpersOf = ({ checker, nameOf }: Model, { declarations }: Name): ReadonlyArray<string> => {
  const found = new Map<ts.Declaration, string>()
  const visit = (node: ts.Node, depth: number): void => {
    if (ts.isBlock(node) || ts.isClassElement(node)) return
    if (ts.isTypeReferenceNode(node)) {
      const symbol = checker.getSymbolAtLocation(node.typeName)
      const target =
        symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol
      const declaration = target?.declarations?.[0]
      const isHelper =
        declaration !== undefined &&
        (ts.isTypeAliasDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) &&
        !declaration.getSourceFile().fileName.includes("node_modules") &&
        nameOf(declaration) === undefined
      if (isHelper && !found.has(declaration)) {
        found.set(declaration, sourceOf(declaration).replace(/^export (declare )?/, ""))
        if (depth < 3) ts.forEachChild(declaration, (each) => visit(each, depth + 1))
      }
    }
    ts.forEachChild(node, (each) => visit(each, depth))
  }
  for (const declaration of declarations) visit(declaration, 0)
  return [...found.values()]
}
