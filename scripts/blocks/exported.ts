/**
 * What a module exports, and the members of that, read from its source without types. It is exact enough for names in
 * prose: `Reply.update` is an export, and `ShardManager.assign` a member of the service that the module exports.
 */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { ts } from "../reference/compiler.ts"

interface Module {
  readonly exports: ReadonlySet<string>
  /** Members of exported interfaces, types, classes and objects, at any depth. */
  readonly members: ReadonlySet<string>
}

const modules = new Map<string, Module>()

const nameOf = (name: ts.PropertyName | ts.BindingName | ts.ModuleExportName): string =>
  ts.isStringLiteralLike(name) ? name.text : name.getText()

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

const isMember = (node: ts.Node): node is ts.TypeElement | ts.ClassElement | ts.PropertyAssignment =>
  ts.isTypeElement(node) ||
  ts.isClassElement(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isShorthandPropertyAssignment(node)

const addMembers = (node: ts.Node, members: Set<string>): void => {
  if (isMember(node) && node.name !== undefined) members.add(nameOf(node.name))
  // What a function does is its own.
  if (ts.isBlock(node)) return
  ts.forEachChild(node, (each) => addMembers(each, members))
}

const declaredBy = (statement: ts.Statement): ReadonlyArray<string> => {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => nameOf(name))
  const { name } = statement as Partial<ts.ClassDeclaration>
  return name === undefined ? [] : [name.text]
}

const addFrom = (target: Module, into: { exports: Set<string> | undefined; members: Set<string> }): void => {
  for (const each of target.exports) into.exports?.add(each)
  for (const each of target.members) into.members.add(each)
}

/** What a file exports; what it passes on from others of the package is read there. */
const exported = (file: string): Module => {
  const known = modules.get(file)
  if (known !== undefined) return known
  const exports = new Set<string>()
  const members = new Set<string>()
  const module: Module = { exports, members }
  modules.set(file, module)
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true)
  const locals = new Map(source.statements.flatMap((each) => declaredBy(each).map((name) => [name, each] as const)))
  for (const statement of source.statements) {
    if (isExported(statement)) {
      for (const name of declaredBy(statement)) exports.add(name)
      addMembers(statement, members)
    }
    if (!ts.isExportDeclaration(statement)) continue
    const { exportClause, moduleSpecifier } = statement
    const path =
      moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
        ? join(dirname(file), moduleSpecifier.text)
        : undefined
    const target = path !== undefined && existsSync(path) ? exported(path) : undefined
    if (exportClause !== undefined && ts.isNamedExports(exportClause)) {
      for (const { name, propertyName } of exportClause.elements) {
        exports.add(nameOf(name))
        const local = locals.get(nameOf(propertyName ?? name))
        if (local !== undefined) addMembers(local, members)
      }
    }
    if (exportClause !== undefined && ts.isNamespaceExport(exportClause)) exports.add(nameOf(exportClause.name))
    else if (target !== undefined)
      addFrom(target, { exports: exportClause === undefined ? exports : undefined, members })
  }
  return module
}

/** Whether a module exports a name, or something that has a member of that name. */
export const has = (file: string, name: string): boolean => {
  const { exports, members } = exported(file)
  return exports.has(name) || members.has(name)
}
