/** Headings of the reference end in their anchor, as in `### send {#send}`: a name, whatever else the heading says. */
import type { MarkdownRenderer } from "vitepress"

/** Matches the anchor at the end of a heading. */
export const ownAnchor = / \{#([\w.-]+)\}$/

export const headingAnchors = (md: MarkdownRenderer): void => {
  md.core.ruler.before("anchor", "heading_anchors", ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      const inline = tokens[index + 1]
      const anchor = token.type === "heading_open" ? ownAnchor.exec(inline?.content ?? "")?.[1] : undefined
      const last = inline?.children?.at(-1)
      if (anchor === undefined || inline === undefined || last === undefined) continue
      token.attrSet("id", anchor)
      inline.content = inline.content.replace(ownAnchor, "")
      last.content = last.content.replace(ownAnchor, "")
    }
  })
}
