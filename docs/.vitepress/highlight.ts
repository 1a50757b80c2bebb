/** Colours. To find them is half of what it costs to build the site, and a quarter of all code stands on several pages. */
import type { MarkdownRenderer } from "vitepress"

/** Colours each code once. */
export const highlightOnce = (md: MarkdownRenderer): void => {
  const { highlight } = md.options
  if (typeof highlight !== "function") return
  const coloured = new Map<string, string>()
  md.options.highlight = (code, language, attributes) => {
    const key = JSON.stringify([language, attributes, code])
    const html = coloured.get(key) ?? highlight(code, language, attributes)
    coloured.set(key, html)
    return html
  }
}
