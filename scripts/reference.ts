/**
 * The reference: a page for each public module with a section for each of its names, from the doc comments, below
 * `docs/reference`. (A page for each name would take the site's build 50 seconds of CPU more.) `npm run docs:build` needs
 * it. It is written again only when a source has changed since; `--force` writes it always.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./documents.ts"
import { failuresOf, valueTypeOf } from "./reference/failures.ts"
import { indexPage, modulePage, sidebarOf } from "./reference/indexes.ts"
import { withLayout } from "./reference/layout.ts"
import { canonical, type Model, type Name } from "./reference/model.ts"
import type { Relations } from "./reference/nameSection.ts"
import { methodsOf } from "./reference/shapes.ts"
import { type Report, reportOf } from "./reference/report.ts"
import type { ts } from "./reference/compiler.ts"
import { directUses, type Example, examplesOf, keyOf, readWithUses } from "./reference/uses.ts"
import { linkTo, linkToName, memberAnchor, namesByText, type Writer } from "./reference/write.ts"

const folder = join(root, "docs/reference")

const unique = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]

/** The names and members that fail with each error. */
const failingBy = (
  model: Model
): ReadonlyMap<Name, ReadonlyArray<readonly [name: Name, member: string | undefined]>> => {
  const all = new Map<Name, Array<readonly [Name, string | undefined]>>()
  const note = (name: Name, member: string | undefined, failures: ReturnType<typeof failuresOf>): void => {
    for (const failure of failures ?? []) {
      if (failure._tag === "Public") all.set(failure.name, [...(all.get(failure.name) ?? []), [name, member]])
    }
  }
  for (const name of model.modules.flatMap(({ names }) => names)) {
    if (canonical(model, name) !== name) continue
    const type = name.kind === "type" ? undefined : valueTypeOf(model, name)
    if (type !== undefined) note(name, undefined, failuresOf(model, type))
    if (name.kind === "service") for (const each of methodsOf(model, name)) note(name, each.name, each.failures)
  }
  return all
}

/** The services that a layer's type provides. */
const providedBy = ({ checker, nameOf }: Model, type: ts.Type): ReadonlyArray<Name> => {
  const returned = type.getCallSignatures().map((signature) => signature.getReturnType())
  const layers = (returned.length > 0 ? returned : [type]).filter(({ symbol }) => symbol?.name === "Layer")
  return layers.flatMap((layer) => {
    const [out] = checker.getTypeArguments(layer as ts.TypeReference)
    return (out === undefined ? [] : out.isUnion() ? out.types : [out]).flatMap((each) => {
      const declaration = (each.symbol as ts.Symbol | undefined)?.declarations?.[0]
      const name = declaration === undefined ? undefined : nameOf(declaration)
      return name === undefined ? [] : [name]
    })
  })
}

/** The error whose `reason` each error is. */
const outerErrors = (model: Model): ReadonlyMap<Name, Name> => {
  const all = new Map<Name, Name>()
  for (const name of model.modules.flatMap(({ names }) => names)) {
    const [declaration] = name.declarations
    if (name.kind !== "error" || declaration === undefined || canonical(model, name) !== name) continue
    const reason = model.checker.getDeclaredTypeOfSymbol(name.symbol).getProperty("reason")
    const type = reason === undefined ? undefined : model.checker.getTypeOfSymbolAtLocation(reason, declaration)
    for (const each of type === undefined ? [] : type.isUnion() ? type.types : [type]) {
      const of = (each.symbol as ts.Symbol | undefined)?.declarations?.[0]
      const inner = of === undefined ? undefined : model.nameOf(of)
      if (inner?.kind === "error") all.set(inner, name)
    }
  }
  return all
}

const layersBy = (model: Model): ReadonlyMap<Name, ReadonlyArray<Name>> => {
  const all = new Map<Name, Array<Name>>()
  for (const name of model.modules.flatMap(({ names }) => names)) {
    const type = name.kind === "layer" ? valueTypeOf(model, name) : undefined
    for (const service of type === undefined ? [] : unique(providedBy(model, type))) {
      all.set(service, [...(all.get(service) ?? []), name])
    }
  }
  return all
}

/** All pages by their path below `docs/reference`. */
const pagesOf = (model: Model, examples: ReadonlyMap<Name, Example>): ReadonlyMap<string, string> => {
  const byText = namesByText(model)
  const failing = failingBy(model)
  const layers = layersBy(model)
  const outer = outerErrors(model)
  const pages = new Map<string, string>([["index", indexPage({ model, path: "index", byText })]])
  for (const module of model.modules) {
    const writer: Writer = { model, path: module.path, byText }
    const relations: Relations = {
      example: (of) => examples.get(of),
      failing: (error) =>
        unique(
          (failing.get(canonical(model, error)) ?? []).map(([of, member]) =>
            member === undefined
              ? linkToName(writer, of)
              : `[\`${of.module.name}.${member}\`](${linkTo(writer, of.module.path, memberAnchor(of, member))})`
          )
        ),
      reasonOf: (error) => outer.get(canonical(model, error)),
      layers: (service) => layers.get(canonical(model, service)) ?? []
    }
    pages.set(module.path, modulePage(writer, module, relations))
  }
  return pages
}

/** What was written last. */
export const report = (): Report => JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report

/** A page that was written, such as `testing/FakeDiscord`. */
export const page = (path: string): string => readFileSync(join(folder, `${path}.md`), "utf8")

/** All pages that were written, by their file. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map(
    globSync("docs/reference/**/*.md", { cwd: root })
      .map((file) => file.replaceAll("\\", "/"))
      .map((file) => [file, readFileSync(join(root, file), "utf8")])
  )

/** Writes the reference, unless it is of these sources already. */
export const write = async (force = false): Promise<void> => {
  const key = keyOf()
  const stamp = join(folder, ".key")
  if (!force && existsSync(stamp) && readFileSync(stamp, "utf8") === key) return
  const { model, origins } = readWithUses()
  const examples = examplesOf(model, directUses(model, origins))
  const pages = pagesOf(model, examples)
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of pages) {
    const file = join(folder, `${path}.md`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, await withLayout(text))
  }
  writeFileSync(join(folder, "sidebar.json"), `${JSON.stringify(sidebarOf(model), undefined, 2)}\n`)
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(reportOf(model, examples), undefined, 2)}\n`)
  writeFileSync(stamp, key)
}

if (import.meta.main) {
  await write(process.argv.includes("--force"))
  const { names, problems, tables, undocumented, unused } = report()
  for (const problem of problems) console.error(problem)
  for (const name of undocumented) console.error(`${name} has no doc comment`)
  if (tables.length > 0)
    console.error(`tables are not what the code says: ${tables.join(", ")}. Run \`npm run tables\`.`)
  if (problems.length + undocumented.length + tables.length > 0) process.exitCode = 1
  console.log(`${names.length} public names, of which no compiled code uses ${unused.length}: ${unused.join(", ")}`)
}
