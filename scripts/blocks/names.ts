/** Names in prose: inline code that looks like a public name of the package, or of Effect, is one. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../documents.ts"
import { entryPoints } from "../exports.ts"
import { has } from "./exported.ts"
import { isRead } from "./fences.ts"
import type { Problem } from "./problem.ts"

const points = entryPoints()

/** The files of each namespace of the package. */
const namespaces = new Map<string, Array<string>>()
for (const [path, file] of points) {
  const name = path.split("/").at(-1) ?? ""
  if (/^[A-Z]/.test(name)) namespaces.set(name, [...(namespaces.get(name) ?? []), join(root, file)])
}

/** The modules of Effect's packages. Some names are there twice, for example in the stable modules and in unstable ones. */
const effect = Map.groupBy(
  globSync("node_modules/{effect,@effect/*}/src/{,*/}[A-Z]*.ts", { cwd: root }).map((file) => join(root, file)),
  (file) => file.replace(/^.*[\\/]|\.ts$/g, "")
)

const sources = globSync("src/**/*.ts", { cwd: root }).map((file) => join(root, file))

/** The files of the library that declare a name, also one that is not for users, or that are called like it. */
const declaring = (name: string): ReadonlyArray<string> => {
  const declares = new RegExp(`^(?:export )?(?:class|interface|type|const|namespace) ${name}\\b`, "m")
  return sources.filter((file) => file.endsWith(`/${name}.ts`) || declares.test(readFileSync(file, "utf8")))
}

/** Documents for those who work on the library, which name what is internal too. */
const isInternal = (file: string): boolean => /^(?:ARCHITECTURE|CONTRIBUTING)\.md$/.test(file)

/** Names of other libraries and of the language, by the document that is about them. */
const others: Readonly<Record<string, ReadonlyArray<string>>> = {
  "bench/README.md": ["Context.flatten", "JSON"],
  "docs/coming-from/dfx.md": ["DiscordGateway", "InteractionsRegistry", "Ix"],
  "docs/coming-from/discord-js.md": ["REST"],
  "docs/coming-from/sapphire.md": ["Command.category", "SapphireClient"],
  "docs/coming-from/jda-commands.md": ["ExpirationStrategy"],
  "docs/why/benchmarks.md": ["JSON"]
}

const isOther = (file: string, code: string): boolean =>
  others[file]?.some((name) => code === name || code.startsWith(`${name}.`)) === true

/** Whether the code of a document declares a name. */
const isDeclaredIn = (markdown: string, name: string): boolean =>
  new RegExp(`\\b(?:const|class|interface|type|function) ${name}\\b`).test(markdown)

const problemOf = (code: string, file: string, markdown: string): string | undefined => {
  const entry = /^fibercord(\/[\w/]*\w)?$/.exec(code)
  if (entry !== null) return points.has(`.${entry[1] ?? ""}`) ? undefined : `there is no entry point ${code}`
  if (/^(?:DISCORD|FIBERCORD)_[A-Z_]+$/.test(code))
    return isRead(code) ? undefined : `no code reads the variable ${code}`
  const [, namespace = "", ...members] = /^([A-Z]\w*)\.(\w+)(?:\.(\w+))?(?:\W|$)/.exec(code) ?? []
  if (namespace === "" || /\.(?:ts|md)$/.test(code) || isOther(file, code)) return undefined
  const files = namespaces.get(namespace) ?? effect.get(namespace) ?? []
  const known = isInternal(file) ? [...files, ...declaring(namespace)] : files
  if (known.length === 0) {
    return isDeclaredIn(markdown, namespace) ? undefined : `there is no ${namespace}, of which there is ${code}`
  }
  const lacking = members.find((member) => member !== undefined && !known.some((each) => has(each, member)))
  return lacking === undefined ? undefined : `${namespace} has no ${lacking}`
}

/** What was written when it was right, and comments on what is internal. */
const isLeftOut = (file: string): boolean => /(^|\/)CHANGELOG\.md$|\/internal\//.test(file)

/** The names of a document, or of a source's doc comments, that are none. */
export const problemsOfNames = (file: string, markdown: string): ReadonlyArray<Problem> => {
  if (isLeftOut(file)) return []
  const prose = markdown.replaceAll(/^\s*```[^]*?^\s*```$/gm, (block) => block.replaceAll(/[^\n]/g, ""))
  return prose.split("\n").flatMap((text, index) =>
    [...text.matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) => {
      const message = problemOf(code, file, markdown)
      return message === undefined ? [] : [{ file, line: index + 1, message }]
    })
  )
}
