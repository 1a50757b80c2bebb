/**
 * What made a message: the interactions that it came from, and the bot's requests that belong to them, as Discord has
 * seen them. Fires `show-message` with the interaction, and `inspect` with another one.
 */
import { css, html, LitElement, nothing } from "lit"
import type { InteractionView, RestCall } from "../../Protocol.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import { emit } from "../message/Act.ts"
import { nameOf } from "../message/Directory.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { madeBy, messageOf } from "./origins.ts"
import { panelStyles } from "./panelStyles.ts"

const shown = 50

export class FcOrigin extends LitElement {
  static override properties = {
    store: { attribute: false },
    interaction: {},
    brief: { type: Boolean }
  }
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
        overflow-wrap: anywhere;
      }
      summary,
      p {
        overflow-wrap: anywhere;
      }
      [aria-current="true"] {
        font-weight: 600;
      }
    `
  ]
  declare store: Store
  /** The id of the interaction that is shown; the newest ones are listed without it. */
  declare interaction: string | undefined
  /** Whether the inspector of the bot is beside it, which says more. */
  declare brief: boolean

  constructor() {
    super()
    this.interaction = undefined
    this.brief = false
    watchStore(this)
  }

  #choose(interaction: string | undefined): void {
    emit(this, "inspect", { interaction })
  }

  private call({ at, body, code, method, path, status }: RestCall) {
    return html`<details>
      <summary>${method} ${path} → ${status ?? "no response"}${code === undefined ? "" : ` (code ${code})`}</summary>
      <p class="soft">${new Date(at).toLocaleTimeString()}</p>
      ${body === undefined ? nothing : html`<pre tabindex="0">${JSON.stringify(body, undefined, 2)}</pre>`}
    </details>`
  }

  #who({ user }: InteractionView): string {
    const found = this.store.users.get(user)
    return found === undefined ? user : nameOf(found)
  }

  private seen(interaction: InteractionView) {
    const calls = this.store.rest.filter((call) => call.interaction === interaction.id)
    return html`<h3>Requests of the bot</h3>
      ${calls.length === 0 ? html`<p class="soft">None over REST.</p>` : calls.map((call) => this.call(call))}
      <h3>Interaction</h3>
      <pre tabindex="0">${JSON.stringify(interaction, undefined, 2)}</pre>`
  }

  /** All interactions of the message, of which this one is chosen. */
  private chain(interaction: InteractionView) {
    const all = madeBy(this.store.interactions.values(), interaction)
    if (all.length < 2) return nothing
    return html`<h3>Its message was made by</h3>
      <ul>
        ${all.slice(-shown).map(
          (one) =>
            html`<li>
              <button class="link" aria-current=${one.id === interaction.id} @click=${() => this.#choose(one.id)}>
                ${this.#who(one)}: ${one.action}
              </button>
              ${this.#state(one)}
            </li>`
        )}
      </ul>`
  }

  #state({ elapsed, state }: InteractionView) {
    return html`<span class="soft">${state}${elapsed === undefined ? "" : `, ${elapsed} ms`}</span>`
  }

  private one(interaction: InteractionView) {
    const elapsed = interaction.elapsed === undefined ? "" : ` after ${interaction.elapsed} ms`
    const show = () => emit(this, "show-message", { interaction: interaction.id })
    return html`<p>
        ${this.#who(interaction)}: <code>${interaction.action}</code> is ${interaction.state}${elapsed}.
        ${interaction.failure ?? ""}
      </p>
      ${(interaction.refused ?? []).map((each) => html`<p class="error">Discord refused: ${each}</p>`)}
      <div class="buttons">
        ${messageOf(interaction) === undefined ? nothing : html`<button class="plain" @click=${show}>Show the message</button>`}
        <button class="plain" @click=${() => this.#choose(undefined)}>All interactions</button>
      </div>
      ${this.chain(interaction)}
      ${
        this.brief
          ? html`<details>
              <summary>What Discord has seen of it</summary>
              ${this.seen(interaction)}
            </details>`
          : this.seen(interaction)
      }`
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
          (each) =>
            html`<li>
              <button class="link" @click=${() => this.#choose(each.id)}>${this.#who(each)}: ${each.action}</button>
              ${this.#state(each)}
            </li>`
        )}
      </ul>
      ${newest.length === 0 ? html`<p class="soft">There was none yet.</p>` : nothing}`
  }
}

define("fc-origin", FcOrigin)
