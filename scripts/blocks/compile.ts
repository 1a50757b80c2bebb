/** Compiles blocks of TypeScript. The package's names mean its sources, so no build is needed. */
import { execFileSync } from "node:child_process"
import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../documents.ts"

/** Compiles the modules of a folder, and returns what the compiler reports, a line each. */
export const compile = (folder: string): ReadonlyArray<string> => {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"))
  const paths = Object.entries(compilerOptions.paths as Record<string, ReadonlyArray<string>>)
  const options = {
    ...compilerOptions,
    // A document shows a definition without its use.
    noUnusedLocals: false,
    paths: Object.fromEntries(paths.map(([name, files]) => [name, files.map((file) => join(root, file))]))
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction")
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["**/*.ts"] }))
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    execFileSync(process.execPath, [tsc, "--pretty", "false", "--singleThreaded"], { cwd: folder, encoding: "utf8" })
    return []
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.replace(/^(.*\.(?:md|ts))\/[^/(]+\.ts\((\d+),(\d+)\)/, "$1:$2:$3"))
  }
}
