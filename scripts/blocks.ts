/**
 * Checks the code of the documents and of doc comments: every block with the language `ts` is compiled as a user would
 * write it, a module of its own, and every other language has a check in `scripts/blocks/`. A block that begins with
 * `// name.ts` is a file that other blocks of its document can import.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compile } from "./blocks/compile.ts"
import { countsOf, problemsOfFences } from "./blocks/fences.ts"
import { problemsOfNames } from "./blocks/names.ts"
import { format } from "./blocks/problem.ts"
import { documents, markdownOf, sources, writeBlocks } from "./documents.ts"

const files = [...documents, ...sources]
const folder = mkdtempSync(join(tmpdir(), "fibercord-docs-"))
try {
  for (const file of files) writeBlocks(folder, file)
  const names = files.flatMap((file) => problemsOfNames(file, markdownOf(file)))
  const problems = [
    ...names.map(format),
    ...files.flatMap((file) => problemsOfFences(file, markdownOf(file))).map(format),
    ...compile(folder)
  ]
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else {
    const counts: Record<string, number> = {}
    for (const file of files) {
      for (const [language, count] of Object.entries(countsOf(markdownOf(file)))) {
        counts[language] = (counts[language] ?? 0) + count
      }
    }
    const parts = Object.entries(counts).map(([language, count]) => `${count} ${language}`)
    console.log(`checked the blocks of ${documents.length} documents and of doc comments: ${parts.join(", ")}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
