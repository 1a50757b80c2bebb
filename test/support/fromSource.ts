/**
 * Preloaded with `--import`, this lets a program that imports the package by name run on its sources, without a build.
 * The names are those of `paths` in tsconfig.json, which the compiler and vitest follow as well.
 */
import { existsSync, readFileSync } from "node:fs"
import { registerHooks } from "node:module"

const root = new URL("../../", import.meta.url)
const { compilerOptions } = JSON.parse(readFileSync(new URL("tsconfig.json", root), "utf8"))
const paths: Readonly<Record<string, ReadonlyArray<string>>> = compilerOptions.paths

/** The source that a name stands for: the first that exists. A pattern has one `*`, as in `fibercord/*`. */
const sourceOf = (name: string): string | undefined => {
  for (const [pattern, targets] of Object.entries(paths)) {
    const [prefix = "", suffix] = pattern.split("*")
    const isFitting = suffix === undefined ? pattern === name : name.startsWith(prefix) && name.endsWith(suffix)
    if (!isFitting) continue
    const rest = suffix === undefined ? "" : name.slice(prefix.length, name.length - suffix.length)
    const found = targets.map((target) => target.replace("*", rest)).find((file) => existsSync(new URL(file, root)))
    if (found !== undefined) return found
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
