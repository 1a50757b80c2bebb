/** Embeds. Source: Discord, "Message Resource", Embed Object. */
import { css, html, nothing } from "lit"
import type { APIEmbed, APIEmbedField } from "../../../discord/DiscordApi.ts"
import { avatar } from "../base/avatar.ts"
import { hex } from "../base/colour.ts"
import { css as set } from "../base/css.ts"
import type { Directory } from "./Directory.ts"
import type { Drawing } from "./Drawing.ts"
import { link, markdown } from "./markdownView.ts"
import { autoModeration } from "./autoModeration.ts"
import { picture } from "./media.ts"
import { pollResult } from "./pollResult.ts"
import { formatMessageTime } from "./time.ts"
import { unknown } from "./unknown.ts"

const known = new Set(["rich", "image", "video", "gifv", "article", "link"])

/** Embeds that Discord writes itself. */
const special: Readonly<Record<string, (embed: APIEmbed, drawing: Drawing) => unknown>> = {
  poll_result: pollResult,
  auto_moderation_message: autoModeration
}

/** Inline fields share a row, three at most. */
export const fieldRows = (fields: ReadonlyArray<APIEmbedField>): ReadonlyArray<ReadonlyArray<APIEmbedField>> => {
  const rows: Array<Array<APIEmbedField>> = []
  for (const field of fields) {
    const row = rows.at(-1)
    const joins = field.inline === true && row !== undefined && row.length < 3 && row[0]?.inline === true
    if (joins) row.push(field)
    else rows.push([field])
  }
  return rows
}

const fieldOf = (directory: Directory) => (field: APIEmbedField) =>
  html`<div class="embed-field">
    <div class="embed-field-name">${markdown(field.name, directory)}</div>
    <div>${markdown(field.value, directory)}</div>
  </div>`

const header = (embed: APIEmbed, directory: Directory) => html`
  ${embed.provider?.name === undefined ? nothing : html`<div class="embed-small">${link(embed.provider.url, embed.provider.name)}</div>`}
  ${
    embed.author === undefined
      ? nothing
      : html`<div class="embed-author">
          ${embed.author.icon_url === undefined ? nothing : avatar(embed.author.icon_url, embed.author.name, 24)}
          ${link(embed.author.url, embed.author.name)}
        </div>`
  }
  ${
    embed.title === undefined
      ? nothing
      : html`<div class="embed-title">
          ${embed.url === undefined ? markdown(embed.title, directory) : link(embed.url, embed.title)}
        </div>`
  }
`

const footer = (embed: APIEmbed, directory: Directory) => {
  if (embed.footer === undefined && embed.timestamp === undefined) return nothing
  const parts = [embed.footer?.text, embed.timestamp && formatMessageTime(embed.timestamp, directory.now())]
  return html`<div class="embed-footer">
    ${embed.footer?.icon_url === undefined ? nothing : avatar(embed.footer.icon_url, embed.footer.text, 20)}
    ${parts.filter((part) => part !== undefined && part !== "").join(" • ")}
  </div>`
}

const rich = (embed: APIEmbed, directory: Directory) =>
  html`<article class="embed" ${set({ "--bar": embed.color ? hex(embed.color) : undefined })}>
    <div class="embed-body">
      ${header(embed, directory)}
      ${embed.description === undefined ? nothing : html`<div class="embed-text">${markdown(embed.description, directory)}</div>`}
      ${fieldRows(embed.fields ?? []).map(
        (row) =>
          html`<div class="embed-fields" ${set({ "--columns": String(row.length) })}>
            ${row.map(fieldOf(directory))}
          </div>`
      )}
      ${embed.image === undefined ? nothing : html`<div class="embed-image">${picture(embed.image, directory)}</div>`}
      ${embed.video?.url === undefined ? nothing : html`<div>${picture({ ...embed.video, url: embed.video.url }, directory)}</div>`}
      ${footer(embed, directory)}
    </div>
    ${embed.thumbnail === undefined ? nothing : html`<div class="embed-thumbnail">${picture(embed.thumbnail, directory)}</div>`}
  </article>`

/** The embeds of a message. */
export const embeds = (drawing: Drawing) =>
  drawing.message.embeds.map((embed) => {
    const type: string = embed.type ?? "rich"
    if (Object.hasOwn(special, type)) return special[type]?.(embed, drawing)
    return known.has(type) ? rich(embed, drawing.directory) : unknown(`Embed of the type "${type}"`, embed)
  })

export const embedStyles = css`
  .embed {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 16px;
    width: fit-content;
    max-width: min(100%, 520px);
    min-width: min(100%, 220px);
    margin-top: 4px;
    padding: 10px 16px 14px 12px;
    background: var(--bg-raise);
    border: 1px solid var(--line);
    border-inline-start: 4px solid var(--bar, var(--line-strong));
    border-radius: 5px;
    font-size: 14px;
  }
  .embed-body > * {
    margin-top: 6px;
  }
  .embed-author {
    display: flex;
    gap: 8px;
    align-items: center;
    font-weight: 600;
    color: var(--text-strong);
  }
  .embed-author a {
    color: inherit;
  }
  .embed-title {
    font-weight: 700;
    font-size: 16px;
    color: var(--text-strong);
  }
  .embed-small,
  .embed-footer {
    font-size: 12px;
    color: var(--text-soft);
  }
  .embed-footer {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .embed-fields {
    display: grid;
    gap: 8px;
    grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
  }
  .embed-field-name {
    font-weight: 600;
    color: var(--text-strong);
  }
  .embed-thumbnail img,
  .embed-thumbnail .absent {
    width: 80px;
    max-height: 80px;
    min-height: 64px;
    padding: 2px;
    font-size: 11px;
  }
  @media (max-width: 480px) {
    .embed-thumbnail .absent {
      width: 64px;
    }
  }
`
