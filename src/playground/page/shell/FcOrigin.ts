/** What made a message: its interaction, and the bot's requests that belong to it. */
import { css, html, LitElement, nothing } from "lit"
import type { InteractionView, RestCall } from "../../Protocol.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { panelStyles } from "./panelStyles.ts"

const shown = 50

export class FcOrigin extends LitElement {
  static override properties = { store: { attribute: false }, interaction: {} }
  static override styles = [
    shared,
    panelStyles,
    css`
      :host {
        height: auto;
      }
      .link {
        color: var(--link);
        text-align: start;
      }
    `
  ]
  declare store: Store
  /** The id of the interaction that is shown; the newest ones are listed without it. */
  declare interaction: string | undefined

  constructor() {
    super()
    this.interaction = undefined
    watchStore(this)
  }

  private call({ at, body, code, method, path, status }: RestCall) {
    return html`<details>
      <summary>${method} ${path} → ${status ?? "no response"}${code === undefined ? "" : ` (code ${code})`}</summary>
      <p class="soft">${new Date(at).toLocaleTimeString()}</p>
      ${body === undefined ? nothing : html`<pre tabindex="0">${JSON.stringify(body, undefined, 2)}</pre>`}
    </details>`
  }

  private one(interaction: InteractionView) {
    const calls = this.store.rest.filter((call) => call.interaction === interaction.id)
    const elapsed = interaction.elapsed === undefined ? "" : ` after ${interaction.elapsed} ms`
    return html`<p>
        <code>${interaction.action}</code> is ${interaction.state}${elapsed}. ${interaction.failure ?? ""}
      </p>
      <h3>Requests of the bot</h3>
      ${calls.length === 0 ? html`<p class="soft">None over REST.</p>` : calls.map((call) => this.call(call))}
      <h3>Interaction</h3>
      <pre tabindex="0">${JSON.stringify(interaction, undefined, 2)}</pre>
      <button class="plain" @click=${() => (this.interaction = undefined)}>All interactions</button>`
  }

  override render() {
    if ((this.store as Store | undefined) === undefined) return nothing
    const one = this.interaction === undefined ? undefined : this.store.interactions.get(this.interaction)
    if (one !== undefined)
      return html`<h2>Interaction</h2>
        ${this.one(one)}`
    const newest = [...this.store.interactions.values()].slice(-shown).toReversed()
    return html`<h2>Interactions</h2>
      <ul>
        ${newest.map(
          ({ action, elapsed, id, state }) =>
            html`<li>
              <button class="link" @click=${() => (this.interaction = id)}>${action}</button>
              <span class="soft">${state}${elapsed === undefined ? "" : `, ${elapsed} ms`}</span>
            </li>`
        )}
      </ul>
      ${newest.length === 0 ? html`<p class="soft">There was none yet.</p>` : nothing}`
  }
}

define("fc-origin", FcOrigin)
