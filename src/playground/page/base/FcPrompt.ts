/** Asks for one line of text, in a dialog. */
import { css, html, LitElement } from "lit"
import { define } from "./define.ts"
import { dialogStyles } from "./dialogStyles.ts"
import { shared } from "./shared.ts"

export class FcPrompt extends LitElement {
  static override properties = { heading: {}, label: {} }
  static override styles = [
    shared,
    dialogStyles,
    css`
      :host {
        --dialog-width: 360px;
      }
      .end {
        display: flex;
        justify-content: flex-end;
        gap: 8px;
        margin-top: 14px;
      }
    `
  ]
  declare heading: string
  declare label: string

  constructor() {
    super()
    this.heading = ""
    this.label = ""
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal()
  }

  private done(value: string | undefined): void {
    const text = value?.trim()
    this.dispatchEvent(new CustomEvent("done", { detail: text === "" ? undefined : text }))
  }

  override render() {
    const submit = (event: Event) => {
      event.preventDefault()
      this.done(this.renderRoot.querySelector("input")?.value)
    }
    return html`<dialog aria-label=${this.heading} @close=${() => this.done(undefined)}>
      <form @submit=${submit}>
        <h2>${this.heading}</h2>
        <label>${this.label} <input class="field" name="text" autocomplete="off" required /></label>
        <div class="end">
          <button type="button" class="plain" @click=${() => this.done(undefined)}>Cancel</button>
          <button class="primary">Add</button>
        </div>
      </form>
    </dialog>`
  }
}

define("fc-prompt", FcPrompt)

/** What the user enters, or `undefined` if the dialog is closed. */
export const ask = (heading: string, label: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const prompt = document.createElement("fc-prompt") as FcPrompt
    prompt.heading = heading
    prompt.label = label
    prompt.addEventListener("done", (event) => {
      prompt.remove()
      // An event without a detail has `null`.
      resolve((event as CustomEvent<string | null>).detail ?? undefined)
    })
    document.body.append(prompt)
  })
