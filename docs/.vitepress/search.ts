/** The search of the site, which runs in the browser. */
import type { DefaultTheme } from "vitepress"

/**
 * The words of a text. Names of the code are words as a whole and in their parts: `Reply.update` is found by itself, by `reply`
 * and by `update`, and `onError` by `error`. This function runs in the browser too, so it refers to nothing else.
 */
export const words = (text: string): Array<string> => {
  const found: Array<string> = []
  for (const [name] of text.matchAll(/[\p{L}\p{M}\p{N}_$]+(?:[./:@-][\p{L}\p{M}\p{N}_$]+)*/gu)) {
    const parts = name.split(/[./:@-]/)
    found.push(name)
    if (parts.length > 1) found.push(...parts)
    for (const part of parts) {
      const humps = part.match(/\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu) ?? []
      if (humps.length > 1) found.push(...humps)
    }
  }
  return found
}

type Options = NonNullable<DefaultTheme.LocalSearchOptions>

/**
 * How much a section counts, by its address. Names of the reference are short and match well, and long lists have every word
 * in them: what explains something comes before both. This function runs in the browser too, so it refers to nothing else.
 */
export const weight = (id: string): number => {
  if (/^\/(why\/changelog|conformance|fake-routes|discord-changes)\b/.test(id)) return 0.2
  if (id.startsWith("/reference/")) return 0.25
  return /^\/(why|coming-from)\//.test(id) ? 0.6 : 1
}

const section = /(<h\d[^]*?<\/h\d>)([^]*?)(?=<h\d|$)/g

const firstParagraph = (_: string, heading: string, body: string): string =>
  heading + (/<p>[^]*?<\/p>/.exec(body)?.[0] ?? "")

/**
 * What is searched of a page: without the colours of code, which nobody searches. Pages of the reference are found by their
 * names and the first paragraph about each, because all of their text would be more than that of all other pages.
 */
const render: Options["_render"] = (source, env, md) => {
  const { highlight } = md.options
  md.options.highlight = null
  const html = md.render(source, env)
  md.options.highlight = highlight
  if (env.frontmatter?.["search"] === false) return ""
  return env.relativePath.startsWith("reference/") ? html.replaceAll(section, firstParagraph) : html
}

export const search: Options = {
  _render: render,
  miniSearch: {
    options: { tokenize: words },
    searchOptions: {
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      prefix: true,
      boost: { title: 4, titles: 1.5, text: 1 },
      boostDocument: weight
    }
  }
}
