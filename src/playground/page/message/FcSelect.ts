/**
 * A select of any kind, for messages and forms: a button that opens a list with a search. Fires `values` with the chosen
 * values when the list closes after a change, and at once if only one can be chosen.
 */
import { css, html, LitElement, nothing } from "lit"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import { avatar } from "../base/avatar.ts"
import { choicesOf, defaultsOf, search, toggle, type Choice, type Select } from "./choices.ts"
import { emptyDirectory, type Directory } from "./Directory.ts"
import { emojiOf, markdownStyles } from "./markdownView.ts"

const maxShown = 200
const popupHeight = 330

export class FcSelect extends LitElement {
  static override properties = {
    select: { attribute: false },
    directory: { attribute: false },
    busy: { type: Boolean },
    label: {},
    invalid: { type: Boolean },
    open: { state: true },
    values: { state: true },
    query: { state: true },
    active: { state: true }
  }
  static override styles = [
    shared,
    markdownStyles,
    css`
      :host {
        display: block;
        position: relative;
        width: min(100%, 400px);
      }
      .trigger {
        display: flex;
        align-items: center;
        gap: 6px;
        flex-wrap: wrap;
        text-align: start;
      }
      .trigger::after {
        content: "▾";
        margin-inline-start: auto;
      }
      .trigger[aria-busy="true"]::after {
        content: "…";
      }
      .chip {
        background: var(--bg-active);
        border-radius: 4px;
        padding: 0 6px;
      }
      .popup {
        position: absolute;
        z-index: 20;
        inset-inline: 0;
        top: calc(100% + 4px);
        background: var(--bg-raise);
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        box-shadow: var(--shadow);
        padding: 6px;
      }
      :host([upward]) .popup {
        top: auto;
        bottom: calc(100% + 4px);
      }
      [role="listbox"] {
        max-height: 240px;
        overflow-y: auto;
        margin-top: 6px;
      }
      [role="option"] {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 6px 8px;
        border-radius: 4px;
        cursor: pointer;
        color: var(--text-strong);
        overflow-wrap: anywhere;
      }
      [role="option"].active {
        background: var(--bg-active);
        outline: 2px solid var(--focus);
        outline-offset: -2px;
      }
      .text {
        display: grid;
        flex: 1;
      }
      .text .soft {
        font-size: 13px;
      }
    `
  ]
  declare select: Select
  declare directory: Directory
  declare busy: boolean
  declare label: string
  declare invalid: boolean
  declare private open: boolean
  declare private query: string
  declare private active: number
  /** What is chosen, as values or ids. */
  declare values: ReadonlyArray<string>
  #before: ReadonlyArray<string> = []

  constructor() {
    super()
    this.select = { type: 3, custom_id: "", options: [] }
    this.directory = emptyDirectory
    this.busy = false
    this.label = ""
    this.invalid = false
    this.open = false
    this.query = ""
    this.active = 0
    this.values = []
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get("select") as Select | undefined
    if (!changed.has("select") || JSON.stringify(before) === JSON.stringify(this.select)) return
    this.values = defaultsOf(this.select)
  }

  private get max(): number {
    return this.select.max_values ?? 1
  }

  private get shown(): ReadonlyArray<Choice> {
    return search(choicesOf(this.select, this.directory), this.query).slice(0, maxShown)
  }

  private show(): void {
    if (this.open) return this.close(true)
    this.#before = this.values
    this.open = true
    const { bottom } = this.getBoundingClientRect()
    this.toggleAttribute("upward", bottom + popupHeight > window.innerHeight && bottom > popupHeight)
    this.query = ""
    this.active = 0
    void this.updateComplete.then(() => this.renderRoot.querySelector("input")?.focus())
  }

  private close(focus: boolean): void {
    if (!this.open) return
    this.open = false
    if (focus) this.renderRoot.querySelector("button")?.focus()
    // In forms, a select may be optional.
    const min = "required" in this.select && this.select.required === false ? 0 : (this.select.min_values ?? 1)
    if (this.values.length < min) this.values = this.#before
    else if (this.values.join("\n") !== this.#before.join("\n")) this.#fire()
  }

  #fire(): void {
    this.dispatchEvent(new CustomEvent("values", { detail: this.values }))
  }

  private choose(choice: Choice | undefined): void {
    if (choice === undefined) return
    const { max } = this
    this.values = toggle(this.values, choice.value, max)
    // Choosing the same again says it again, as Discord's client does not; so nothing is sent then.
    if (max === 1 && this.values.length === 1) this.close(true)
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.shown.length - 1
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      Home: 0,
      End: last
    }
    const to = moves[event.key]
    if (to !== undefined) this.active = to
    else if (event.key === "Enter") this.choose(this.shown[this.active])
    else if (event.key === "Escape") this.close(true)
    else return
    event.preventDefault()
    event.stopPropagation()
    void this.updateComplete.then(() => this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" }))
  }

  private onFocusOut(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget)) return
    this.close(false)
  }

  private chip(value: string) {
    const choice = choicesOf(this.select, this.directory).find((each) => each.value === value)
    return html`<span class="chip">${emojiOf(choice?.emoji, this.directory)} ${choice?.label ?? value}</span>`
  }

  private option(choice: Choice, index: number) {
    const selected = this.values.includes(choice.value)
    const press = (event: Event) => {
      event.preventDefault()
      this.choose(choice)
    }
    return html`<div
      role="option"
      id=${`option-${index}`}
      aria-selected=${selected}
      class=${index === this.active ? "active" : ""}
      @mousedown=${press}
      @mousemove=${() => (this.active = index)}
    >
      ${choice.kind === "user" ? avatar(choice.value, choice.label, 24) : nothing}
      ${choice.kind === "role" ? "@" : choice.kind === "channel" ? "#" : emojiOf(choice.emoji, this.directory)}
      <span class="text">
        <span>${choice.label}</span>
        ${choice.description === undefined ? nothing : html`<span class="soft">${choice.description}</span>`}
      </span>
      <span aria-hidden="true">${selected ? "☑" : this.max > 1 ? "☐" : ""}</span>
    </div>`
  }

  /** The label, and what is chosen or asked for. */
  private get accessibleName(): string {
    const choices = choicesOf(this.select, this.directory)
    const labels = this.values.map((value) => choices.find((choice) => choice.value === value)?.label ?? value)
    const text = labels.length === 0 ? (this.select.placeholder ?? "Make a selection") : labels.join(", ")
    return text === this.label ? text : `${this.label}: ${text}`
  }

  private popup() {
    const { shown } = this
    const type = (event: Event) => {
      this.query = (event.target as HTMLInputElement).value
      this.active = 0
    }
    return html`<div class="popup">
      <input
        class="field"
        role="combobox"
        aria-expanded="true"
        aria-controls="list"
        aria-activedescendant=${shown.length === 0 ? nothing : `option-${this.active}`}
        aria-label=${`Search in ${this.label}`}
        placeholder="Search"
        .value=${this.query}
        @input=${type}
        @keydown=${this.onKey}
      />
      <div role="listbox" id="list" tabindex="-1" aria-label=${this.label} aria-multiselectable=${this.max > 1}>
        ${shown.map((choice, index) => this.option(choice, index))}
      </div>
      ${shown.length === 0 ? html`<div class="soft" role="status">No results found</div>` : nothing}
      ${this.max > 1 ? html`<div class="soft">${this.values.length} of at most ${this.max} chosen</div>` : nothing}
    </div>`
  }

  override render() {
    const disabled = this.select.disabled === true || this.busy
    const chosen = this.values.map((value) => this.chip(value))
    return html`<div @focusout=${this.onFocusOut}>
      <button
        type="button"
        class="field trigger"
        aria-haspopup="listbox"
        aria-expanded=${this.open}
        aria-label=${this.accessibleName}
        aria-invalid=${this.invalid}
        aria-busy=${this.busy}
        ?disabled=${disabled}
        @click=${this.show}
      >
        ${chosen.length === 0 ? html`<span class="soft">${this.select.placeholder ?? "Make a selection"}</span>` : chosen}
      </button>
      ${this.open ? this.popup() : nothing}
    </div>`
  }
}

define("fc-select", FcSelect)
