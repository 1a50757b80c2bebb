/** The documents, and the TypeScript in them: every block with the language `ts` is a module of its own. */
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Block {
  /** The index of its first line in the document. */
  readonly start: number
  /** What follows the language, for example `live`. */
  readonly info: string
  readonly code: ReadonlyArray<string>
}

const fence = /^```ts(?: (.*))?$/

export const blocksOf = (markdown: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: { start: number; info: string; code: Array<string> } | undefined
  for (const [index, line] of markdown.split("\n").entries()) {
    const begin = open === undefined ? fence.exec(line) : null
    if (begin !== null) open = { start: index + 1, info: begin[1] ?? "", code: [] }
    else if (line.startsWith("```") && open !== undefined) {
      blocks.push(open)
      open = undefined
    } else open?.code.push(line)
  }
  return blocks
}

/** The name of the block's file: what its first line says, or its line in the document. */
export const nameOf = ({ code, start }: Block): string =>
  /^\/\/ ([\w-]+\.ts)$/.exec(code[0] ?? "")?.[1] ?? `line-${start}.ts`

export const documents = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...globSync("docs/**/*.md", {
    cwd: root,
    exclude: (file) => file.includes("node_modules") || file.includes("docs/reference")
  })
]

/** Writes the blocks of a document. Each begins at the line that it has there, so that errors name the right one. */
export const writeBlocks = (folder: string, document: string): number => {
  const blocks = blocksOf(readFileSync(join(root, document), "utf8"))
  mkdirSync(join(folder, document), { recursive: true })
  for (const block of blocks) {
    writeFileSync(join(folder, document, nameOf(block)), "\n".repeat(block.start) + block.code.join("\n"))
  }
  return blocks.length
}

/** Whether a block runs in its page. */
export const isLive = ({ info }: Block): boolean => info.split(/\s+/).includes("live")

/** The name of a live example: the page, and which of its examples it is, for example `guide-forms-1`. */
export const idOf = (document: string, count: number): string =>
  `${document
    .replace(/^docs\//, "")
    .replace(/\.md$/, "")
    .replaceAll("/", "-")}-${count}`
