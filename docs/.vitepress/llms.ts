/**
 * What assistants read: `llms.txt` lists the pages, `llms-full.txt` is their text in one file, and beside each page is its
 * Markdown. The format is that of https://llmstxt.org.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { SiteConfig } from "vitepress"
import { markdownOf, summaryOf, titleOf } from "./documents.ts"
import { siteLink } from "./links.ts"
import { fileOf, parts } from "./sidebar.ts"

interface Entry {
  readonly file: string
  readonly page: string
}

interface Section {
  readonly title: string
  readonly entries: ReadonlyArray<Entry>
}

/** The Markdown of a page, with links as the site needs them. */
const rawOf = ({ file, page }: Entry): string => {
  let code = false
  const lines = markdownOf(file)
    .split("\n")
    .map((line) => {
      if (/^\s*(```|~~~)/.test(line)) code = !code
      return code
        ? line
        : line.replaceAll(/\]\(([^\s)]+)\)/g, (_, href: string) => `](${siteLink(`docs/${page}`, href)})`)
    })
  return `${lines.join("\n").trim()}\n`
}

/** The pages in the order of the sidebar: parts with the same folder are one section, and what no part lists comes last. */
const sectionsOf = (pages: ReadonlyArray<string>): ReadonlyArray<Section> => {
  const entry = (page: string): Entry => ({ page, file: join("docs", page) })
  const rest = new Set(pages.filter((page) => page !== "index.md"))
  const listed = parts.map(({ folder, pages, text }) => {
    const own = pages.map(([page]) => fileOf(folder, page).slice("docs/".length)).filter((page) => rest.delete(page))
    return { title: text, entries: own.map(entry) }
  })
  const more = (folder: string, title: string): Section => {
    const own = [...rest].filter((page) => page.startsWith(folder)).sort()
    for (const page of own) rest.delete(page)
    return { title, entries: own.map(entry) }
  }
  const all = [...listed, more("cookbook/", "Recipes"), more("reference/", "Reference"), more("", "Optional")]
  return all.filter(({ entries }) => entries.length > 0)
}

/** Writes the files into a built site. */
export const writeTexts = (config: SiteConfig): void => {
  const { base, description, title } = config.site
  const sections = sectionsOf(config.pages)
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(config.outDir, file)), { recursive: true })
    writeFileSync(join(config.outDir, file), text)
  }
  const head = `# ${title}\n\n> ${description}.\n\nThe pages are Markdown. [llms-full.txt](${base}llms-full.txt) has those of the sections before Reference and Optional in one file.\n`
  const line = ({ file, page }: Entry): string => {
    const summary = summaryOf(file)
    return `- [${titleOf(file)}](${base}${page})${summary === "" ? "" : `: ${summary}`}`
  }
  const lists = sections.map(({ entries, title }) => `## ${title}\n\n${entries.map(line).join("\n")}\n`)
  write("llms.txt", [head, ...lists].join("\n"))
  for (const { entries } of sections) for (const entry of entries) write(entry.page, rawOf(entry))
  const told = sections
    .filter(({ title }) => title !== "Reference" && title !== "Optional")
    .flatMap(({ entries }) => entries)
  write(
    "llms-full.txt",
    [head, ...told.map((entry) => `Page: ${base}${entry.page}\n\n${rawOf(entry)}`)].join("\n---\n\n")
  )
}
