/**
 * The public types, a file in `api/` for each entry point, so that a change of them shows as a diff: every export as the
 * build declares it, without comments, in the order of names. Types that no entry point exports but that others are made
 * of follow. Which file of the sources something is in does not matter. It needs the build; `--check` fails, and shows
 * the diff, when a file says something else than the build.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as TypeScript from "../../docs/node_modules/typescript/lib/typescript.d.ts"
import { entryPoints, outputOf } from "../exports.ts"
import { root } from "./tarball.ts"

// TypeScript 7 has no API for programs.
const ts: typeof TypeScript = createRequire(join(root, "docs/package.json"))("typescript")

const dist = join(root, "dist")
const points = [...entryPoints()].map(([path, file]) => ({ path, file: join(dist, `${outputOf(file)}.d.ts`) }))
const program = ts.createProgram(
  points.map(({ file }) => file),
  {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    skipLibCheck: true,
    types: []
  }
)
const checker = program.getTypeChecker()
const printer = ts.createPrinter({ removeComments: true })

const targetOf = (symbol: TypeScript.Symbol): TypeScript.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)

const moduleOf = (file: string): TypeScript.Symbol => {
  const source = program.getSourceFile(file)
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (symbol === undefined) throw new Error(`${file} is not there. Run \`npm run build\`.`)
  return symbol
}

/** The modules that are entry points, by the paths under which they are imported. */
const modules = new Map(
  points.filter(({ path }) => path !== "./inspector/preload").map(({ file, path }) => [moduleOf(file), path] as const)
)
const exportsOf = (module: TypeScript.Symbol) =>
  checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1))
const published = new Set([...modules.keys()].flatMap((module) => exportsOf(module).map(targetOf)))

const isOurs = (node: TypeScript.Node): boolean => node.getSourceFile().fileName.startsWith(dist)
const isTopLevel = (node: TypeScript.Node): boolean =>
  ts.isSourceFile(ts.isVariableDeclaration(node) ? node.parent.parent.parent : node.parent)

/** What a declaration is made of that no entry point exports. */
const hiddenIn = (node: TypeScript.Node, found: Set<TypeScript.Symbol>): void => {
  if (ts.isIdentifier(node)) {
    const symbol = checker.getSymbolAtLocation(node)
    const target = symbol === undefined ? undefined : targetOf(symbol)
    const isHidden = target?.declarations?.some((each) => !ts.isSourceFile(each) && isOurs(each) && isTopLevel(each))
    if (target !== undefined && isHidden === true && !published.has(target) && !found.has(target)) {
      found.add(target)
      for (const each of target.declarations ?? []) hiddenIn(each, found)
    }
  }
  ts.forEachChild(node, (child) => hiddenIn(child, found))
}

const privateMember = /^\s*(?:#private;|private .*;)\n/gm

const print = (node: TypeScript.Node): string => {
  const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node
  return printer
    .printNode(ts.EmitHint.Unspecified, whole, node.getSourceFile())
    .replaceAll(/import\("\.[^"]*"\)\./g, "")
    .replaceAll(privateMember, "")
    .replace(/^(?:export )?(?:declare )?/, "")
}

/** The declarations of a symbol under a name; none if they are those of another package. */
const describe = (name: string, symbol: TypeScript.Symbol): ReadonlyArray<string> => {
  const target = targetOf(symbol)
  const entry = modules.get(target)
  if (entry !== undefined) return [`module ${name} = "fibercord${entry.slice(1)}"`]
  const own = (target.declarations ?? []).filter((each) => !ts.isSourceFile(each) && isOurs(each)).map(print)
  return target.name === name ? own : own.map((text) => `${name}: ${text}`)
}

const reportOf = (path: string, module: TypeScript.Symbol): string => {
  const all = exportsOf(module)
  const hidden = new Set<TypeScript.Symbol>()
  for (const symbol of all) {
    const target = targetOf(symbol)
    if (modules.has(target)) continue
    for (const each of target.declarations ?? []) if (isOurs(each)) hiddenIn(each, hidden)
  }
  const foreign = all.filter((symbol) => describe(symbol.name, symbol).length === 0).map(({ name }) => name)
  const rest = [...hidden].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const parts = [
    `fibercord${path.slice(1)}`,
    ...all.flatMap((symbol) => describe(symbol.name, symbol)),
    ...(foreign.length === 0 ? [] : ["Of other packages:", foreign.join("\n")]),
    ...(rest.length === 0 ? [] : ["Not exported, but part of these types:"]),
    ...rest.flatMap((symbol) => describe(symbol.name, symbol))
  ]
  return `${parts.join("\n\n")}\n`
}

const write = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [module, path] of modules) {
    const name = path === "." ? "fibercord" : path.slice(2).replaceAll("/", ".")
    writeFileSync(join(folder, `${name}.txt`), reportOf(path, module))
  }
}

const check = (folder: string): void => {
  try {
    write(folder)
    const args = ["diff", "--no-index", "--no-prefix", join(root, "api"), folder]
    execFileSync("git", args, { stdio: ["ignore", "inherit", "inherit"] })
    console.log(`the types of ${readdirSync(folder).length} entry points are as api/ says`)
  } catch {
    console.error(
      "The public types differ from api/. If that is meant, run `npm run api`, and write a fragment in changes/."
    )
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv.includes("--check")) check(mkdtempSync(join(tmpdir(), "fibercord-api-")))
else write(join(root, "api"))
