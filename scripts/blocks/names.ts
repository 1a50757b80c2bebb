/** Names in prose: inline code that looks like a public name of the package, or of Effect, is one. */
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "../documents.ts"
import { entryPoints } from "../exports.ts"
import { isRead } from "./fences.ts"
import type { Problem } from "./problem.ts"

const words = new Map<string, ReadonlySet<string>>()

/**
 * The names that a module or what it exports from elsewhere writes. More than what it exports: members of services and options
 * are named in prose as `ShardManager.assign` too.
 */
const wordsOf = (file: string, depth = 0): ReadonlySet<string> => {
  const known = words.get(file)
  if (known !== undefined) return known
  const text = readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "")
  const found = new Set(text.match(/[A-Za-z_$][\w$]*/g))
  words.set(file, found)
  if (depth > 2) return found
  for (const [, path = ""] of text.matchAll(/^export [^;]*? from "(\.[^"]+\.ts)"/gm)) {
    const target = join(dirname(file), path)
    if (path !== "" && existsSync(target)) for (const word of wordsOf(target, depth + 1)) found.add(word)
  }
  return found
}

const points = entryPoints()

/** The files of each namespace of the package. */
const namespaces = new Map<string, Array<string>>()
for (const [path, file] of points) {
  const name = path.split("/").at(-1) ?? ""
  if (/^[A-Z]/.test(name)) namespaces.set(name, [...(namespaces.get(name) ?? []), join(root, file)])
}

const effect = new Map(
  globSync("node_modules/effect/src/{,*/}[A-Z]*.ts", { cwd: root }).map((file) => [
    file.replace(/^.*[\\/]|\.ts$/g, ""),
    join(root, file)
  ])
)

const problemOf = (code: string): string | undefined => {
  const entry = /^fibercord(\/[\w/]+)?$/.exec(code)
  if (entry !== null) return points.has(`.${entry[1] ?? ""}`) ? undefined : `there is no entry point ${code}`
  if (/^(?:DISCORD|FIBERCORD)_[A-Z_]+$/.test(code))
    return isRead(code) ? undefined : `no code reads the variable ${code}`
  if (code.endsWith(".ts")) return undefined
  const [, namespace = "", member = ""] = /^([A-Z]\w*)\.(\w+)(?:\W|$)/.exec(code) ?? []
  if (member === "") return undefined
  const own = namespaces.get(namespace)
  const files = own ?? (effect.has(namespace) ? [effect.get(namespace) as string] : undefined)
  if (files === undefined || files.some((file) => wordsOf(file).has(member))) return undefined
  return `${namespace} has no ${member}`
}

/** What was written when it was right, what is about other libraries, and what is about internal names. */
const isLeftOut = (file: string): boolean => /(^|\/)CHANGELOG\.md$|^docs\/coming-from\/|^ARCHITECTURE\.md$/.test(file)

/** The names of a document that are none. */
export const problemsOfNames = (file: string, markdown: string): ReadonlyArray<Problem> => {
  if (isLeftOut(file)) return []
  const prose = markdown.replaceAll(/^\s*```[^]*?^\s*```$/gm, (block) => block.replaceAll(/[^\n]/g, ""))
  return prose.split("\n").flatMap((text, index) =>
    [...text.matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) => {
      const message = problemOf(code)
      return message === undefined ? [] : [{ file, line: index + 1, message }]
    })
  )
}
