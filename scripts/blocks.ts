/**
 * Compiles the TypeScript of the documents as a user would write it: every block with the language `ts` is a module,
 * and a block that begins with `// name.ts` is a file that other blocks of its document can import. The package's names
 * mean its sources, so no build is needed.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { documents, root, writeBlocks } from "./documents.ts"

/** Compiles the blocks of all documents, and returns what the compiler reports, a line each. */
const check = (folder: string): ReadonlyArray<string> => {
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
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8"
    })
    return []
  } catch (error) {
    return (error as { readonly stdout: string }).stdout.split("\n").filter((line) => line !== "")
  }
}

const folder = mkdtempSync(join(tmpdir(), "fibercord-docs-"))
try {
  const counts = documents.map((document) => writeBlocks(folder, document))
  const problems = check(folder)
  for (const problem of problems) console.error(problem.replace(/^(.*\.md)\/[^/(]+\.ts\((\d+),(\d+)\)/, "$1:$2:$3"))
  if (problems.length > 0) process.exitCode = 1
  else
    console.log(
      `type-checked ${counts.reduce((a, b) => a + b)} blocks of ${counts.filter((n) => n > 0).length} documents`
    )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
