/** The bot's process and what it has written, and the fake's log. */
import { html, LitElement, nothing } from "lit"
import { define } from "../base/define.ts"
import { shared } from "../base/shared.ts"
import type { Store } from "../Store.ts"
import { watchStore } from "../watchStore.ts"
import "./FcLines.ts"
import { panelStyles } from "./panelStyles.ts"

const nothingYet: ReadonlyArray<string> = ["Nothing yet."]

export class FcOutput extends LitElement {
  static override properties = { store: { attribute: false } }
  static override styles = [shared, panelStyles]
  declare store: Store

  constructor() {
    super()
    watchStore(this)
  }

  #log: { readonly of: unknown; readonly value: ReadonlyArray<string> } | undefined

  private program() {
    const { end, file, pid, starts, state } = this.store.program
    const words = {
      none: "part of the program that started this page",
      starting: "starting",
      running: "running",
      stopping: "stopping",
      ended: "not running"
    }
    return html`<p>
      The bot is ${words[state]}${file === undefined ? "" : ` (${file}${pid === undefined ? "" : `, process ${pid}`})`}.
      ${starts > 1 ? `It was started ${starts} times.` : ""}
      ${end === undefined ? nothing : html`<strong class="error">${end}</strong>`}
    </p>`
  }

  override render() {
    if ((this.store as Store | undefined) === undefined) return nothing
    const { log, output } = this.store
    if (this.#log?.of !== log) {
      const value = log.map(({ at, tag, text }) => `${new Date(at).toLocaleTimeString()} ${tag} ${text}`)
      this.#log = { of: log, value }
    }
    const lines = this.#log.value
    return html`<h2>Output</h2>
      ${this.program()}
      <h3>What the bot has written</h3>
      <fc-lines
        .lines=${output.length === 0 ? nothingYet : output}
        .first=${this.store.outputFirst}
        label="Output of the bot"
      ></fc-lines>
      <h3>What Discord has seen</h3>
      <fc-lines
        .lines=${lines.length === 0 ? nothingYet : lines}
        .first=${this.store.logFirst}
        label="Log of Discord"
      ></fc-lines>`
  }
}

define("fc-output", FcOutput)
