/** Lines of output, of which only those in sight are drawn. Sticks to the last one while that is in sight. */
import { VirtualizerController } from "@tanstack/lit-virtual"
import { css, html, LitElement } from "lit"
import { createRef, ref } from "lit/directives/ref.js"
import { repeat } from "lit/directives/repeat.js"
import { css as set } from "../base/css.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import { parseLine } from "./ansi.ts"

const lineHeight = 19
const nearEnd = 30

export class FcLines extends LitElement {
  static override properties = { lines: { attribute: false }, first: { type: Number }, label: {} }
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: relative;
        height: 320px;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--bg-code);
      }
      .scroller {
        position: absolute;
        inset: 0;
        overflow: auto;
        overflow-anchor: none;
        padding: 8px 10px;
        font:
          13px/19px ui-monospace,
          Menlo,
          Consolas,
          monospace;
      }
      .space {
        position: relative;
      }
      .window {
        position: absolute;
        inset-inline: 0;
        top: 0;
      }
      .line {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        min-height: 19px;
      }
      .red {
        color: var(--danger-text);
      }
      .green {
        color: var(--success-text);
      }
      .yellow {
        color: var(--warning-text);
      }
      .blue,
      .cyan {
        color: var(--link);
      }
      .magenta {
        color: var(--code-keyword);
      }
      .black,
      .dim {
        color: var(--text-soft);
      }
      .bold {
        font-weight: 600;
      }
      .italic {
        font-style: italic;
      }
      .underline {
        text-decoration: underline;
      }
      .strike {
        text-decoration: line-through;
      }
    `
  ]
  declare lines: ReadonlyArray<string>
  /** How many lines came before the first one, so that lines keep their places when old ones go. */
  declare first: number
  declare label: string
  readonly #scroller = createRef<HTMLElement>()
  readonly #virtual: VirtualizerController<HTMLElement, HTMLElement>

  constructor() {
    super()
    this.lines = []
    this.first = 0
    this.label = "Output"
    this.#virtual = new VirtualizerController(this, {
      count: 0,
      getScrollElement: () => this.#scroller.value ?? null,
      estimateSize: () => lineHeight,
      getItemKey: (index) => index,
      overscan: 10,
      anchorTo: "end",
      followOnAppend: true,
      scrollEndThreshold: nearEnd
    })
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("lines") && !changed.has("first")) return
    const virtualizer = this.#virtual.getVirtualizer()
    const scroller = this.#scroller.value
    if (scroller !== undefined && virtualizer.scrollOffset !== null) virtualizer.scrollOffset = scroller.scrollTop
    const { first, lines } = this
    virtualizer.setOptions({ ...virtualizer.options, count: lines.length, getItemKey: (index) => first + index })
  }

  protected override firstUpdated(): void {
    // What is laid out for the first time has no height before.
    requestAnimationFrame(() => this.#virtual.getVirtualizer().scrollToEnd())
  }

  #measure = (element: Element | undefined): void =>
    this.#virtual.getVirtualizer().measureElement((element as HTMLElement | undefined) ?? null)

  override render() {
    const virtualizer = this.#virtual.getVirtualizer()
    const items = virtualizer.getVirtualItems().filter(({ index }) => this.lines[index] !== undefined)
    return html`<div class="scroller" role="log" tabindex="0" aria-label=${this.label} ${ref(this.#scroller)}>
      <div class="space" ${set({ height: `${virtualizer.getTotalSize()}px` })}>
        <div class="window" ${set({ transform: `translateY(${items[0]?.start ?? 0}px)` })}>
          ${repeat(
            items,
            ({ key }) => key,
            ({ index }) =>
              html`<div class="line" data-index=${index} ${ref(this.#measure)}>
                ${parseLine(this.lines[index] ?? "").map(({ classes, text }) => html`<span class=${classes.join(" ")}>${text}</span>`)}
              </div>`
          )}
        </div>
      </div>
    </div>`
  }
}

define("fc-lines", FcLines)
