/** Hides its content until it is clicked. */
import { css, html, LitElement } from "lit"
import { define } from "../base/define.ts"

export class FcSpoiler extends LitElement {
  static override properties = { open: { type: Boolean, reflect: true }, block: { type: Boolean, reflect: true } }
  static override styles = css`
    :host([block]) {
      display: block;
      position: relative;
      width: fit-content;
      max-width: 100%;
    }
    :host([block]:not([open])) .content {
      filter: blur(28px);
    }
    .content {
      border-radius: 4px;
    }
    :host([block]) .content {
      display: block;
    }
    :host(:not([open])) .content {
      visibility: hidden;
    }
    :host(:not([block])) .content {
      background: var(--bg-active);
    }
    button {
      font: inherit;
      cursor: pointer;
      border: 0;
      border-radius: 4px;
      color: inherit;
      padding: 0;
      background: var(--spoiler);
      text-align: inherit;
    }
    :host([block]:not([open])) {
      background: var(--spoiler);
      border-radius: 8px;
      overflow: hidden;
    }
    .cover {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      z-index: 1;
      display: grid;
      place-items: center;
      background: none;
    }
    .label {
      background: #000;
      color: #fff;
      border-radius: 16px;
      padding: 6px 12px;
      font-weight: 600;
      font-size: 14px;
    }
    :focus-visible {
      outline: 2px solid var(--focus);
    }
  `
  declare open: boolean
  declare block: boolean

  constructor() {
    super()
    this.open = false
    this.block = false
  }

  override render() {
    if (this.open) return html`<span class="content"><slot></slot></span>`
    const reveal = () => (this.open = true)
    if (this.block) {
      return html`<span class="content"><slot></slot></span
        ><button class="cover" aria-label="Spoiler: show" @click=${reveal}><span class="label">SPOILER</span></button>`
    }
    return html`<button aria-label="Spoiler: show" aria-expanded="false" @click=${reveal}>
      <span class="content"><slot></slot></span>
    </button>`
  }
}

define("fc-spoiler", FcSpoiler)
