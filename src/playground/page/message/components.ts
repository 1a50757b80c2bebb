/** The components of messages. Numbers are Discord's types. Source: Discord, "Component Reference". */
import { css, html, nothing } from "lit"
import type {
  APIButtonComponent,
  APIContainerComponent,
  APIFileComponent,
  APIMediaGalleryComponent,
  APIMessageComponent,
  APISectionComponent,
  APISeparatorComponent,
  APITextDisplayComponent,
  APIThumbnailComponent
} from "../../../discord/DiscordApi.ts"
import { hex } from "../base/colour.ts"
import { css as set } from "../base/css.ts"
import { act } from "./Act.ts"
import { isSelect, type Select } from "./choices.ts"
import type { Drawing } from "./Drawing.ts"
import "./FcSelect.ts"
import { safeUrl } from "./markdown.ts"
import { emojiOf, markdown } from "./markdownView.ts"
import { fileCard, picture } from "./media.ts"
import { unknown } from "./unknown.ts"

const styles: Readonly<Record<number, string>> = {
  1: "primary",
  2: "secondary",
  3: "success",
  4: "danger",
  5: "link",
  6: "premium"
}

/** What a button says. */
const buttonLabel = (button: APIButtonComponent): string =>
  "label" in button && button.label !== undefined
    ? button.label
    : "sku_id" in button
      ? "Buy"
      : ("emoji" in button && button.emoji?.name) || "button"

const button = (component: APIButtonComponent, { busy, directory, host, message }: Drawing) => {
  const label = buttonLabel(component)
  const content = html`${"emoji" in component ? emojiOf(component.emoji, directory) : nothing}
  ${"label" in component || "sku_id" in component ? html`<span>${label}</span>` : nothing}`
  const style = `button ${styles[component.style] ?? "secondary"}`
  if ("url" in component) {
    const href = component.disabled === true ? undefined : safeUrl(component.url)
    return html`<a
      class=${style}
      role=${href === undefined ? "link" : nothing}
      aria-disabled=${href === undefined ? "true" : nothing}
      aria-label=${label}
      href=${href ?? nothing}
      target="_blank"
      rel="noopener noreferrer"
      >${content} <span aria-hidden="true">↗</span></a
    >`
  }
  const customId = "custom_id" in component ? component.custom_id : undefined
  const waiting = customId !== undefined && busy.has(customId)
  const click = () => {
    if (customId !== undefined && !waiting) act(host, { type: "click", message: message.id, customId })
  }
  const off = component.disabled === true || customId === undefined
  return html`<button class=${style} aria-label=${label} aria-busy=${waiting} ?disabled=${off} @click=${click}>
    ${waiting ? html`<span class="dots" aria-hidden="true">•••</span>` : content}
  </button>`
}

const names: Readonly<Record<number, string>> = {
  3: "options",
  5: "users",
  6: "roles",
  7: "users and roles",
  8: "channels"
}

const select = (component: Select, { busy, directory, host, message }: Drawing) => {
  const send = ({ detail }: CustomEvent<ReadonlyArray<string>>) =>
    act(host, { type: "select", message: message.id, customId: component.custom_id, values: detail })
  return html`<fc-select
    .select=${component}
    .directory=${directory}
    .busy=${busy.has(component.custom_id)}
    .label=${component.placeholder ?? `Select ${names[component.type] ?? ""}`}
    @values=${send}
  ></fc-select>`
}

const section = (component: APISectionComponent, drawing: Drawing) =>
  html`<div class="section">
    <div class="section-texts">${component.components.map((each) => draw(each, drawing))}</div>
    <div class="accessory">${draw(component.accessory, drawing)}</div>
  </div>`

const attachmentOf = ({ message }: Drawing, url: string) => {
  const name = url.startsWith("attachment://") ? url.slice("attachment://".length) : undefined
  return message.attachments.find((file) => file.url === url || file.filename === name)
}

const media = (item: APIThumbnailComponent | APIMediaGalleryComponent["items"][number], drawing: Drawing) => {
  const file = attachmentOf(drawing, item.media.url)
  return picture(
    {
      url: file?.url ?? item.media.url,
      description: item.description ?? file?.description,
      contentType: item.media.content_type ?? file?.content_type,
      width: item.media.width ?? file?.width,
      height: item.media.height ?? file?.height,
      spoiler: item.spoiler
    },
    drawing.directory
  )
}

const gallery = (component: APIMediaGalleryComponent, drawing: Drawing) =>
  html`<div class="gallery count${Math.min(4, component.items.length)}">
    ${component.items.map((item) => html`<div class="gallery-item">${media(item, drawing)}</div>`)}
  </div>`

const file = (component: APIFileComponent, drawing: Drawing) => {
  const upload = attachmentOf(drawing, component.file.url)
  return fileCard(
    {
      url: upload?.url ?? component.file.url,
      name: component.name ?? upload?.filename,
      size: component.size ?? upload?.size,
      spoiler: component.spoiler
    },
    drawing.directory
  )
}

const separator = ({ divider, spacing }: APISeparatorComponent) =>
  html`<div
    class="separator ${spacing === 2 ? "large" : "small"}"
    role=${divider === false ? "presentation" : "separator"}
  >
    ${divider === false ? nothing : html`<div class="rule"></div>`}
  </div>`

const container = (component: APIContainerComponent, drawing: Drawing) => {
  const accent = component.accent_color == null ? undefined : hex(component.accent_color)
  const content = html`<div class="container ${accent === undefined ? "" : "accent"}" ${set({ "--bar": accent })}>
    ${component.components.map((each) => draw(each, drawing))}
  </div>`
  return component.spoiler === true ? html`<fc-spoiler block>${content}</fc-spoiler>` : content
}

type Component = APIMessageComponent | { readonly type: number }

const draw = (component: Component, drawing: Drawing): unknown => {
  if (isSelect(component)) return select(component, drawing)
  switch (component.type as number) {
    case 1:
      return html`<div class="row">
        ${(component as { components: ReadonlyArray<Component> }).components.map((each) => draw(each, drawing))}
      </div>`
    case 2:
      return button(component as APIButtonComponent, drawing)
    case 9:
      return section(component as APISectionComponent, drawing)
    case 10:
      return markdown((component as APITextDisplayComponent).content, drawing.directory)
    case 11:
      return html`<div class="thumbnail">${media(component as APIThumbnailComponent, drawing)}</div>`
    case 12:
      return gallery(component as APIMediaGalleryComponent, drawing)
    case 13:
      return file(component as APIFileComponent, drawing)
    case 14:
      return separator(component as APISeparatorComponent)
    case 17:
      return container(component as APIContainerComponent, drawing)
    default:
      return unknown(`Component of the type ${component.type}`, component)
  }
}

/** A component that lacks what its kind needs is as unknown as one of an unknown kind. */
const drawSafely = (component: Component, drawing: Drawing): unknown => {
  try {
    return draw(component, drawing)
  } catch {
    return unknown(`Component of the type ${component.type}`, component)
  }
}

/** The components of a message. */
export const components = (drawing: Drawing) => {
  const all = drawing.message.components ?? []
  if (all.length === 0) return nothing
  return html`<div class="components">${all.map((component) => drawSafely(component, drawing))}</div>`
}

export const componentStyles = css`
  .components {
    display: grid;
    gap: 8px;
    margin-top: 4px;
    max-width: min(100%, 620px);
    grid-template-columns: minmax(0, 1fr);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-width: 60px;
    min-height: 34px;
    padding: 4px 14px;
    border-radius: 8px;
    font-weight: 500;
    font-size: 14px;
    color: #fff;
    overflow-wrap: anywhere;
  }
  .button.primary,
  .button.premium {
    background: var(--accent);
  }
  .button.secondary,
  .button.link {
    background: var(--bg-active);
    color: var(--text-strong);
  }
  .button.success {
    background: var(--success);
  }
  .button.danger {
    background: var(--danger);
  }
  .button:hover:not(:disabled) {
    filter: brightness(0.92);
    text-decoration: none;
  }
  .button[aria-disabled="true"] {
    opacity: 0.55;
  }
  .dots {
    letter-spacing: 2px;
  }
  @media (prefers-reduced-motion: no-preference) {
    .dots {
      animation: pulse 1s infinite alternate;
    }
  }
  @keyframes pulse {
    to {
      opacity: 0.4;
    }
  }
  .section {
    display: flex;
    gap: 12px;
    justify-content: space-between;
  }
  .section-texts {
    min-width: 0;
    display: grid;
    gap: 4px;
    align-content: start;
  }
  .accessory {
    flex-shrink: 0;
  }
  .thumbnail img,
  .thumbnail .absent {
    width: 85px;
    max-height: 85px;
    min-height: 64px;
    padding: 2px;
    font-size: 11px;
  }
  .gallery {
    display: grid;
    gap: 4px;
  }
  .gallery.count2,
  .gallery.count4 {
    grid-template-columns: 1fr 1fr;
  }
  .gallery.count3 {
    grid-template-columns: 1fr 1fr 1fr;
  }
  .gallery-item {
    min-width: 0;
  }
  .gallery:not(.count1) :is(img, video) {
    width: 100%;
    aspect-ratio: 4 / 3;
    object-fit: cover;
  }
  .separator.small {
    padding: 2px 0;
  }
  .separator.large {
    padding: 10px 0;
  }
  .rule {
    height: 1px;
    background: var(--line);
  }
  .container {
    display: grid;
    gap: 8px;
    grid-template-columns: minmax(0, 1fr);
    padding: 14px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--bg-raise);
  }
  .container.accent {
    border-inline-start: 4px solid var(--bar);
  }
`
