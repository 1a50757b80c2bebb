/** Where links of Markdown lead to on the site. Files outside of `docs/`, and those that are no pages, are in the repository. */
import { existsSync, statSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { MarkdownRenderer } from "vitepress"

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..")

export const repository = "https://github.com/fibercord/fibercord"

/** Documents of the root that are pages too: their links are relative to the root. */
const shown: Readonly<Record<string, string>> = {
  "docs/why/architecture.md": "ARCHITECTURE.md",
  "docs/why/changelog.md": "CHANGELOG.md"
}

const page = Object.fromEntries(Object.entries(shown).map(([page, document]) => [document, page]))

/** The file that a link leads to, relative to the root. */
const target = (document: string, path: string): string => {
  const from = (base: string) => join(dirname(base), decodeURI(path))
  const file = from(document)
  const base = shown[document]
  return base === undefined || existsSync(join(root, file)) ? file : from(base)
}

/**
 * The link `href` of a document, such as `docs/guide/bot.md`, as the site needs it: relative to another page of `docs/`, or an
 * address of the repository.
 */
export const siteLink = (document: string, href: string): string => {
  if (/^([a-z][a-z+.-]*:|#|\/)/i.test(href)) return href
  const [path = "", anchor] = href.split("#")
  const hash = anchor === undefined ? "" : `#${anchor}`
  const file = target(document, path).replace(/\/$/, "")
  const inSite = page[file] === document ? file : (page[file] ?? file)
  if (inSite.startsWith("docs/") && inSite.endsWith(".md")) {
    const relation = relative(dirname(document), inSite)
    return `${relation.startsWith(".") ? relation : `./${relation}`}${hash}`
  }
  const kind = statSync(join(root, file), { throwIfNoEntry: false })?.isDirectory() === true ? "tree" : "blob"
  return `${repository}/${kind}/main/${encodeURI(file)}${hash}`
}

/** Applies `siteLink` to the links of all pages. */
export const siteLinks = (md: MarkdownRenderer): void => {
  md.core.ruler.push("site_links", (state) => {
    const document = `docs/${(state.env as { readonly relativePath: string }).relativePath}`
    for (const { children } of state.tokens) {
      for (const token of children ?? []) {
        const href = token.type === "link_open" ? token.attrGet("href") : null
        if (href !== null) token.attrSet("href", siteLink(document, href))
      }
    }
  })
}
