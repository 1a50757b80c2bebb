/** Doc comments: their text with links, their default, and the code in them. */
import { relative } from "node:path"
import { root } from "../documents.ts"
import { ts } from "./compiler.ts"

/** A piece of a doc comment: text in Markdown, or a link to a declaration. */
export type Part =
  | string
  | { readonly text: string; readonly target: ts.Declaration | undefined; readonly url?: string }

export interface Doc {
  readonly parts: ReadonlyArray<Part>
}

const empty: Doc = { parts: [] }

const lineOf = (node: ts.Node): string => {
  const file = node.getSourceFile()
  return `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

const linkOf = (checker: ts.TypeChecker, link: ts.JSDocLink, problems: Array<string>): Part => {
  const name = link.name?.getText() ?? ""
  const label = link.text.replace(/^[\s|]+/, "").trim()
  if (/^https?$/.test(name)) return { text: label === "" ? `${name}${link.text}` : label, target: undefined, url: name }
  const module = checker.getSymbolAtLocation(link.getSourceFile())
  const symbol =
    link.name === undefined
      ? undefined
      : (checker.getSymbolAtLocation(link.name) ??
        // What a module passes on is not in its scope.
        (module === undefined ? undefined : checker.tryGetMemberInModuleExports(name, module)))
  const target =
    symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = target?.declarations?.[0]
  if (declaration === undefined) problems.push(`${lineOf(link)}: the link to ${name} leads nowhere`)
  return { text: label === "" ? `\`${name}\`` : label, target: declaration }
}

const partsOf = (
  checker: ts.TypeChecker,
  comment: string | ts.NodeArray<ts.JSDocComment> | undefined,
  problems: Array<string>
): ReadonlyArray<Part> => {
  if (comment === undefined) return []
  if (typeof comment === "string") return [comment]
  return comment.map((node) => (ts.isJSDocLink(node) ? linkOf(checker, node, problems) : node.text))
}

/** The doc comment of declarations of one name, those of overloads and of a type and a value together. */
export const docOf = (
  checker: ts.TypeChecker,
  of: ReadonlyArray<ts.Node> | ts.JSDoc | undefined,
  problems: Array<string>
): Doc => {
  if (of === undefined) return empty
  // Only the comment next to a declaration is about it: one further up is about the file.
  const docs =
    "kind" in of
      ? [of]
      : of.flatMap((declaration) => {
          const all = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc)
          return all.slice(-1)
        })
  const seen = new Set<string>()
  const parts: Array<Part> = []
  for (const doc of docs) {
    // A schema and its type often have the same comment.
    if (seen.has(doc.getText())) continue
    seen.add(doc.getText())
    const own = partsOf(checker, doc.comment, problems)
    if (parts.length > 0 && own.length > 0) parts.push("\n\n")
    parts.push(...own)
  }
  return { parts }
}

/** The text of a doc comment; `link` says how a link is written. Line breaks of the source are spaces. */
export const textOf = (
  { parts }: Doc,
  link: (text: string, target: ts.Declaration | undefined) => string = (text) => text
): string =>
  parts
    .map((part) => (typeof part === "string" ? part : link(part.text, part.target)))
    .join("")
    .trim()

const fences = /```ts\n([^]*?)\n```/g

/** The code in a text, block by block. */
export const fencesIn = (text: string): ReadonlyArray<string> => [...text.matchAll(fences)].map(([, code = ""]) => code)

/** A text without its code. */
export const withoutFences = (text: string): string =>
  text
    .replaceAll(fences, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()

// A default is the sentence "Default: 10 seconds." or "Defaults: ….", or the end of a sentence in parentheses.
const sentence = /(?:^|\s)(?:By default: |Defaults?: )((?:`[^`]*`|\([^)]*\)|\.(?=\S)|[^.`(])+)\.(?=\s|$)/

/** The default that a text states, and the text without it. */
export const splitDefault = (text: string): { readonly meaning: string; readonly default: string | undefined } => {
  const flat = text.replaceAll(/\s*\n\s*/g, " ")
  const found = sentence.exec(flat)
  if (found === null) return { meaning: flat, default: undefined }
  return { meaning: flat.replace(sentence, "").trim(), default: found[1]?.trim() }
}
