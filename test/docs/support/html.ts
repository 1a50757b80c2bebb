/** Links of the pages of a built site. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { unwritten } from "../../../docs/.vitepress/sidebar.ts"
import { fileOf, pathsOf } from "./site.ts"

const decode = (text: string): string => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"')

const valuesOf = (html: string, attribute: string): ReadonlyArray<string> =>
  [...html.matchAll(new RegExp(`<[^>]*\\\\s${attribute}="([^"]*)"`, "g"))].map(([, value = ""]) => decode(value))

interface Page {
  readonly hrefs: ReadonlyArray<string>
  readonly sources: ReadonlyArray<string>
  readonly ids: ReadonlySet<string>
}

const read = (file: string): Page => {
  const html = readFileSync(file, "utf8")
  return { hrefs: valuesOf(html, "href"), sources: valuesOf(html, "src"), ids: new Set(valuesOf(html, "id")) }
}

/** Each link within the site, or source of an image or a script, that leads to nothing. */
export const brokenLinks = (folder: string): ReadonlyArray<string> => {
  const pages = new Map<string, Page>()
  const pageOf = (file: string): Page => {
    const known = pages.get(file) ?? read(file)
    pages.set(file, known)
    return known
  }
  const problem = (path: string, href: string): ReadonlyArray<string> => {
    const { hash, origin, pathname } = new URL(href, `http://site${path}`)
    if (origin !== "http://site") return []
    const file = fileOf(folder, decodeURI(pathname))
    if (unwritten.includes(`docs${pathname}.md`) || unwritten.includes(`docs${pathname}index.md`)) return []
    if (file === undefined) return [`${path}: ${href} does not exist`]
    if (hash === "" || !file.endsWith(".html")) return []
    return pageOf(file).ids.has(decodeURIComponent(hash.slice(1))) ? [] : [`${path}: ${href} has no anchor`]
  }
  return pathsOf(folder).flatMap((path) => {
    const { hrefs, sources } = pageOf(fileOf(folder, path) ?? join(folder, path))
    return [...hrefs, ...sources].flatMap((href) => problem(path, href))
  })
}
