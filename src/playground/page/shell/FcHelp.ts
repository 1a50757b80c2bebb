/** The keyboard's shortcuts. */
import { css, html, LitElement } from "lit"
import { define } from "../base/define.ts"
import { dialogStyles } from "../base/dialogStyles.ts"
import { shared } from "../base/shared.ts"

const shortcuts: ReadonlyArray<readonly [keys: string, what: string]> = [
  ["/", "Begin a command in the composer"],
  ["@  #", "Mention somebody or a channel in the composer"],
  ["↑ ↓, Enter, Tab", "Move in a list, and choose from it"],
  ["Backspace", "In an empty option: take it away, or go back to text"],
  ["Enter", "Send the message or the command"],
  ["Shift+Enter", "A new line in the message"],
  ["Esc", "Close a list, a menu, a reply or a form"],
  ["Shift+F10", "Menu of the message with the focus; ⋯ does the same"],
  ["Alt+1 … Alt+9", "Go to a user's pane"],
  ["Alt+N", "Add a user"],
  ["Alt+I, F, S, O", "Inspector, faults, share, output"],
  ["?", "This help, when nothing is being typed"]
]

export class FcHelp extends LitElement {
  static override styles = [
    shared,
    dialogStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 8px 16px;
        font-size: 14px;
      }
      dt {
        font-weight: 600;
      }
      dd {
        margin: 0;
      }
    `
  ]

  /** Opens the dialog. */
  show(): void {
    this.renderRoot.querySelector("dialog")?.showModal()
  }

  override render() {
    const close = () => this.renderRoot.querySelector("dialog")?.close()
    return html`<dialog aria-label="Keyboard shortcuts">
      <h2>Keyboard shortcuts</h2>
      <dl>
        ${shortcuts.map(
          ([keys, what]) =>
            html`<dt>${keys}</dt>
              <dd>${what}</dd>`
        )}
      </dl>
      <button class="primary" @click=${close}>Close</button>
    </dialog>`
  }
}

define("fc-help", FcHelp)
