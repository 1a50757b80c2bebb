/** Links and anchors of Markdown. */
import { slugOf } from "../docs/.vitepress/slug.ts"

export interface Link {
  readonly href: string
  /** The line of the document, from 1. */
  readonly line: number
}

/** The lines of a document outside of its fences, at their places. */
const prose = (markdown: string): ReadonlyArray<string> => {
  let fence: string | undefined
  return markdown.split("\n").map((line) => {
    const mark = /^\s*(?:[-*]\s+|\d+\.\s+|>\s*)*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined) {
      fence = mark
      return mark === undefined ? line : ""
    }
    if (mark?.startsWith(fence) === true) fence = undefined
    return ""
  })
}

const forms: ReadonlyArray<RegExp> = [
  // [text](href), ![text](href "title"), and an image in the text of a link
  /\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)/g,
  // [name]: href
  /^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s+"[^"]*")?\s*$/g,
  // <https://…>
  /<(https?:[^\s>]+)>/g,
  // <a href="…">, <img src="…">
  /\b(?:href|src|srcset)="([^"]+)"/g
]

/** The links and images of a document, without what is code. */
export const linksOf = (markdown: string): ReadonlyArray<Link> =>
  prose(markdown).flatMap((text, index) => {
    const line = text.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, "")
    return forms.flatMap((form) => [...line.matchAll(form)].map(([, href = ""]) => ({ href, line: index + 1 })))
  })

/** The anchors of a document: its headings, numbered where they repeat, and its `id`s. */
export const anchorsOf = (markdown: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const line of prose(markdown)) {
    for (const [, id = ""] of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id)
    const heading = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(line)?.[1]
    if (heading === undefined) continue
    const slug = slugOf(heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1"))
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}
