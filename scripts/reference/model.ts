/**
 * The public API as the reference shows it: entry points, their modules, and the names that those export, with their
 * doc comments. It is read by the compiler, so a name that users can import cannot be missing.
 */
import { join, posix } from "node:path"
import { entryPoints } from "../exports.ts"
import { root } from "../documents.ts"
import { programOf, ts } from "./compiler.ts"
import { type Doc, docOf } from "./doc.ts"

/** What a name is, which decides what its page shows. */
export type Kind = "service" | "layer" | "error" | "class" | "function" | "value" | "type"

/** A name that a module exports. A type and a value of one name are one. */
export interface Name {
  readonly module: Module
  readonly name: string
  readonly kind: Kind
  readonly symbol: ts.Symbol
  readonly declarations: ReadonlyArray<ts.Declaration>
  readonly doc: Doc
  /** Its section on the page of its module. */
  readonly anchor: string
}

export interface Module {
  /** What users import it from, such as `fibercord/testing`. */
  readonly entry: string
  readonly name: string
  readonly file: string
  readonly doc: Doc
  /** Its page, below `docs/reference`, without the extension. */
  readonly path: string
  readonly names: ReadonlyArray<Name>
}

export interface Model {
  readonly program: ts.Program
  readonly checker: ts.TypeChecker
  readonly modules: ReadonlyArray<Module>
  /** The public name that a declaration belongs to: its own, or that of the type or class around it. */
  readonly nameOf: (declaration: ts.Node) => Name | undefined
  /** What is wrong in doc comments, such as a link that leads nowhere. */
  readonly problems: ReadonlyArray<string>
}

/** The indexes and the modules of an entry point: `./testing` and `./testing/FakeDiscord`. */
const publicModules = (): ReadonlyArray<{
  readonly entry: string
  readonly name: string
  readonly file: string
}> =>
  [...entryPoints()]
    .filter(([path, file]) => !/(^|\/)(index|persistence|voice)\.ts$/.test(file) && path !== "./inspector/preload")
    .map(([path, file]) => {
      const entry = posix.dirname(path)
      return { entry: entry === "." ? "fibercord" : `fibercord${entry.slice(1)}`, name: posix.basename(path), file }
    })

const isErrorClass = (declaration: ts.Declaration): boolean =>
  ts.isClassDeclaration(declaration) && /Schema\.TaggedError/.test(declaration.heritageClauses?.[0]?.getText() ?? "")

const isServiceClass = (declaration: ts.Declaration): boolean =>
  ts.isClassDeclaration(declaration) &&
  /Context\.(Service|Reference)/.test(declaration.heritageClauses?.[0]?.getText() ?? "")

const isCallable = (checker: ts.TypeChecker, symbol: ts.Symbol, declaration: ts.Declaration): boolean =>
  checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures().length > 0

const kindOf = (checker: ts.TypeChecker, symbol: ts.Symbol, declarations: ReadonlyArray<ts.Declaration>): Kind => {
  if (declarations.some(isErrorClass)) return "error"
  if (declarations.some(isServiceClass)) return "service"
  if (declarations.some(ts.isClassDeclaration)) return "class"
  const value = declarations.find(
    (each) => !ts.isInterfaceDeclaration(each) && !ts.isTypeAliasDeclaration(each) && !ts.isModuleDeclaration(each)
  )
  if (value === undefined) return "type"
  if (symbol.name.startsWith("layer")) return "layer"
  return isCallable(checker, symbol, value) ? "function" : "value"
}

const moduleDoc = (file: ts.SourceFile): ts.JSDoc | undefined => {
  const first = file.statements[0]
  if (first === undefined) return undefined
  // The first comment of a file is about the file, also where a statement follows at once.
  return ts.getJSDocCommentsAndTags(first).find(ts.isJSDoc)
}

/** Anchors are in lower case, so names that differ by case only are told apart. */
const anchorsOf = (names: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  return new Map(
    names.map((name) => {
      const lower = name.toLowerCase()
      const anchor = taken.has(lower) ? `${lower}-${/^[A-Z]/.test(name) ? "type" : "value"}` : lower
      taken.add(anchor)
      return [name, anchor]
    })
  )
}

const resolved = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)

/** Whether a name is declared here, and for users: not one of Discord's types, which `DiscordApi` passes on. */
const isOurs = (symbol: ts.Symbol): boolean =>
  !symbol.getJsDocTags().some(({ name }) => name === "internal") &&
  symbol.declarations?.some((each) => !each.getSourceFile().fileName.includes("node_modules")) === true

/** Reads the public API. `extra` are files that the program has too, such as those that use it. */
export const readModel = (extra: ReadonlyArray<string> = [], program?: ts.Program): Model => {
  const sources = publicModules()
  const read = program ?? programOf([...sources.map(({ file }) => file), ...extra])
  const checker = read.getTypeChecker()
  const problems: Array<string> = []
  const owners = new Map<ts.Node, Name>()
  const modules = sources.map(({ entry, file, name }): Module => {
    const source = read.getSourceFile(join(root, file))
    const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    if (source === undefined || symbol === undefined) throw new Error(`${file} is not a module of the program`)
    const exported = checker.getExportsOfModule(symbol).filter((each) => isOurs(resolved(checker, each)))
    const anchors = anchorsOf(exported.map(({ name }) => name))
    const path = `${entry === "fibercord" ? "" : `${entry.slice("fibercord/".length)}/`}${name}`
    const names: Array<Name> = []
    const module: Module = { entry, name, file, doc: docOf(checker, moduleDoc(source), problems), path, names }
    for (const each of exported) {
      const target = resolved(checker, each)
      const declarations = target.declarations ?? []
      // A name such as `delete` can be given in the export only, and its comment is there.
      const specifiers = (each.declarations ?? []).filter(ts.isExportSpecifier)
      const doc = docOf(checker, [...declarations, ...specifiers], problems)
      const found: Name = {
        module,
        name: each.name,
        kind: kindOf(checker, target, declarations),
        symbol: target,
        declarations,
        doc,
        anchor: anchors.get(each.name) ?? each.name
      }
      names.push(found)
      for (const declaration of declarations) if (!owners.has(declaration)) owners.set(declaration, found)
    }
    return module
  })
  const nameOf = (declaration: ts.Node): Name | undefined => {
    for (let node: ts.Node | undefined = declaration; node !== undefined; node = node.parent) {
      const owner = owners.get(node)
      if (owner !== undefined) return owner
    }
    return undefined
  }
  return { program: read, checker, modules, nameOf, problems }
}

/** The public name `ShardManager.Options`, or `Module.name` of any entry point. */
export const find = ({ modules }: Model, dotted: string): Name | undefined => {
  const [module, name] = dotted.split(".")
  return modules.find((each) => each.name === module)?.names.find((each) => each.name === name)
}

/** The name itself, or the one that it is a re-export of. */
export const canonical = ({ nameOf }: Model, name: Name): Name =>
  (name.declarations[0] === undefined ? undefined : nameOf(name.declarations[0])) ?? name
