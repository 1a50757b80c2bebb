/** What the pages of the reference have in common: links between them, and text of doc comments as Markdown. */
import { posix, relative } from "node:path"
import { root } from "../documents.ts"
import type { ts } from "./compiler.ts"
import { type Doc, textOf, withoutFences } from "./doc.ts"
import { type Model, type Name, canonical } from "./model.ts"

const repository = "https://github.com/fibercord/fibercord/blob/main"

/** A page's own path, and what it can link to. */
export interface Writer {
  readonly model: Model
  /** The page, below `docs/reference`, without the extension. */
  readonly path: string
  readonly byText: ReadonlyMap<string, Name>
}

/** The public names by how text calls them: `ShardManager.layer`. Of two, that of the core counts. */
export const namesByText = ({ modules }: Model): ReadonlyMap<string, Name> => {
  const all = new Map<string, Name>()
  for (const name of modules.flatMap(({ names }) => names)) {
    const text = `${name.module.name}.${name.name}`
    if (!all.has(text)) all.set(text, name)
  }
  return all
}

/** The relative link from a page to another one, below `docs/reference`. */
export const linkTo = ({ path }: Writer, target: string, anchor = ""): string => {
  const hash = anchor === "" ? "" : `#${anchor}`
  if (target === path) return hash
  const to = posix.relative(posix.dirname(path), `${target}.md`)
  return `${to.startsWith(".") ? to : `./${to}`}${hash}`
}

/** The section of a member of a service. */
export const memberAnchor = (name: Name, member: string): string => `${name.anchor}-${member.toLowerCase()}`

/** A link to a public name, whose text says its module unless it is the page's own. */
export const linkToName = (writer: Writer, name: Name): string =>
  `[\`${name.module.name}.${name.name}\`](${linkTo(writer, name.module.path, name.anchor)})`

const memberOf = (declaration: ts.Declaration, name: Name): string =>
  name.declarations.includes(declaration) || !("name" in declaration) || declaration.name === undefined
    ? name.anchor
    : memberAnchor(name, (declaration.name as ts.Node).getText())

const linkOf =
  (writer: Writer) =>
  (text: string, target: ts.Declaration | undefined): string => {
    const name = target === undefined ? undefined : writer.model.nameOf(target)
    if (target === undefined || name === undefined) return text
    const hasAnchor = name.kind === "service"
    return `[${text}](${linkTo(writer, name.module.path, hasAnchor ? memberOf(target, name) : name.anchor)})`
  }

// What is in backticks stays as it is; elsewhere `<` would be HTML.
const outsideCode = (text: string, change: (text: string) => string): string =>
  text
    .split(/(```[^]*?```|`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join("")

const escaped = (text: string): string =>
  outsideCode(text, (part) => part.replaceAll("<", "&lt;").replaceAll("{{", "{ {"))

/** Names in backticks that are public get a link to their page, unless they are in one. */
const linked = (writer: Writer, text: string): string =>
  text.replaceAll(/(?<!\[)`([A-Z]\w*)\.(\w+)`(?!\])/g, (code, module: string, name: string) => {
    const found = writer.byText.get(`${module}.${name}`)
    return found === undefined ? code : `[${code}](${linkTo(writer, found.module.path, found.anchor)})`
  })

/** A doc comment as Markdown. */
export const markdown = (writer: Writer, doc: Doc): string => prose(writer, textOf(doc, linkOf(writer)))

/** The same without the code in it, which a page shows as its example. */
export const markdownWithoutCode = (writer: Writer, doc: Doc): string =>
  prose(writer, withoutFences(textOf(doc, linkOf(writer))))

/** Text that has its links already. */
export const prose = (writer: Writer, text: string): string => {
  const parts = text.split(/(```[^]*?```)/)
  return parts.map((part, index) => (index % 2 === 0 ? linked(writer, escaped(part)) : part)).join("")
}

/** The same for a cell of a table. */
export const inCell = (writer: Writer, doc: Doc): string => markdown(writer, doc).replaceAll(/\s*\n\s*/g, " ")

/** Code in a line. */
export const code = (text: string): string => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``)

export const fence = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``

/** Where a name is declared, as a link. */
export const sourceLink = (writer: Writer, name: Name): string => {
  const declaration = canonical(writer.model, name).declarations[0]
  if (declaration === undefined) return ""
  const file = declaration.getSourceFile()
  const line = file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1
  const path = relative(root, file.fileName)
  return `[${path}](${repository}/${path}#L${line})`
}

/** Where an excerpt is from: a page of the site, or a file of the repository. */
export const originLink = (writer: Writer, file: string, line: number): string => {
  if (!file.startsWith("docs/")) return `[${file}](${repository}/${file}#L${line})`
  const to = posix.relative(posix.dirname(`docs/reference/${writer.path}`), file)
  return `[${file.replace(/^docs\//, "").replace(/\.md$/, "")}](${to})`
}
