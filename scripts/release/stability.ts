/**
 * What each entry point uses of Effect that is tagged `@stability unstable` in Effect's sources, in the files that it
 * loads. A file of which only types are used is not loaded.
 */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { entryPoints } from "../exports.ts"
import { root } from "./tarball.ts"

const imported = /^(?:import|export)\s[^"]*?"([^"]+)"|\bimport\("([^"]+)"\)/gm

const importsIn = (code: string): ReadonlyArray<string> =>
  [...code.matchAll(imported)].map(([, from, dynamic]) => String(from ?? dynamic))

const typesOnly = /^import type [^"]*"\.[^"]+"$/gm

/** A file, and all files of the package that it loads. */
const reached = (file: string, found = new Set<string>()): ReadonlySet<string> => {
  if (found.has(file) || !file.endsWith(".ts") || !existsSync(file)) return found
  found.add(file)
  const code = readFileSync(file, "utf8").replaceAll(typesOnly, "")
  for (const specifier of importsIn(code)) if (specifier.startsWith(".")) reached(join(dirname(file), specifier), found)
  return found
}

const sourceOf = (specifier: string): string | undefined => {
  const [, owner = "", path = ""] = /^(effect|@effect\/[\w-]+)\/(.+)$/.exec(specifier) ?? []
  const file = join(root, "node_modules", owner, "src", `${path}.ts`)
  return owner !== "" && existsSync(file) ? file : undefined
}

const isUnstable = (comment: string | undefined): boolean =>
  comment !== undefined && /@stability (?:unstable|experimental)/.test(comment)

/** The exports of a module that are tagged unstable; all of it if the module itself is. */
const unstableOf = (file: string): "module" | ReadonlySet<string> => {
  const source = readFileSync(file, "utf8")
  if (isUnstable(/^\s*\/\*\*[^]*?\*\//.exec(source)?.[0])) return "module"
  const declared = /(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\s*export (?:declare )?(?:const|function|class|interface|type) (\w+)/g
  return new Set(
    [...source.matchAll(declared)].filter(([, comment]) => isUnstable(comment)).map(([, , name]) => String(name))
  )
}

const known = new Map<string, "module" | ReadonlySet<string>>()

const unstableIn = (file: string): "module" | ReadonlySet<string> => {
  const found = known.get(file) ?? unstableOf(file)
  known.set(file, found)
  return found
}

/** What a file uses of Effect that is unstable: modules, and members of stable ones. */
const unstableUses = (file: string): ReadonlyArray<string> => {
  const code = readFileSync(file, "utf8")
  return importsIn(code).flatMap((specifier) => {
    const source = sourceOf(specifier)
    const unstable = source === undefined ? new Set<string>() : unstableIn(source)
    if (unstable === "module") return [specifier]
    const [, alias] = new RegExp(`import (?:type )?\\* as (\\w+) from "${specifier}"`).exec(code) ?? []
    if (alias === undefined) return []
    const members = new Set([...code.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, "g"))].map(([, name]) => String(name)))
    return [...members].filter((name) => unstable.has(name)).map((name) => `${specifier}.${name}`)
  })
}

const uses = new Map<string, ReadonlyArray<string>>()

const usedBy = (file: string): ReadonlyArray<string> => {
  const found = uses.get(file) ?? unstableUses(file)
  uses.set(file, found)
  return found
}

/** The unstable parts of Effect by the entry points that have several modules in them, and those that stand alone. */
export const unstableParts = (): ReadonlyMap<string, ReadonlyArray<string>> => {
  const indexes = [...entryPoints()].filter(([path]) => /^\.(\/[a-z]+)?$/.test(path) || path === "./inspector/preload")
  return new Map(
    indexes.map(([path, file]) => {
      const used = new Set([...reached(join(root, file))].flatMap(usedBy))
      return [`fibercord${path.slice(1)}`, [...used].toSorted()]
    })
  )
}
