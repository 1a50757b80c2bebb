/**
 * Checks the links of all Markdown that git knows: files and anchors exist, and addresses of others are well-formed `https`.
 * With `--external` it lists those addresses; nothing is fetched.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { unwritten } from "../docs/.vitepress/sidebar.ts"
import { root } from "./documents.ts"
import { anchorsOf, type Link, linksOf } from "./markdown.ts"

/** The Markdown of the repository. */
export const documentsOf = (): ReadonlyArray<string> =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8"
  })
    .split("\n")
    .filter((file) => file !== "" && existsSync(join(root, file)))

const read = (document: string): string => readFileSync(join(root, document), "utf8")

const anchors = new Map<string, ReadonlySet<string>>()

const anchorsIn = (document: string): ReadonlySet<string> => {
  const known = anchors.get(document)
  if (known !== undefined) return known
  const found = anchorsOf(read(document))
  anchors.set(document, found)
  return found
}

export const isExternal = ({ href }: Link): boolean => /^[a-z][a-z+.-]*:/i.test(href)

/** Addresses that only a reader's own machine has. */
const local = /^http:\/\/(localhost|127\.0\.0\.1)\b/

const externalProblem = (href: string): string | undefined => {
  if (href.startsWith("mailto:") || local.test(href)) return undefined
  if (!URL.canParse(href)) return "is no address"
  return href.startsWith("https://") ? undefined : "is not https"
}

const internalProblem = (document: string, href: string): string | undefined => {
  const [path = "", anchor] = href.split("#")
  if (path.startsWith("/")) return "is not relative, so that it works on GitHub"
  const file = path === "" ? document : relative(root, join(root, dirname(document), decodeURI(path)))
  if (file.startsWith("..")) return "leads out of the repository"
  // Generated before the site is built, and checked there.
  if (file.startsWith("docs/reference")) return undefined
  if (!existsSync(join(root, file))) return unwritten.includes(file) ? undefined : "does not exist"
  if (anchor === undefined || !file.endsWith(".md")) return undefined
  return anchorsIn(file).has(decodeURIComponent(anchor)) ? undefined : `has no anchor #${anchor}`
}

/** What is wrong with the links of a document, one line each. */
export const problemsOf = (document: string, markdown = read(document)): ReadonlyArray<string> =>
  linksOf(markdown).flatMap((link) => {
    const problem = isExternal(link) ? externalProblem(link.href) : internalProblem(document, link.href)
    return problem === undefined ? [] : [`${document}:${link.line}: ${link.href} ${problem}`]
  })

const main = (): void => {
  const documents = documentsOf()
  const links = documents.flatMap((document) => linksOf(read(document)))
  if (process.argv.includes("--external")) {
    const external = links.filter(isExternal).map(({ href }) => href.replace(/#.*/, ""))
    for (const href of [...new Set(external)].sort()) console.log(href)
    return
  }
  const problems = documents.flatMap((document) => problemsOf(document))
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log(`checked ${links.length} links of ${documents.length} documents`)
}

if (import.meta.main) main()
