/**
 * A message as Discord draws it. Fires `act` with what its user wants to do, `inspect` with an interaction's id, `menu`
 * to open its menu, `dismiss`, `open-channel` and `use-command`.
 */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import type { MessageView } from "../../Protocol.ts"
import { avatar } from "../base/avatar.ts"
import { hex } from "../base/colour.ts"
import { css as set } from "../base/css.ts"
import { define } from "../base/define.ts"
import { icon } from "../base/icons.ts"
import { timeOf } from "../base/snowflake.ts"
import type { APIMessage } from "../../../discord/DiscordApi.ts"
import { emit } from "./Act.ts"
import { components } from "./components.ts"
import { emptyDirectory, nameOf, type Directory } from "./Directory.ts"
import type { Drawing } from "./Drawing.ts"
import { embeds } from "./embeds.ts"
import { footer, forwarded, invocation, reply, starter, stickers, thread } from "./extras.ts"
import { markdown } from "./markdownView.ts"
import { attachments } from "./media.ts"
import { messageStyles } from "./messageStyles.ts"
import { poll } from "./poll.ts"
import { reactions } from "./reactions.ts"
import { isSystem } from "./system.ts"
import { systemView } from "./systemView.ts"
import { formatMessageTime } from "./time.ts"
import { unknown } from "./unknown.ts"

const nobody: ReadonlySet<string> = new Set()
const componentsV2 = 1 << 15
const responseMillis = 15 * 60_000

export class FcMessage extends LitElement {
  static override properties = {
    message: { attribute: false },
    directory: { attribute: false },
    busy: { attribute: false },
    failure: { attribute: false },
    grouped: { type: Boolean, reflect: true },
    actions: { type: Boolean }
  }
  static override styles = messageStyles
  declare message: MessageView | undefined
  declare directory: Directory
  /** Custom ids of components that wait for the bot's response. */
  declare busy: ReadonlySet<string>
  /** Why the last interaction with a component failed. */
  declare failure: string | undefined
  /** Whether it goes without its author's name. */
  declare grouped: boolean
  /** Whether it has a button for its menu. */
  declare actions: boolean

  constructor() {
    super()
    this.message = undefined
    this.directory = emptyDirectory
    this.busy = nobody
    this.failure = undefined
    this.grouped = false
    this.actions = true
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute("role", "article")
  }

  protected override updated(): void {
    const author = this.message?.raw.author
    if (author !== undefined) this.setAttribute("aria-label", `Message from ${this.#name(author.id)}`)
    this.toggleAttribute("ephemeral", this.message?.visibleTo !== undefined)
    const viewer = this.directory.viewer
    const mentions = this.message?.raw.mentions.some(({ id }) => id === viewer) === true
    this.toggleAttribute("mentioned", viewer !== "" && (mentions || this.message?.raw.mention_everyone === true))
  }

  #name(id: string): string {
    const author = this.message?.raw.author
    const webhook = this.message?.raw.webhook_id !== undefined && this.message.raw.interaction_metadata === undefined
    if (webhook && author !== undefined) return author.username
    return this.directory.person(id)?.name ?? (author === undefined ? id : nameOf(author))
  }

  #header({ message, view }: Drawing): TemplateResult {
    const { author } = message
    const colour = this.directory.person(author.id)?.colour
    const open = (event: Event) => this.#menu(event, author.id)
    return html`<div class="header">
      <button class="author" @click=${open} @contextmenu=${open} ${set({ "--name": colour ? hex(colour) : undefined })}>
        ${this.#name(author.id)}
      </button>
      ${author.bot === true ? html`<span class="tag">${message.webhook_id !== undefined && message.application_id === undefined ? "WEBHOOK" : "APP"}</span>` : nothing}
      <time class="soft" datetime=${message.timestamp}
        >${formatMessageTime(message.timestamp, this.directory.now())}</time
      >
      ${message.pinned ? html`<span class="soft" title="Pinned">${icon("pin")}<span class="hidden">Pinned</span></span>` : nothing}
      ${view.interaction === undefined ? nothing : this.#inspectButton(view.interaction)}
    </div>`
  }

  #inspectButton(interaction: string) {
    const inspect = () => emit(this, "inspect", { interaction })
    return html`<button
      class="inspect"
      aria-label="Show what made this message"
      title="Show what made this message"
      @click=${inspect}
    >
      ⚙
    </button>`
  }

  #menu(event: Event, user?: string): void {
    event.preventDefault()
    event.stopPropagation()
    const box = (event.currentTarget as Element).getBoundingClientRect()
    const pointer = event instanceof MouseEvent && event.type === "contextmenu" && event.clientX !== 0
    const at = pointer ? { x: event.clientX, y: event.clientY } : { x: box.left, y: box.bottom }
    emit(this, "menu", user === undefined ? { message: this.message, ...at } : { user, ...at })
  }

  #content(drawing: Drawing): TemplateResult {
    const { directory, message, view } = drawing
    if (view.pending) return this.#thinking(message)
    const edited = message.edited_timestamp === null ? nothing : html`<span class="edited soft">(edited)</span>`
    const isV2 = ((message.flags ?? 0) & componentsV2) !== 0
    return html`${starter(drawing)} ${message.content === "" ? edited : markdown(message.content, directory, edited)}
    ${forwarded(drawing)} ${isV2 ? nothing : attachments(drawing)} ${embeds(drawing)} ${poll(drawing)}
    ${stickers(drawing)} ${components(drawing)} ${reactions(drawing)} ${thread(drawing)}`
  }

  /** The bot has fifteen minutes. Source: Discord, "Receiving and Responding", Followup Messages. */
  #thinking({ author, id }: APIMessage): TemplateResult {
    const isOver = this.directory.now() - timeOf(id) > responseMillis
    if (isOver) return html`<div class="failure">The application did not respond</div>`
    return html`<div class="thinking soft">
      <span class="dots" aria-hidden="true">•••</span> ${this.#name(author.id)} is thinking…
    </div>`
  }

  #failure() {
    return this.failure === undefined ? nothing : html`<div class="failure" role="alert">${this.failure}</div>`
  }

  #system(drawing: Drawing): TemplateResult {
    const text = systemView(drawing, this.#name(drawing.message.author.id))
    const { type } = drawing.message
    return html`<div class="system">
      <span aria-hidden="true" class="arrow">→</span>
      <div>
        ${text ?? unknown(`Message of the type ${type}`, drawing.message)}
        <time class="soft">${formatMessageTime(drawing.message.timestamp, this.directory.now())}</time>
        ${text === undefined ? nothing : html`${embeds(drawing)}${reactions(drawing)}`} ${this.#failure()}
      </div>
    </div>`
  }

  override render() {
    const view = this.message
    if (view === undefined) return nothing
    const message = view.raw
    const drawing: Drawing = { view, message, directory: this.directory, busy: this.busy, host: this }
    if (isSystem(message)) return this.#system(drawing)
    const { author } = message
    const menu = (event: Event) => this.#menu(event)
    const key = (event: KeyboardEvent) => event.shiftKey && event.key === "F10" && this.#menu(event)
    return html`<div class="message" @contextmenu=${menu} @keydown=${key}>
      ${reply(drawing)} ${invocation(drawing)}
      <div class="main">
        <div class="gutter">
          ${this.grouped ? html`<time class="soft small">${new Date(message.timestamp).toLocaleTimeString(undefined, { timeStyle: "short" })}</time>` : avatar(author.id, this.#name(author.id), 40, this.directory.avatar?.(author))}
        </div>
        <div class="body">
          ${this.grouped ? nothing : this.#header(drawing)} ${this.#content(drawing)} ${this.#failure()}
          ${footer(drawing)}
        </div>
        ${this.actions ? html`<button class="more" aria-label="More" aria-haspopup="menu" title="More (Shift+F10)" @click=${menu}>⋯</button>` : nothing}
      </div>
    </div>`
  }
}

define("fc-message", FcMessage)
