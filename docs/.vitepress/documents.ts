/** What the site says about its pages, read from their Markdown. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ownAnchor } from "./headings.ts"
import { root } from "./links.ts"

const included = /<!--\s*@include:\s*(\S+?)\s*-->/g

/** The Markdown of a page, such as `docs/guide/bot.md`, with what it includes and without its front matter. */
export const markdownOf = (file: string): string =>
  readFileSync(join(root, file), "utf8")
    .replace(/^---\n[^]*?\n---\n/, "")
    .replaceAll(included, (_, path: string) => readFileSync(join(root, file, "..", path), "utf8").trim())

/** Text without the marks of Markdown. */
export const plain = (markdown: string): string =>
  markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/\*\*|__|`/g, "")
    .trim()

/** The title of a page: its first heading. */
export const titleOf = (file: string): string =>
  plain((/^# (.+)/m.exec(markdownOf(file))?.[1] ?? "").replace(ownAnchor, ""))

/** The first sentence of a page, which says what it is about. */
export const summaryOf = (file: string): string => {
  const paragraph = markdownOf(file)
    .replaceAll(/^(```|~~~)[^]*?^\1/gm, "")
    .replaceAll(/<!--[^]*?-->/g, "")
    .split(/\n\s*\n/)
    .find((block) => /^[^#|>\-!<:]/.test(block.trim()))
  const text = plain(paragraph ?? "").replaceAll(/\s+/g, " ")
  return /^.*?[.](?= \S|$)/.exec(text)?.[0] ?? text.replace(/:$/, ".")
}
