/**
 * A list of thousands of rows, of which those in sight are drawn: a listbox with one row that is selected. Fires
 * `choose` with the row's entry. Rows are of one height, so where each is follows from its number.
 */
import { css, html, LitElement, type TemplateResult } from "lit"
import { createRef, ref } from "lit/directives/ref.js"
import { styles } from "./styles.ts"

const height = 44
// Rows that are drawn beyond what is in sight.
const beyond = 6

/** An entry, and how it looks. */
export interface Row {
  readonly key: string
  readonly value: unknown
}

export class FcRows extends LitElement {
  static override properties = {
    rows: { attribute: false },
    draw: { attribute: false },
    selected: {},
    label: {},
    top: { state: true },
    seen: { state: true }
  }
  static override styles = [
    styles,
    css`
      :host {
        display: block;
        min-height: 0;
        height: 100%;
      }
      .scroll {
        height: 100%;
        overflow-y: auto;
        position: relative;
        overflow-anchor: none;
      }
      .space {
        position: relative;
        width: 100%;
      }
      .row {
        position: absolute;
        inset-inline: 0;
        height: 44px;
        padding: 4px 12px;
        border-bottom: 1px solid var(--fc-line);
        cursor: pointer;
        font-size: 13px;
        line-height: 18px;
        overflow: hidden;
      }
      .row:hover {
        background: var(--fc-raise);
      }
      .row[aria-selected="true"] {
        background: var(--fc-active);
      }
      .row > * {
        display: flex;
        gap: 10px;
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .row .grow {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .row .name {
        color: var(--fc-strong);
        font-weight: 500;
      }
    `
  ]
  declare rows: ReadonlyArray<Row>
  declare draw: (value: unknown) => TemplateResult
  declare selected: string | undefined
  declare label: string
  declare private top: number
  declare private seen: number
  readonly #scroller = createRef<HTMLElement>()
  #resizes: ResizeObserver | undefined

  constructor() {
    super()
    this.rows = []
    this.draw = () => html``
    this.label = ""
    this.top = 0
    this.seen = 600
  }

  override firstUpdated(): void {
    this.#observe()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#observe()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resizes?.disconnect()
  }

  #observe(): void {
    const { value } = this.#scroller
    if (value === undefined) return
    this.#resizes = new ResizeObserver(() => (this.seen = value.clientHeight))
    this.#resizes.observe(value)
  }

  #choose(row: Row | undefined): void {
    if (row !== undefined) this.dispatchEvent(new CustomEvent("choose", { detail: row.value }))
  }

  readonly #key = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(this.seen / height) - 1)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity
    }
    const by = steps[event.key]
    if (by === undefined || this.rows.length === 0) return
    event.preventDefault()
    const now = this.rows.findIndex(({ key }) => key === this.selected)
    const next = Math.min(this.rows.length - 1, Math.max(0, now < 0 ? 0 : now + by))
    this.#choose(this.rows[next])
    this.#show(next)
  }

  #show(index: number): void {
    const scroller = this.#scroller.value
    if (scroller === undefined) return
    const start = index * height
    if (start < scroller.scrollTop) scroller.scrollTop = start
    else if (start + height > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = start + height - scroller.clientHeight
    }
  }

  override updated(): void {
    const space = this.renderRoot.querySelector<HTMLElement>(".space")
    // By the object model and not as an attribute, which the page's policy does not allow.
    if (space !== null) space.style.height = `${this.rows.length * height}px`
    for (const row of this.renderRoot.querySelectorAll<HTMLElement>(".row")) {
      row.style.top = `${Number(row.dataset["index"]) * height}px`
    }
  }

  override render() {
    const first = Math.max(0, Math.floor(this.top / height) - beyond)
    const rows = this.rows.slice(first, first + Math.ceil(this.seen / height) + 2 * beyond)
    const selected = rows.findIndex(({ key }) => key === this.selected)
    return html`<div
      class="scroll"
      role="listbox"
      tabindex="0"
      aria-label=${this.label}
      aria-activedescendant=${selected < 0 ? "" : `row-${first + selected}`}
      ${ref(this.#scroller)}
      @scroll=${() => (this.top = this.#scroller.value?.scrollTop ?? 0)}
      @keydown=${this.#key}
    >
      <div class="space" role="presentation">
        ${rows.map(
          (row, index) =>
            html`<div
              class="row"
              role="option"
              id=${`row-${first + index}`}
              data-index=${first + index}
              aria-setsize=${this.rows.length}
              aria-posinset=${first + index + 1}
              aria-selected=${row.key === this.selected}
              @click=${() => this.#choose(row)}
            >
              ${this.draw(row.value)}
            </div>`
        )}
      </div>
    </div>`
  }
}

if (customElements.get("fc-rows") === undefined) customElements.define("fc-rows", FcRows)
