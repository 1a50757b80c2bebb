/** Discord's markdown as elements. */
import { css, html, nothing, type TemplateResult } from "lit"
import { emit } from "./Act.ts"
import { colourOf, hex } from "../base/colour.ts"
import { css as set } from "../base/css.ts"
import type { Directory } from "./Directory.ts"
import "./FcSpoiler.ts"
import "./FcTimestamp.ts"
import { highlight } from "./highlight.ts"
import { isJumbo, parseMarkdown, plainText, safeUrl, type Node } from "./markdown.ts"

type Drawn = TemplateResult | string | typeof nothing | ReadonlyArray<unknown>

/** A custom emoji. The first letters of its name stand for a picture that is not here. */
export const customEmoji = (name: string, id: string, directory: Directory) => {
  const source = directory.emoji?.(id)
  if (source !== undefined)
    return html`<img class="emoji picture" src=${source} alt=${`:${name}:`} title=${`:${name}:`} />`
  return html`<span
    class="emoji custom"
    role="img"
    aria-label=${`:${name}:`}
    title=${`:${name}:`}
    data-initials=${name.slice(0, 2)}
    ${set({ background: colourOf(id) })}
  ></span>`
}

/** An emoji of a component, a reaction or a poll. */
export const emojiOf = (
  emoji: { readonly id?: string | null; readonly name?: string | null } | undefined,
  directory: Directory
) => {
  if (emoji === undefined || (emoji.id == null && emoji.name == null)) return nothing
  if (emoji.id != null) return customEmoji(emoji.name ?? "emoji", emoji.id, directory)
  return html`<span class="emoji" role="img" aria-label=${emoji.name ?? ""}>${emoji.name}</span>`
}

/** A link, or its text if a browser should not follow it. */
export const link = (target: string | undefined, content: unknown, title?: string) => {
  const href = safeUrl(target)
  return href === undefined
    ? html`<span>${content}</span>`
    : html`<a href=${href} target="_blank" rel="noopener noreferrer" title=${title ?? href}>${content}</a>`
}

const mention = (content: unknown, colour?: number) =>
  html`<span class="mention" ${set({ color: undefined, "--role": colour ? hex(colour) : undefined })}>${content}</span>`

const mentionOf = (node: Node, directory: Directory): Drawn => {
  const id = node.id ?? ""
  switch (node.type) {
    case "user":
      return mention(`@${directory.person(id)?.name ?? "unknown-user"}`)
    case "role": {
      const role = directory.role(id)
      return mention(`@${role?.name ?? "deleted-role"}`, role?.color)
    }
    case "channel": {
      const channel = directory.channel(id)
      if (channel === undefined) return mention("#unknown")
      const open = (event: Event) => emit(event.currentTarget as EventTarget, "open-channel", { channel: id })
      return html`<button class="mention" @click=${open}>#${channel.name ?? "direct"}</button>`
    }
    case "slashCommand": {
      const use = (event: Event) =>
        emit(event.currentTarget as EventTarget, "use-command", { name: node.fullName ?? "", id })
      return html`<button class="mention" @click=${use}>/${node.fullName}</button>`
    }
    case "guildNavigation":
      return mention(node.navigation === "linked-roles" ? "Linked Roles" : `#${node.navigation}`)
    default:
      return mention(node.type === "here" ? "@here" : "@everyone")
  }
}

const children = ({ content }: Node, directory: Directory): Drawn =>
  typeof content === "string" ? content : (content ?? []).map((node) => draw(node, directory))

const block = (node: Node, directory: Directory): Drawn => {
  switch (node.type) {
    case "codeBlock":
      return html`<pre tabindex="0"><code>${highlight(String(node.content ?? ""), node.lang ?? "")}</code></pre>`
    case "blockQuote":
      return html`<blockquote>${children(node, directory)}</blockquote>`
    case "heading":
      return html`<div class="heading level${node.level}" role="heading" aria-level="3">
        ${children(node, directory)}
      </div>`
    case "subtext":
      return html`<small>${children(node, directory)}</small>`
    case "list": {
      const items = (node.items ?? []).map((item) => html`<li>${item.map((inner) => draw(inner, directory))}</li>`)
      return node.ordered === true
        ? html`<ol start=${node.start ?? 1}>
            ${items}
          </ol>`
        : html`<ul>
            ${items}
          </ul>`
    }
    default:
      return inline(node, directory)
  }
}

/** Text whose spaces are kept, as Discord does. */
const spaced = (content: Node["content"]): Drawn => {
  const text = typeof content === "string" ? content : ""
  return / {2}|\t/.test(text) ? html`<span class="spaced">${text}</span>` : text
}

const inline = (node: Node, directory: Directory): Drawn => {
  switch (node.type) {
    case "text":
    case "escape":
      return spaced(node.content)
    case "strong":
      return html`<strong>${children(node, directory)}</strong>`
    case "em":
      return html`<em>${children(node, directory)}</em>`
    case "underline":
      return html`<u>${children(node, directory)}</u>`
    case "strikethrough":
      return html`<s>${children(node, directory)}</s>`
    case "spoiler":
      return html`<fc-spoiler>${children(node, directory)}</fc-spoiler>`
    case "inlineCode":
      return html`<code>${node.content}</code>`
    case "br":
    case "newline":
      return html`<br />`
    case "link":
    case "url":
    case "autolink":
      return link(node.target, children(node, directory))
    case "mail":
      return html`<span class="address">${node.content}</span>`
    default:
      return small(node, directory)
  }
}

const small = (node: Node, directory: Directory): Drawn => {
  switch (node.type) {
    case "twemoji":
      return emojiOf({ name: node.name ?? "" }, directory)
    case "emoji":
      return customEmoji(node.name ?? "emoji", node.id ?? "", directory)
    case "emoticon":
      return String(node.content ?? "")
    case "timestamp":
      return html`<fc-timestamp
        .at=${Number(node.timestamp) * 1000}
        .format=${node.format ?? "f"}
        .directory=${directory}
      ></fc-timestamp>`
    default:
      return mentionOf(node, directory)
  }
}

const draw = (node: Node, directory: Directory): Drawn => block(node, directory)

/** A text of a message, and what stands in its last line. */
export const markdown = (source: string, directory: Directory, end: unknown = nothing) => {
  const nodes = parseMarkdown(source)
  return html`<div class=${isJumbo(nodes) ? "markdown jumbo" : "markdown"}>
    ${end === nothing ? nodes.map((node) => draw(node, directory)) : html`<span>${nodes.map((node) => draw(node, directory))}</span> ${end}`}
  </div>`
}

/** A text in one line, without markup. */
export const preview = (source: string): string => plainText(parseMarkdown(source))

export const markdownStyles = css`
  .markdown {
    overflow-wrap: anywhere;
    white-space: normal;
  }
  .spaced {
    white-space: break-spaces;
  }
  .markdown .heading {
    font-weight: 700;
    color: var(--text-strong);
    margin: 8px 0 4px;
  }
  .markdown .heading:first-child {
    margin-top: 0;
  }
  .level1 {
    font-size: 1.5em;
  }
  .level2 {
    font-size: 1.25em;
  }
  .level3 {
    font-size: 1em;
  }
  .markdown small {
    display: block;
    font-size: 0.8125em;
    color: var(--text-soft);
  }
  .markdown ul,
  .markdown ol {
    margin: 4px 0;
    padding-inline-start: 24px;
  }
  .markdown blockquote {
    margin: 0;
    padding: 0 8px 0 12px;
    border-inline-start: 4px solid var(--line-strong);
    border-radius: 2px;
    max-width: 90%;
    width: fit-content;
  }
  .markdown a {
    text-decoration: underline;
  }
  code {
    background: var(--bg-code);
    border: 1px solid var(--line);
    border-radius: 4px;
    padding: 0 4px;
    font:
      0.875em/1.3 ui-monospace,
      "Cascadia Mono",
      Menlo,
      Consolas,
      monospace;
    white-space: pre-wrap;
  }
  pre {
    margin: 6px 0;
    max-width: min(90%, 800px);
    overflow: auto;
    background: var(--bg-code);
    border: 1px solid var(--line);
    border-radius: 6px;
    padding: 8px;
  }
  pre code {
    background: none;
    border: 0;
    padding: 0;
    white-space: pre-wrap;
  }
  .mention {
    background: var(--mention-bg);
    color: var(--mention-text);
    border-radius: 4px;
    padding: 0 3px;
    font-weight: 500;
    box-shadow: inset 0 -2px var(--role, transparent);
  }
  button.mention:hover {
    text-decoration: underline;
  }
  .emoji {
    font-size: 1.2em;
    line-height: 1;
    font-family: "Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", sans-serif;
  }
  .emoji.custom {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    width: 1.3em;
    height: 1.3em;
    border-radius: 5px;
    color: #fff;
    font:
      600 0.75em/1 system-ui,
      sans-serif;
    vertical-align: middle;
    white-space: nowrap;
    overflow: hidden;
  }
  .emoji.picture {
    display: inline-block;
    width: 1.3em;
    height: 1.3em;
    border-radius: 0;
    vertical-align: middle;
  }
  .emoji.custom::before {
    content: attr(data-initials);
  }
  .jumbo .emoji {
    font-size: 2.6em;
  }
  .address {
    color: var(--link);
  }
`
