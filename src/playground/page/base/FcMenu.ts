/** A menu at a point of the page. Fires `close`; its entries do what they say. */
import { css, html, LitElement, nothing } from "lit"
import { css as set } from "./css.ts"
import { define } from "./define.ts"
import { shared } from "./shared.ts"

export interface MenuEntry {
  readonly label: string
  readonly run: () => void
  readonly danger?: boolean
  /** What stands above it, if it begins a group. */
  readonly heading?: string
}

export class FcMenu extends LitElement {
  static override properties = { entries: { attribute: false }, x: { type: Number }, y: { type: Number }, label: {} }
  static override styles = [
    shared,
    css`
      [role="menu"] {
        position: fixed;
        z-index: 50;
        left: min(var(--x), 100vw - 240px);
        top: var(--y);
        width: 230px;
        max-height: 60vh;
        overflow-y: auto;
        padding: 6px;
        background: var(--bg-raise);
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        box-shadow: var(--shadow);
      }
      [role="menuitem"] {
        display: block;
        width: 100%;
        padding: 7px 10px;
        border-radius: 5px;
        font-size: 14px;
        color: var(--text-strong);
        overflow-wrap: anywhere;
      }
      [role="menuitem"]:hover,
      [role="menuitem"]:focus {
        background: var(--accent);
        color: var(--on-accent);
        outline-offset: -2px;
      }
      .danger {
        color: var(--danger-text);
      }
      .heading {
        padding: 8px 10px 2px;
        font-size: 12px;
        font-weight: 600;
        color: var(--text-soft);
      }
    `
  ]
  declare entries: ReadonlyArray<MenuEntry>
  declare x: number
  declare y: number
  declare label: string
  #before: HTMLElement | undefined

  constructor() {
    super()
    this.entries = []
    this.x = 0
    this.y = 0
    this.label = "Menu"
  }

  override connectedCallback(): void {
    super.connectedCallback()
    let active = document.activeElement
    while (active?.shadowRoot?.activeElement != null) active = active.shadowRoot.activeElement
    this.#before = active instanceof HTMLElement ? active : undefined
    document.addEventListener("pointerdown", this.#outside, true)
    void this.updateComplete.then(() => {
      this.#fit()
      this.#items[0]?.focus()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener("pointerdown", this.#outside, true)
  }

  get #items(): ReadonlyArray<HTMLElement> {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[role=menuitem]")]
  }

  #fit(): void {
    const menu = this.renderRoot.querySelector<HTMLElement>("[role=menu]")
    if (menu === null) return
    const over = this.y + menu.offsetHeight + 8 - window.innerHeight
    if (over > 0) menu.style.setProperty("--y", `${Math.max(8, this.y - over)}px`)
  }

  #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.close(false)
  }

  private close(focus: boolean): void {
    if (focus) this.#before?.focus()
    this.dispatchEvent(new CustomEvent("close"))
  }

  private onKey(event: KeyboardEvent): void {
    const items = this.#items
    const at = items.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement)
    if (event.key === "Escape" || event.key === "Tab") this.close(true)
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus()
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length]?.focus()
    else if (event.key === "Home") items[0]?.focus()
    else if (event.key === "End") items.at(-1)?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  override render() {
    return html`<div
      role="menu"
      aria-label=${this.label}
      ${set({ "--x": `${this.x}px`, "--y": `${this.y}px` })}
      @keydown=${this.onKey}
    >
      ${this.entries.map((entry) => {
        const run = () => {
          this.close(true)
          entry.run()
        }
        return html`${entry.heading === undefined ? nothing : html`<div class="heading" role="presentation">${entry.heading}</div>`}
          <button role="menuitem" class=${entry.danger === true ? "danger" : ""} tabindex="-1" @click=${run}>
            ${entry.label}
          </button>`
      })}
    </div>`
  }
}

define("fc-menu", FcMenu)
