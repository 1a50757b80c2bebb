/**
 * Discord's markdown as a tree. The rules are those of `discord-markdown-parser`, and some that it lacks: lists, keycap
 * emojis, links to mail addresses, and the newer styles of timestamps.
 *
 * Source: Discord, "Message Formatting", and its help page "Markdown Text 101".
 */
import { rulesExtended, SimpleMarkdown } from "discord-markdown-parser"

/** A node of the tree: its type, and what the rule of that type keeps. */
export interface Node {
  readonly type: string
  readonly content?: string | ReadonlyArray<Node>
  readonly target?: string
  readonly id?: string
  readonly name?: string
  readonly fullName?: string
  readonly animated?: boolean
  readonly lang?: string
  readonly level?: number
  readonly timestamp?: string
  readonly format?: string
  readonly navigation?: string
  readonly ordered?: boolean
  readonly start?: number
  readonly items?: ReadonlyArray<ReadonlyArray<Node>>
}

type Rule = (typeof rulesExtended)[string]

const { defaultRules, parserFor } = SimpleMarkdown

const itemStart = /^( *)([-*]|\d{1,9}\.) +(?=\S)/

/** The lines of a list at the beginning of a text: items of one kind, and what is indented below them. */
const listAt = (source: string): string | undefined => {
  const first = itemStart.exec(source)
  if (first === null) return undefined
  const [, indent = "", marker = ""] = first
  const lines: Array<string> = []
  for (const line of source.split("\n")) {
    const item = itemStart.exec(line)
    const isDeeper = line.trim() !== "" && line.search(/\S/) >= indent.length + 2
    const isSibling = item !== null && /\d/.test(item[2] ?? "") === /\d/.test(marker)
    if (!isDeeper && !isSibling) break
    lines.push(line)
  }
  const block = lines.join("\n")
  return source.length > block.length ? `${block}\n` : block
}

/** The texts of a list's items. Deeper items belong to the one before them. */
export const splitItems = (block: string): ReadonlyArray<string> => {
  const lines = block.replace(/\n$/, "").split("\n")
  const indent = itemStart.exec(lines[0] ?? "")?.[1]?.length ?? 0
  const items: Array<Array<string>> = []
  for (const line of lines) {
    const start = itemStart.exec(line)
    const isItem = start !== null && (start[1]?.length ?? 0) <= indent + 1
    if (isItem || items.length === 0) items.push([line.slice(start?.[0].length ?? 0)])
    else items.at(-1)?.push(line.slice(Math.min(indent + 2, line.search(/\S|$/))))
  }
  return items.map((item) => item.join("\n"))
}

/** The line break beside a block of code or a list belongs to the block. */
const withoutBreaks = (nodes: ReadonlyArray<Node>): ReadonlyArray<Node> =>
  nodes.filter(
    ({ type }, index) => type !== "br" || (nodes[index - 1]?.type !== "codeBlock" && nodes[index + 1]?.type !== "list")
  )

const list: Rule = {
  order: (defaultRules.heading.order ?? 0) - 0.4,
  match: (source, state, previous) => {
    const before = previous === "" || previous.endsWith("\n")
    const depth = (state["listDepth"] as number | undefined) ?? 0
    const block = before && depth < 11 ? listAt(source) : undefined
    return block === undefined ? null : [block]
  },
  parse: (capture, parse, state) => {
    const block = capture[0] ?? ""
    const marker = itemStart.exec(block)?.[2] ?? "-"
    const depth = ((state["listDepth"] as number | undefined) ?? 0) + 1
    const ordered = /\d/.test(marker)
    // What is parsed inside begins a line of its own.
    const items = splitItems(block).map((text) =>
      withoutBreaks(parse(text, { ...state, listDepth: depth, prevCapture: null }) as ReadonlyArray<Node>)
    )
    return { ordered, start: ordered ? Number.parseInt(marker, 10) : 1, items }
  }
}

const emoji = /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation})/v
const twemoji: Rule = {
  order: defaultRules.strong.order,
  match: (source) => emoji.exec(source),
  parse: (capture) => ({ name: capture[0] })
}

const timestamp: Rule = {
  order: defaultRules.strong.order,
  match: (source) => /^<t:(-?\d{1,17})(?::([RtTdDfFsS]))?>/.exec(source),
  parse: (capture) => ({ timestamp: capture[1], format: capture[2] ?? "f" })
}

const mail: Rule = {
  order: defaultRules.strong.order,
  match: (source) =>
    /^<((?:mailto:)?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+|tel:\+?[\d-]+|\+[\d-]+|sms:\+?[\d-]+)>/.exec(source),
  parse: (capture) => ({ content: capture[1] })
}

const text: Rule = {
  ...rulesExtended["text"],
  order: rulesExtended["text"]?.order ?? 0,
  match: (source) => /^[^]+?(?=[^0-9A-Za-z\s]|\n\n|\n|\w+:\S|[0-9]\uFE0F?\u20E3|$)/.exec(source),
  parse: (capture) => ({ content: capture[0] })
}

const parser = parserFor({ ...rulesExtended, list, twemoji, timestamp, mail, text })

const parse = (source: string): ReadonlyArray<Node> => {
  try {
    return withoutBreaks(parser(source, { inline: true }) as ReadonlyArray<Node>)
  } catch {
    // Deeply nested texts exhaust the parser's stack.
    return [{ type: "text", content: source }]
  }
}

const mostParsed = 1000
const parsed = new Map<string, ReadonlyArray<Node>>()

/** The nodes of a text. Those of texts that were read lately are kept: a message that scrolls into view is drawn anew. */
export const parseMarkdown = (source: string): ReadonlyArray<Node> => {
  const nodes = parsed.get(source) ?? parse(source)
  // The one that was read last is the last to go.
  parsed.delete(source)
  parsed.set(source, nodes)
  const [oldest] = parsed.size > mostParsed ? parsed.keys() : []
  if (oldest !== undefined) parsed.delete(oldest)
  return nodes
}

const isEmoji = ({ type }: Node): boolean => type === "twemoji" || type === "emoji"
const isBlank = ({ content, type }: Node): boolean =>
  type === "br" || type === "newline" || (type === "text" && typeof content === "string" && content.trim() === "")

/** Whether emojis are drawn large: there is nothing else, and at most thirty. */
export const isJumbo = (nodes: ReadonlyArray<Node>): boolean => {
  const emojis = nodes.filter(isEmoji).length
  return emojis > 0 && emojis <= 30 && nodes.every((node) => isEmoji(node) || isBlank(node))
}

/** The text of a tree without its markup. */
export const plainText = (nodes: ReadonlyArray<Node>): string =>
  nodes
    .map(({ content, items, name, type }) => {
      if (type === "spoiler") return "▒▒▒"
      if (items !== undefined) return items.map(plainText).join(" ")
      if (typeof content === "string") return content
      if (content !== undefined) return plainText(content)
      return type === "br" ? " " : (name ?? "")
    })
    .join("")

/** The address of a link, if a browser may follow it. */
export const safeUrl = (target: string | undefined): string | undefined => {
  if (target === undefined || !URL.canParse(target)) return undefined
  return ["http:", "https:", "discord:"].includes(new URL(target).protocol) ? target : undefined
}
