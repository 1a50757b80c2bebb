/** A grid of emojis with a search by name. Fires `pick` with an `Emoji`, and `close`. */
import { css, html, LitElement, nothing } from "lit"
import { css as set } from "../base/css.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import { emptyDirectory, type Directory } from "../message/Directory.ts"
import { customEmoji, markdownStyles } from "../message/markdownView.ts"
import { emojis, searchEmojis, type Emoji } from "./emojis.ts"

const columns = 8

export class FcEmojiPicker extends LitElement {
  static override properties = {
    custom: { attribute: false },
    directory: { attribute: false },
    heading: {},
    typed: { state: true },
    active: { state: true }
  }
  static override styles = [
    shared,
    markdownStyles,
    css`
      :host {
        position: absolute;
        z-index: 20;
        inset-inline-end: 12px;
        bottom: 76px;
        width: min(352px, calc(100% - 24px));
        background: var(--bg-raise);
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        box-shadow: var(--shadow);
        padding: 10px;
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(var(--columns), 1fr);
        margin-top: 8px;
        height: 248px;
        align-content: start;
        overflow-y: auto;
      }
      [role="option"] {
        display: grid;
        place-items: center;
        height: 40px;
        border-radius: 6px;
        font-size: 24px;
        cursor: pointer;
      }
      [role="option"]:hover,
      [role="option"].active {
        background: var(--bg-active);
      }
      [role="option"].active {
        outline: 2px solid var(--focus);
        outline-offset: -2px;
      }
      .name {
        min-height: 22px;
        margin-top: 6px;
        font-size: 14px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `
  ]
  /** Emojis of the server. */
  declare custom: ReadonlyArray<Emoji>
  declare directory: Directory
  declare heading: string
  declare private typed: string
  declare private active: number
  #before: HTMLElement | undefined

  constructor() {
    super()
    this.custom = []
    this.directory = emptyDirectory
    this.heading = "Emoji"
    this.typed = ""
    this.active = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    let focused = document.activeElement
    while (focused?.shadowRoot?.activeElement != null) focused = focused.shadowRoot.activeElement
    this.#before = focused instanceof HTMLElement ? focused : undefined
    this.setAttribute("role", "dialog")
    document.addEventListener("pointerdown", this.#outside, true)
    void this.updateComplete.then(() => this.renderRoot.querySelector("input")?.focus())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener("pointerdown", this.#outside, true)
  }

  protected override updated(): void {
    this.setAttribute("aria-label", this.heading)
  }

  #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.#close(false)
  }

  #close(focus: boolean): void {
    if (focus) this.#before?.focus()
    this.dispatchEvent(new CustomEvent("close"))
  }

  private get found(): ReadonlyArray<Emoji> {
    return searchEmojis([...this.custom, ...emojis], this.typed)
  }

  private pick(emoji: Emoji | undefined): void {
    if (emoji === undefined) return
    this.#close(true)
    this.dispatchEvent(new CustomEvent<Emoji>("pick", { detail: emoji }))
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing) return
    const { found } = this
    const last = found.length - 1
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: this.active + 1,
      ArrowLeft: this.active - 1,
      ArrowDown: this.active + columns,
      ArrowUp: this.active - columns
    }
    const to = moves[event.key]
    if (to !== undefined) this.active = to < 0 ? 0 : Math.min(to, Math.max(0, last))
    else if (event.key === "Enter") this.pick(found[this.active])
    else if (event.key === "Escape" || event.key === "Tab") this.#close(true)
    else return
    event.preventDefault()
    event.stopPropagation()
    void this.updateComplete.then(() => this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" }))
  }

  private onInput(event: Event): void {
    this.typed = (event.target as HTMLInputElement).value
    this.active = 0
  }

  private cell(emoji: Emoji, index: number) {
    const press = (event: Event) => {
      event.preventDefault()
      this.pick(emoji)
    }
    return html`<div
      role="option"
      id=${`emoji-${index}`}
      aria-label=${emoji.name}
      title=${`:${emoji.name}:`}
      aria-selected=${index === this.active}
      class=${index === this.active ? "active" : ""}
      @click=${press}
    >
      ${emoji.id === undefined ? emoji.text : customEmoji(emoji.name, emoji.id, this.directory)}
    </div>`
  }

  override render() {
    const { active, found, heading } = this
    const name = found[active]?.name
    return html`<input
        class="field"
        role="combobox"
        aria-label=${`${heading}: search by name`}
        aria-expanded="true"
        aria-controls="grid"
        aria-autocomplete="list"
        aria-activedescendant=${found.length === 0 ? nothing : `emoji-${active}`}
        placeholder="Find an emoji"
        autocomplete="off"
        .value=${this.typed}
        @input=${this.onInput}
        @keydown=${this.onKey}
      />
      <div
        class="grid"
        id="grid"
        role="listbox"
        tabindex="-1"
        aria-label="Emojis"
        ${set({ "--columns": String(columns) })}
      >
        ${found.map((emoji, index) => this.cell(emoji, index))}
      </div>
      <div class="name soft" role="status">${name === undefined ? "No emoji has this name" : `:${name}:`}</div>`
  }
}

define("fc-emoji-picker", FcEmojiPicker)
