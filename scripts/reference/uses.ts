/**
 * Where compiled code uses the public names: the blocks of the documents, the examples, and those of doc
 * comments. The compiler says which name an identifier means, so nothing is found by its spelling alone.
 */
import { createHash } from "node:crypto"
import { globSync, readFileSync, rmSync } from "node:fs"
import { join, relative } from "node:path"
import { blocksOf, documents, markdownOf, nameOf as blockName, root, sources, writeBlocks } from "../documents.ts"
import { ts } from "./compiler.ts"
import { fencesIn, textOf } from "./doc.ts"
import { canonical, type Model, type Name, readModel } from "./model.ts"

/** An excerpt of compiled code that uses a name. */
export interface Use {
  readonly code: string
  /** The file that it is from, and its first line there. */
  readonly file: string
  readonly line: number
}

const folder = join(root, ".cache/reference")

/** Where each file of users' code is from, by its path on this machine. */
type Origins = ReadonlyMap<string, string>

const longest = 24

/** Writes the blocks of documents and of doc comments to files, and returns where each is from. */
const written = (): Origins => {
  rmSync(folder, { recursive: true, force: true })
  const origins = new Map<string, string>()
  for (const document of [...documents, ...sources]) {
    writeBlocks(folder, document)
    for (const block of blocksOf(markdownOf(document))) origins.set(join(folder, document, blockName(block)), document)
  }
  return origins
}

const examples = (): ReadonlyArray<string> =>
  globSync("examples/**/*.ts", { cwd: root, exclude: (file) => file.includes("node_modules") })

/** The model of a program that has the code of users, too. */
export const readWithUses = (): { readonly model: Model; readonly origins: Origins } => {
  const origins = new Map(written())
  for (const file of examples()) origins.set(join(root, file), file)
  const model = readModel([...origins.keys()].map((file) => relative(root, file)))
  return { model, origins }
}

const dedented = (lines: ReadonlyArray<string>): string => {
  const depth = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0))
  return lines.map((line) => line.slice(depth)).join("\n")
}

/** The excerpt around a use: the largest statement that is short enough, or else the smallest there is. */
const excerptOf = (file: ts.SourceFile, node: ts.Node): { readonly code: string; readonly line: number } => {
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line
  let best: ts.Node | undefined
  for (let each: ts.Node = node; each.parent !== undefined; each = each.parent) {
    if (!ts.isStatement(each) || ts.isBlock(each)) continue
    if (best === undefined || lineAt(each.getEnd()) - lineAt(each.getStart()) < longest) best = each
  }
  const found = best ?? node
  const [from, to] = [lineAt(found.getStart()), lineAt(found.getEnd())]
  const lines = file.text.split("\n")
  const use = lineAt(node.getStart())
  const [first, last] = to - from < longest ? [from, to] : [Math.max(from, use - 8), Math.min(to, use + 8)]
  return { code: dedented(lines.slice(first, last + 1)), line: first + 1 }
}

// A line or two names something, but does not show what is done with it.
const lengthOf = (code: string): number => {
  const lines = code.split("\n").length
  return lines < 3 ? 12 - lines : lines
}

const better = (a: Use, b: Use | undefined): boolean => {
  if (b === undefined) return true
  const rank = ({ code, file }: Use): number =>
    (file.startsWith("docs/") || file.endsWith(".md") ? 0 : 6) + lengthOf(code)
  return rank(a) < rank(b)
}

const resolved = (checker: ts.TypeChecker, node: ts.Identifier): ts.Symbol | undefined => {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol
}

const isImported = (node: ts.Node): boolean => ts.findAncestor(node, ts.isImportDeclaration) !== undefined

/** The clearest excerpt for each name that users' code names, by name. */
export const directUses = ({ checker, nameOf, program }: Model, origins: Origins): Map<Name, Use> => {
  const uses = new Map<Name, Use>()
  for (const [path, origin] of origins) {
    const file = program.getSourceFile(path)
    if (file === undefined) continue
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && !isImported(node)) {
        const declaration = resolved(checker, node)?.declarations?.[0]
        const name = declaration === undefined ? undefined : nameOf(declaration)
        if (name !== undefined) {
          const use = { ...excerptOf(file, node), file: origin }
          if (better(use, uses.get(name))) uses.set(name, use)
        }
      }
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return uses
}

/** The public names in the types of each name, not in the bodies of functions. */
const mentions = ({ checker, modules, nameOf }: Model): ReadonlyMap<Name, ReadonlySet<Name>> => {
  const all = new Map<Name, ReadonlySet<Name>>()
  for (const name of modules.flatMap(({ names }) => names)) {
    const found = new Set<Name>()
    const visit = (node: ts.Node): void => {
      if (ts.isBlock(node)) return
      if (ts.isIdentifier(node)) {
        const declaration = resolved(checker, node)?.declarations?.[0]
        const other = declaration === undefined ? undefined : nameOf(declaration)
        if (other !== undefined && other !== name) found.add(other)
      }
      ts.forEachChild(node, visit)
    }
    for (const declaration of name.declarations) visit(declaration)
    all.set(name, found)
  }
  return all
}

/** An example of a name: code that uses it, or that uses a name whose type takes it or gives it. */
export interface Example extends Use {
  readonly through: Name | undefined
}

/** Whether a name is shown by code that uses what has it in its type: types, errors, services, schemas with a type. */
const isTypeOnly = ({ declarations, kind }: Name): boolean =>
  kind === "type" ||
  kind === "error" ||
  kind === "class" ||
  kind === "service" ||
  (kind === "value" && declarations.some((each) => ts.isTypeAliasDeclaration(each) || ts.isInterfaceDeclaration(each)))

/** The example of each name. Types and errors have that of the nearest name that has them in its type. */
export const examplesOf = (model: Model, uses: ReadonlyMap<Name, Use>): ReadonlyMap<Name, Example> => {
  const found = new Map<Name, Example>()
  const all = model.modules.flatMap(({ names }) => names)
  for (const name of all) {
    const [own] = fencesIn(textOf(name.doc))
    const use = own === undefined ? uses.get(canonical(model, name)) : { code: own, file: name.module.file, line: 1 }
    if (use !== undefined) found.set(name, { ...use, through: undefined })
  }
  const mentioned = mentions(model)
  for (let round = 0; round < 4; round++) {
    const next = new Map<Name, Example>()
    for (const [name, others] of mentioned) {
      const example = found.get(name)
      if (example === undefined) continue
      for (const other of others) {
        if (found.has(other) || !isTypeOnly(other)) continue
        const candidate = { ...example, through: example.through ?? name }
        if (better(candidate, next.get(other))) next.set(other, candidate)
      }
    }
    for (const [name, example] of next) found.set(name, example)
  }
  for (const name of all) {
    const example = found.get(canonical(model, name))
    if (!found.has(name) && example !== undefined) found.set(name, example)
  }
  return found
}

/** A key of everything that the reference and the tables of documents are made of, and of the tests that play their blocks. */
export const keyOf = (): string => {
  const hash = createHash("sha256")
  const files = [
    ...globSync("{src,packages,examples,scripts,test/docs,test/cookbook}/**/*.ts", {
      cwd: root,
      exclude: (file) => file.includes("node_modules")
    }),
    "bench/results/latest.json",
    ...documents
  ]
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest("hex")
}
