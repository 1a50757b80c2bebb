/**
 * The documents, and the code in them. A fence has one of the languages below; every block with the language `ts` is a
 * module of its own. The examples of doc comments are fences too.
 */
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Block {
  /** The index of its first line in the document. */
  readonly start: number
  readonly code: ReadonlyArray<string>
  /** Whether it runs in its page: its fence is `ts live`. */
  readonly live?: true
}

/** A block with what its fence says: the empty string for a fence without a language. */
export interface Fence extends Block {
  readonly language: string
}

/** The languages of fences. Each has a check in `scripts/blocks/`. */
export const languages = ["ts", "sh", "json", "yaml", "toml", "dockerfile", "text"] as const

// A live block is one of `ts`, also on GitHub, which reads the first word.
const read = (info: string): Pick<Fence, "language" | "live"> =>
  info === "ts live" ? { language: "ts", live: true } : { language: info }

const withoutIndent = (line: string, indent: number): string =>
  line.slice(0, indent).trim() === "" ? line.slice(indent) : line.trimStart()

/** The fences of Markdown. One inside a list is indented, and its code is read without that indent. */
export const fencesOf = (markdown: string): ReadonlyArray<Fence> => {
  const fences: Array<Fence> = []
  let open: { language: string; start: number; indent: number; marks: string; code: Array<string> } | undefined
  for (const [index, line] of markdown.split("\n").entries()) {
    const [, indent = "", marks = "", language = ""] = /^(\s*)(`{3,})(.*)$/.exec(line) ?? []
    if (open === undefined && marks !== "") {
      open = { language: language.trim(), start: index + 1, indent: indent.length, marks, code: [] }
    } else if (open !== undefined && marks.length >= open.marks.length && language.trim() === "") {
      fences.push({ ...read(open.language), start: open.start, code: open.code })
      open = undefined
    } else open?.code.push(withoutIndent(line, open.indent))
  }
  if (open !== undefined) fences.push({ language: "never closed", start: open.start, code: open.code })
  return fences
}

/** The lines of doc comments as Markdown, at the lines that they have in the source, and all others empty. */
export const commentsOf = (source: string): string => {
  let isOpen = false
  return source
    .split("\n")
    .map((line) => {
      const isFirst = /^\s*\/\*\*/.test(line)
      const wasOpen = isOpen || isFirst
      isOpen = wasOpen && !line.includes("*/")
      return wasOpen
        ? line
            .replace(/^\s*\/\*\*\s?/, "")
            .replace(/^\s*\* ?/, "")
            .replace(/\s*\*\/.*$/, "")
        : ""
    })
    .join("\n")
}

export const blocksOf = (markdown: string): ReadonlyArray<Block> =>
  fencesOf(markdown).filter(({ language }) => language === "ts")

/** The name of the block's file: what its first line says, or its line in the document. */
export const nameOf = ({ code, start }: Block): string =>
  /^\/\/ ([\w.-]+\.ts)$/.exec(code[0] ?? "")?.[1] ?? `line-${start}.ts`

const isLeftOut = (file: string): boolean => /(^|[\\/])(node_modules|dist|\.vitepress)$|docs[\\/]reference$/.test(file)

export const documents = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...globSync("{docs,bench,chaos,examples,packages,.github}/**/*.md", { cwd: root, exclude: isLeftOut })
].map((file) => file.replaceAll("\\", "/"))

/** The sources whose doc comments are read. */
export const sources = globSync("{src,packages}/**/*.ts", { cwd: root, exclude: isLeftOut })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !file.endsWith(".d.ts"))

/** The Markdown of a document, or of a source's doc comments. */
export const markdownOf = (file: string): string => {
  const text = readFileSync(join(root, file), "utf8")
  return file.endsWith(".ts") ? commentsOf(text) : text
}

/** Writes the blocks of a document. Each begins at the line that it has there, so that errors name the right one. */
export const writeBlocks = (folder: string, document: string): number => {
  const blocks = blocksOf(markdownOf(document))
  if (blocks.length > 0) mkdirSync(join(folder, document), { recursive: true })
  for (const block of blocks) {
    writeFileSync(join(folder, document, nameOf(block)), "\n".repeat(block.start) + block.code.join("\n"))
  }
  return blocks.length
}

/** The name of a live example: its page, and which of the page's examples it is, for example `guide-forms-1`. */
export const idOf = (document: string, count: number): string =>
  `${document
    .replace(/^docs\//, "")
    .replace(/\.md$/, "")
    .replaceAll("/", "-")}-${count}`
