/**
 * Preloaded with `--import`, this lets a program that imports the package by name run on its sources, without a build.
 * The names are those of `paths` in tsconfig.json, which the compiler and vitest follow as well.
 */
import { existsSync, readFileSync } from "node:fs"
import { registerHooks } from "node:module"

const root = new URL("../../", import.meta.url)
const { compilerOptions } = JSON.parse(readFileSync(new URL("tsconfig.json", root), "utf8"))
const paths: Readonly<Record<string, ReadonlyArray<string>>> = compilerOptions.paths

/** The source that a name stands for. A pattern has one `*`, as in `fibercord/*`. */
const sourceOf = (name: string): string | undefined => {
  const exact = paths[name]?.[0]
  if (exact !== undefined) return exact
  for (const [pattern, targets] of Object.entries(paths)) {
    const [prefix = "", suffix] = pattern.split("*")
    if (suffix === undefined || !name.startsWith(prefix) || !name.endsWith(suffix)) continue
    const middle = name.slice(prefix.length, name.length - suffix.length)
    return targets.map((target) => target.replace("*", middle)).find((target) => existsSync(new URL(target, root)))
  }
  return undefined
}

registerHooks({
  resolve: (specifier, context, next) => {
    const source = sourceOf(specifier)
    return source === undefined
      ? next(specifier, context)
      : { url: new URL(source, root).href, format: "module-typescript", shortCircuit: true }
  }
})
