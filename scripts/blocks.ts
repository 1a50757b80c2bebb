/**
 * Compiles the TypeScript of the documents as a user would write it: every block with the language `ts` is a module,
 * and a block that begins with `// name.ts` is a file that other blocks of its document can import. The package's names
 * mean its sources, so no build is needed.
 */
import { execFileSync } from "node:child_process"
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))

interface Block {
  /** The index of its first line in the document. */
  readonly start: number
  readonly code: ReadonlyArray<string>
}

const blocksOf = (markdown: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: { start: number; code: Array<string> } | undefined
  for (const [index, line] of markdown.split("\n").entries()) {
    if (line === "```ts") open = { start: index + 1, code: [] }
    else if (line.startsWith("```") && open !== undefined) {
      blocks.push(open)
      open = undefined
    } else open?.code.push(line)
  }
  return blocks
}

const nameOf = ({ code, start }: Block): string => /^\/\/ ([\w-]+\.ts)$/.exec(code[0] ?? "")?.[1] ?? `line-${start}.ts`

const documents = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...globSync("docs/**/*.md", {
    cwd: root,
    exclude: (file) => file.includes("node_modules") || file.includes("docs/reference")
  })
]

/** Writes the blocks of a document. Each begins at the line that it has there, so that errors name the right one. */
const writeBlocks = (folder: string, document: string): number => {
  const blocks = blocksOf(readFileSync(join(root, document), "utf8"))
  mkdirSync(join(folder, document), { recursive: true })
  for (const block of blocks) {
    writeFileSync(join(folder, document, nameOf(block)), "\n".repeat(block.start) + block.code.join("\n"))
  }
  return blocks.length
}

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
