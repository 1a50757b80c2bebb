/** What can go wrong, on demand: faults of the gateway and of REST, the clock, and restarts of the bot. */
import { html, LitElement, nothing } from "lit"
import type { Request } from "../../Protocol.ts"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import { clockSteps, describeFault, faultForms, faultOf, type FaultForm, type FaultInput } from "./faultForms.ts"
import { panelStyles } from "./panelStyles.ts"

export class FcFaults extends LitElement {
  static override properties = { store: { attribute: false }, error: { state: true }, done: { state: true } }
  static override styles = [shared, panelStyles]
  declare store: Store
  declare private error: string | undefined
  declare private done: string

  constructor() {
    super()
    this.error = undefined
    this.done = ""
    watchStore(this)
  }

  private async ask(request: Request, done: string): Promise<void> {
    this.error = undefined
    try {
      await this.store.link.request(request)
      this.done = done
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
    }
  }

  private cause(form: FaultForm, event: SubmitEvent): void {
    event.preventDefault()
    const elements = (event.currentTarget as HTMLFormElement).elements
    const read = (name: string) => {
      const input = elements.namedItem(name) as HTMLInputElement
      return input.type === "checkbox" ? input.checked : input.value
    }
    const fault = faultOf(form, read)
    void this.ask({ type: "fault", fault }, `Caused: ${describeFault(fault)}`)
  }

  private input({ label, name, optional, type, value }: FaultInput) {
    if (type === "checkbox")
      return html`<label><input type="checkbox" name=${name} .checked=${value === true} /> ${label}</label>`
    return html`<label
      >${label}
      <input
        class="field"
        name=${name}
        type=${type}
        min=${type === "number" ? 0 : nothing}
        .value=${String(value)}
        ?required=${optional !== true}
        placeholder=${name === "requests" ? "POST /channels/:channel/messages" : nothing}
    /></label>`
  }

  private form(form: FaultForm) {
    return html`<details>
      <summary>${form.title}</summary>
      <form aria-label=${form.title} @submit=${(event: SubmitEvent) => this.cause(form, event)}>
        <span class="soft">${form.about}</span>
        ${form.inputs.map((input) => this.input(input))}
        <button class="dangerous">Cause it</button>
      </form>
    </details>`
  }

  private armed() {
    const { faults } = this.store
    return html`<h3 id="armed">Armed</h3>
      ${faults.length === 0 ? html`<p class="soft">Nothing is armed.</p>` : nothing}
      <ul aria-labelledby="armed">
        ${faults.map(
          ({ fault, hits, id }) =>
            html`<li>
              <span>${describeFault(fault)} <span class="soft">(${hits} ${hits === 1 ? "hit" : "hits"})</span></span>
              <button class="plain" @click=${() => void this.ask({ type: "clearFault", fault: id }, "Withdrawn")}>
                Withdraw
              </button>
            </li>`
        )}
      </ul>`
  }

  private clock() {
    const { canAdvance } = this.store
    return html`<h3>Clock</h3>
      <p class="soft">It is ${new Date(this.store.now()).toLocaleString()} on the clock of this Discord.</p>
      ${canAdvance ? nothing : html`<p class="soft">This bot's clock cannot be moved.</p>`}
      <div class="buttons">
        ${clockSteps.map(
          ({ label, millis }) =>
            html`<button
              class="plain"
              ?disabled=${!canAdvance}
              @click=${() => void this.ask({ type: "advance", millis }, label)}
            >
              ${label}
            </button>`
        )}
      </div>`
  }

  private restart() {
    const none = this.store.program.state === "none"
    return html`<h3>The bot</h3>
      ${none ? html`<p class="soft">The bot is part of the program that started this page, which cannot restart it.</p>` : nothing}
      <div class="buttons">
        <button class="plain" ?disabled=${none} @click=${() => void this.ask({ type: "restart" }, "Restarting")}>
          Restart
        </button>
        <button
          class="dangerous"
          ?disabled=${none}
          @click=${() => void this.ask({ type: "restart", kill: true }, "Killed")}
        >
          Kill and start again
        </button>
      </div>`
  }

  override render() {
    if ((this.store as Store | undefined) === undefined) return nothing
    return html`<h2>Faults</h2>
      <div role="status" class="soft">${this.done}</div>
      ${this.error === undefined ? nothing : html`<p class="error" role="alert">${this.error}</p>`}
      ${faultForms.map((form) => this.form(form))} ${this.armed()} ${this.clock()} ${this.restart()}`
  }
}

define("fc-faults", FcFaults)
