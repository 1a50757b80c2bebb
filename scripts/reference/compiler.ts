/**
 * The compiler that reads the public API. TypeScript 7 has no stable API for programs yet, so the reference has a
 * TypeScript of its own, that of the workspace `docs`.
 */
import { join } from "node:path"
import ts from "../../docs/node_modules/typescript/lib/typescript.js"
import { root } from "../documents.ts"

export { ts }

/** The options of the project's tsconfig.json, for the reference's TypeScript. */
const compilerOptions = (): ts.CompilerOptions => {
  const file = join(root, "tsconfig.json")
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path))
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root, file)
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false }
}

/** A program of the sources, by default of the modules that users import, and of further files. */
export const programOf = (files: ReadonlyArray<string>): ts.Program =>
  ts.createProgram(
    files.map((file) => join(root, file)),
    compilerOptions()
  )
